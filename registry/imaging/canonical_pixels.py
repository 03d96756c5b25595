"""Canonical pixels, version 1: what a picture shows, whatever file it came in.

Rules of ``canonical/1``, enough to derive them again:

1. The file is decoded to 8-bit sRGB with straight alpha, oriented upright (``decoding``).
2. The colour of a fully transparent pixel is set to 0, 0, 0.
3. The digest is SHA-256 of ``registry/pixels/v1\\n``, width and height as u32 big-endian, and the
   RGBA bytes, row by row from the top left.
4. On a ground of grey level g (255 ``white``, 0 ``black``) a pixel is (c a + g (255 - a)) / 255 per
   channel, never rounded before it is averaged. A picture without transparency has one ground, ``opaque``.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.imaging import reduction

VERSION = "canonical/1"
RASTER_SIDE = 256
"""Pixels of the longer side of the picture kept for comparison: details of a design still show, and it is quick."""
STRIP_ROWS = 256
Rows = Callable[[int, int], NDArray[np.uint8]]
_DIGEST_DOMAIN = b"registry/pixels/v1\n"
_OPAQUE = 255
_LUMA = np.array([299, 587, 114], dtype=np.int64)
"""ITU-R BT.601 weights in thousandths. Whole numbers, so that the luma of an inverted picture is exactly inverted."""
LUMA_UNIT = 255 * 255 * 1000
"""The luma of a white pixel in the exact units of ``ground_luma``, before weights are divided out."""


@dataclass(frozen=True)
class CanonicalPixels:
    """``rows(start, end)`` answers shape (end - start, width, 4), uint8, sRGB, straight alpha, zero where alpha is 0.

    Rows are asked for in strips and more than once, so that a large picture need not lie in memory twice.
    """

    height: int
    width: int
    rows: Rows

    @property
    def opaque(self) -> bool:
        """Whether no pixel is transparent in the least."""
        return all(bool(strip[..., 3].min() == _OPAQUE) for strip in self._strips())

    @property
    def grounds(self) -> dict[str, int]:
        """The grey levels to composite on, by name."""
        return {"opaque": 255} if self.opaque else {"white": 255, "black": 0}

    def digest(self) -> str:
        """Hex SHA-256 as the rules above say."""
        size = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        hashed = hashlib.sha256(_DIGEST_DOMAIN + size)
        for strip in self._strips():
            hashed.update(np.ascontiguousarray(strip).data)
        return hashed.hexdigest()

    def premultiplied_sums(self, out_height: int, out_width: int) -> NDArray[np.int64]:
        """Area sums of (r a, g a, b a, a) per cell, shape (out_height, out_width, 4); weights add to height * width."""
        return reduction.weighted_sums(self._premultiplied_rows, self.height, self.width, out_height, out_width)

    def _premultiplied_rows(self, start: int, end: int) -> NDArray[np.integer]:
        part = self.rows(start, end).astype(np.uint16)  # 255 * 255 fits
        alpha = part[..., 3]
        for channel in range(
            3
        ):  # one at a time, along whole rows, takes a fraction of what (..., 3) times (..., 1) does
            part[..., channel] *= alpha
        return part

    def _strips(self) -> Iterator[NDArray[np.uint8]]:
        for row in range(0, self.height, STRIP_ROWS):
            yield self.rows(row, min(row + STRIP_ROWS, self.height))


def clear_transparent(rgba: NDArray[np.uint8]) -> None:
    """Rule 2, in place; ``rgba`` is contiguous. A pixel is one word here: eight times as fast as choosing pixels."""
    words = rgba.view(np.uint32)[..., 0]
    words *= rgba[..., 3] != 0


def ground_luma(sums: NDArray[np.int64], weight: int, ground: int) -> NDArray[np.int64]:
    """Luma of each cell on grey level ``ground``; white is ``LUMA_UNIT * weight``, ``weight`` the sum of weights."""
    luma: NDArray[np.int64] = sums[..., :3] @ _LUMA
    return luma + 1000 * ground * (255 * weight - sums[..., 3])


def raster(pixels: CanonicalPixels) -> NDArray[np.uint8]:
    """The picture for comparison: area-averaged to a longer side of RASTER_SIDE, never enlarged; straight alpha."""
    longer = max(pixels.height, pixels.width)
    if longer <= RASTER_SIDE:
        return pixels.rows(0, pixels.height).copy()
    height = max(1, round(pixels.height * RASTER_SIDE / longer))
    width = max(1, round(pixels.width * RASTER_SIDE / longer))
    sums = pixels.premultiplied_sums(height, width)
    alpha = sums[..., 3:]
    colour = np.where(alpha > 0, (2 * sums[..., :3] + alpha) // np.maximum(2 * alpha, 1), 0)
    covered = reduction.rounded_quotient(alpha, pixels.height * pixels.width)
    reduced = np.concatenate([colour, covered], axis=2).astype(np.uint8)
    clear_transparent(reduced)
    return reduced
