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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.imaging import pixel_words, reduction

VERSION = "canonical/1"
RASTER_SIDE = 256
"""Pixels of the longer side of the picture kept for comparison: details of a design still show, and it is quick."""
STRIP_PIXELS = 2**18
"""Of a strip, which with its products stays near a core: the fewer strips, the less often two threads wait for each
other's hold of the interpreter."""
Rows = Callable[[int, int], NDArray[np.uint8]]
_DIGEST_DOMAIN = b"registry/pixels/v1\n"
_OPAQUE = 255
_LUMA = np.array([299, 587, 114], dtype=np.int64)
"""ITU-R BT.601 weights in thousandths. Whole numbers, so that the luma of an inverted picture is exactly inverted."""
LUMA_UNIT = 255 * 255 * 1000
"""The luma of a white pixel in the exact units of ``ground_luma``, before weights are divided out."""


@dataclass(frozen=True)
class Survey:
    """What one passage over a picture's strips yields.

    ``digest`` is hex SHA-256 as the rules above say; ``opaque`` whether no pixel is transparent in the least;
    ``sums`` are, for each grid asked for, the area sums of (r a, g a, b a, a) per cell, shape (height, width, 4),
    whose weights add to the picture's height times its width.
    """

    digest: str
    opaque: bool
    sums: tuple[NDArray[np.int64], ...]

    @property
    def grounds(self) -> dict[str, int]:
        """The grey levels to composite on, by name."""
        return {"opaque": 255} if self.opaque else {"white": 255, "black": 0}


@dataclass(frozen=True)
class CanonicalPixels:
    """``rows(start, end)`` answers shape (end - start, width, 4), uint8, sRGB, straight alpha, zero where alpha is 0.

    Rows are asked for in strips, so that a large picture need not lie in memory twice.
    """

    height: int
    width: int
    rows: Rows

    def surveyed(self, *grids: tuple[int, int]) -> Survey:
        """Everything that is normative about the picture, with sums for each ``(height, width)`` of ``grids``.

        An opaque strip's sums are 255 times those of its bytes; only another's pixels are multiplied by alpha. A grid
        whose cells are made of those of another is not summed by itself.
        """
        size = self.width.to_bytes(4, "big") + self.height.to_bytes(4, "big")
        hashed = hashlib.sha256(_DIGEST_DOMAIN + size)
        opaque = True
        summed = {
            grid: reduction.AreaSums(self.height, self.width, *grid, channels=4)
            for grid in grids
            if _finer(grid, grids) == grid
        }
        by_alpha = np.tile(np.array([_OPAQUE, _OPAQUE, _OPAQUE, 1], np.uint32), self.width)
        products = pixel_words.empty_products(strip_rows(self.width), self.width)
        for start, strip in self._strips():
            hashed.update(strip.data)
            solid = pixel_words.is_opaque(strip)
            opaque = opaque and solid
            part = strip if solid else pixel_words.premultiplied(strip, products)
            for one in summed.values():
                one.add(start, part, by_alpha if solid else None)
        sums = {grid: one.sums() for grid, one in summed.items()}
        return Survey(
            hashed.hexdigest(), opaque, tuple(reduction.coarser(sums[_finer(grid, grids)], *grid) for grid in grids)
        )

    def _strips(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        rows = strip_rows(self.width)
        for row in range(0, self.height, rows):
            yield row, np.ascontiguousarray(self.rows(row, min(row + rows, self.height)))


def strip_rows(width: int) -> int:
    """Rows of a strip of a picture so wide."""
    return max(1, STRIP_PIXELS // width)


def _finer(grid: tuple[int, int], grids: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The finest of ``grids`` whose cells make up those of ``grid``."""
    return max(other for other in grids if other[0] % grid[0] == 0 and other[1] % grid[1] == 0)


def ground_luma(sums: NDArray[np.int64], weight: int, ground: int) -> NDArray[np.int64]:
    """Luma of each cell on grey level ``ground``; white is ``LUMA_UNIT * weight``, ``weight`` the sum of weights."""
    luma: NDArray[np.int64] = sums[..., :3] @ _LUMA
    return luma + 1000 * ground * (255 * weight - sums[..., 3])


def raster_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the raster: the longer side at most RASTER_SIDE, never enlarged."""
    longer = max(height, width)
    if longer <= RASTER_SIDE:
        return height, width
    return max(1, round(height * RASTER_SIDE / longer)), max(1, round(width * RASTER_SIDE / longer))


def raster(sums: NDArray[np.int64], weight: int) -> NDArray[np.uint8]:
    """The picture for comparison, averaged from its sums over cells of ``raster_size``; straight alpha."""
    alpha = sums[..., 3:]
    # Below 2^53 both, so that a quotient that is no whole number is not rounded up to one.
    colour = ((2 * sums[..., :3] + alpha) / np.maximum(2 * alpha, 1)).astype(np.int64)
    covered = reduction.rounded_quotient(alpha, weight)
    reduced = np.concatenate([colour, covered], axis=2).astype(np.uint8)
    pixel_words.clear_transparent(reduced)
    return reduced
