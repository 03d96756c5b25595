"""Two whole pictures laid over each other and compared on their pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.imaging.gradient_field import blurred

COMPARISON_SIDE = 128
"""Pixels of the longer side: JPEG noise averages out, and a design's details are still there."""
BLOCK_SIDE = 16
"""Pixels: a detail that sets one design apart from its sister fills a good part of such a block."""
SOFTER = (0.75, 1.5)
"""Deviations, in pixels, of Gaussians that a listing may have gone through: half a per cent of its side, and one."""
_MAYBE_SOFT = (0.75, 0.985)
"""Correlations between which a softer work is tried: below it is another picture, above there is nothing to gain."""
GREY_CHROMA = 6.0
"""Mean distance of the channels from their luma, in 8-bit levels, below which a picture has no colour to compare."""
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Comparison:
    """How alike two aligned pictures are.

    ``luma`` and ``colour`` are correlations in -1..1 after the best gain and offset (``colour`` is None
    where one of the two is grey), ``worst_block`` the largest root mean square of what differs within
    one block, in units of the picture's own deviation, ``grey`` whether the listing lost the work's colour.
    """

    luma: float
    colour: float | None
    worst_block: float
    grey: bool


def compare(work: NDArray[np.uint8], listing: NDArray[np.uint8], inverted: bool) -> Comparison:
    """Compare straight-alpha RGBA pictures that show the same way up, on the ground where they agree best, as sharp
    or as soft as the listing is.

    ``inverted`` says that the listing is expected to be the work's negative.
    """
    height, width = work.shape[:2]
    scale = COMPARISON_SIDE / max(height, width)
    size = (max(BLOCK_SIDE, round(width * scale)), max(BLOCK_SIDE, round(height * scale)))
    work_small, listing_small = _resized(work, size), _resized(listing, size)
    grounds = _grounds(work_small, listing_small)
    if len(grounds) > 1:
        work_luma, listing_luma = _luma(work_small), _luma(listing_small)
        grounds = [max(grounds, key=lambda ground: _alike(work_luma, listing_luma, float(ground @ _LUMA), inverted))]
    (ground,) = grounds
    seen = _composited(listing_small, ground)
    expected = _composited(work_small, 255 - ground if inverted else ground)
    return _compared(255 - expected if inverted else expected, seen)


def _luma(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """Luma times alpha, and what the ground's luma is multiplied with; each of shape (height, width)."""
    alpha = pixels[..., 3] / np.float32(255)
    return (pixels[..., :3] @ _LUMA) * alpha, 1 - alpha


def _alike(work: tuple[Pixels, Pixels], listing: tuple[Pixels, Pixels], ground: float, inverted: bool) -> float:
    expected = work[0] + (255 - ground if inverted else ground) * work[1]
    alike, _ = _correlated(-expected if inverted else expected, listing[0] + ground * listing[1])
    return alike


def _resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> Pixels:
    small = Image.fromarray(np.ascontiguousarray(pixels)).resize(size, Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def _grounds(work: Pixels, listing: Pixels) -> list[Pixels]:
    """The colours to composite on: white, black, and where only the work is transparent the listing's own border."""
    white, black = np.full(3, 255, dtype=np.float32), np.zeros(3, dtype=np.float32)
    if work[..., 3].min() == 255:
        return [white] if listing[..., 3].min() == 255 else [white, black]
    if listing[..., 3].min() < 255:
        return [white, black]
    edge = np.concatenate([listing[0], listing[-1], listing[:, 0], listing[:, -1]])[:, :3]
    return [white, black, np.median(edge, axis=0).astype(np.float32)]


def _composited(pixels: Pixels, ground: Pixels) -> Pixels:
    alpha = pixels[..., 3] / np.float32(255)
    if alpha.min() == 1:
        return np.ascontiguousarray(pixels[..., :3])
    composited = np.empty((*alpha.shape, 3), dtype=np.float32)
    for channel in range(3):  # along whole rows: several times as quick as (..., 3) times (..., 1)
        composited[..., channel] = pixels[..., channel] * alpha + ground[channel] * (1 - alpha)
    return composited


def _compared(expected: Pixels, seen: Pixels) -> Comparison:
    """The comparison with ``expected`` as it is, or as soft as the listing seems to be."""
    found = _compared_as_it_is(expected, seen)
    if not _MAYBE_SOFT[0] <= found.luma < _MAYBE_SOFT[1]:
        return found
    softer = [_compared_as_it_is(blurred(expected, deviation), seen) for deviation in SOFTER]
    return max(found, *softer, key=lambda one: one.luma)


def _compared_as_it_is(expected: Pixels, seen: Pixels) -> Comparison:
    residual: Pixels
    expected_luma, seen_luma = expected @ _LUMA, seen @ _LUMA
    luma, residual = _correlated(expected_luma, seen_luma)
    expected_chroma, seen_chroma = _chroma(expected, expected_luma), _chroma(seen, seen_luma)
    grey = expected_chroma >= GREY_CHROMA > seen_chroma
    colour = None
    if min(expected_chroma, seen_chroma) >= GREY_CHROMA:
        colour, colour_residual = _correlated(expected, seen)
        residual = np.linalg.norm(colour_residual, axis=-1).astype(np.float32) / np.float32(np.sqrt(3))
    return Comparison(luma, colour, _worst_block(residual), grey)


def _chroma(pixels: Pixels, luma: Pixels) -> float:
    return float(np.abs(pixels - luma[..., None]).mean())


def _correlated(expected: Pixels, seen: Pixels) -> tuple[float, Pixels]:
    """Their correlation, and what is left of ``seen`` after the best gain and offset, in its own deviations."""
    a, b = expected - expected.mean(), seen - seen.mean()
    variance_a, variance_b = float((a * a).mean()), float((b * b).mean())
    if variance_a < 1e-3 or variance_b < 1e-3:
        return 0.0, np.ones_like(b)
    covariance = float((a * b).mean())
    residual: Pixels = (b - a * (covariance / variance_a)) / np.sqrt(variance_b)
    return covariance / float(np.sqrt(variance_a * variance_b)), residual


def _worst_block(residual: Pixels) -> float:
    squares = np.pad(residual * residual, [(0, -side % BLOCK_SIDE) for side in residual.shape])
    rows, columns = squares.shape[0] // BLOCK_SIDE, squares.shape[1] // BLOCK_SIDE
    blocks = squares.reshape(rows, BLOCK_SIDE, columns, BLOCK_SIDE).mean(axis=(1, 3))
    return float(np.sqrt(blocks.max()))
