"""The picture as the search looks at it: reduced once, straight alpha, with the ground on which its ink stands out."""

from collections.abc import Callable
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging.pixel_words import is_opaque, translucent

VIEW_SIDE = 900
"""Pixels of the longer side: a design at a fifth of a listing still has 180 of them."""
INK_ALPHA = 12
"""Alpha above which a pixel counts as ink."""
_BLOCK = 2**16
"""Pixels that stay in a core's cache from one operation to the next."""
_LINES = 16
"""Of a picture reduced by a whole number that are made at a time. With half of them, the thread beside waited for the
interpreter so often that it took a fifth longer."""
_RIM = 5
_NEARER = 30
"""Per cent of the rim's pixels that decide which ground is farther from them."""
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)

Pixels = NDArray[np.uint8]
Plane = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""


def reduced(rows: Callable[[int, int], Pixels], height: int, width: int, side: int) -> Pixels:
    """The picture whose rows ``rows(start, end)`` answers as RGBA, area-averaged to a longer side of at most ``side``.

    Reads it in strips. Not normative: no fingerprint that the ledger commits to is derived from it.
    """
    longer = max(height, width)
    if longer <= side:
        return rows(0, height).copy()
    target = (max(1, round(width * side / longer)), max(1, round(height * side / longer)))
    # By a whole number first, which is several times as quick; what is left over of that is less than a pixel of the
    # view at its right and lower border.
    step = longer // side
    if step == 1:
        fine = _premultiplied(rows(0, height))
    else:
        lines, columns = max(1, height // step), max(1, width // step)
        fine = np.empty((lines, columns, 4), np.uint8)  # strips that are joined would be in memory twice
        for first in range(0, lines, _LINES):
            into = fine[first : first + _LINES]
            part = rows(first * step, min((first + len(into)) * step, height))
            _averaged(_premultiplied(part[:, : columns * step]), into)
    return _straight(_averaged(fine, np.empty((target[1], target[0], 4), np.uint8)))


def resized(pixels: Pixels, side: int) -> Pixels:
    """``pixels`` with a longer side of ``side``, also enlarged."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    into = np.empty((max(3, round(height * scale)), max(3, round(width * scale)), 4), np.uint8)
    premultiplied = _premultiplied(pixels)
    if scale >= 1:
        return _straight(np.asarray(cv2.resize(premultiplied, into.shape[1::-1], dst=into), np.uint8))
    if scale <= 0.5 and min(height, width) >= 2:
        halved = np.empty((height // 2, width // 2, 4), np.uint8)
        premultiplied = _averaged(premultiplied[: height // 2 * 2, : width // 2 * 2], halved)
    return _straight(_averaged(premultiplied, into))


def _averaged(pixels: Pixels, into: Pixels) -> Pixels:
    """Averaged by area into ``into``: several times as quick where that is smaller by a whole number both ways."""
    cv2.resize(pixels, into.shape[1::-1], dst=into, interpolation=cv2.INTER_AREA)
    return into


def ink_box(pixels: Pixels) -> Box:
    """The bounding box of what is not transparent; the whole picture where nothing is drawn."""
    drawn = pixels[..., 3] > INK_ALPHA
    columns, lines = np.flatnonzero(drawn.any(axis=0)), np.flatnonzero(drawn.any(axis=1))
    if not len(columns):
        return 0, 0, pixels.shape[1], pixels.shape[0]
    return int(columns[0]), int(lines[0]), int(columns[-1]) + 1, int(lines[-1]) + 1


def contrasting_ground(pixels: Pixels) -> int:
    """255 or 0: the grey level from which the rim of the ink differs more, so that no logo vanishes on it."""
    alpha = pixels[..., 3]
    if is_opaque(pixels):
        return 255
    ink = (alpha > 128).astype(np.uint8)
    inner = cv2.erode(ink, np.ones((_RIM, _RIM), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0.0,))
    rim = ink > inner
    if np.count_nonzero(rim) < 2 * _RIM:
        return 255
    luma = pixels.reshape(-1, 4)[np.flatnonzero(rim)][:, :3].astype(np.float32) @ LUMA
    return 255 if np.percentile(255 - luma, _NEARER) >= np.percentile(luma, _NEARER) else 0


def on_ground(pixels: Pixels, ground: int) -> NDArray[np.float32]:
    """Composited on a grey level, shape (height, width, 3)."""
    if is_opaque(pixels):
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)).astype(np.float32)
    *colours, alpha = cv2.split(pixels)
    share = alpha.astype(np.float32) * np.float32(1 / 255)
    behind = np.float32(ground) * (1 - share)
    return cast("NDArray[np.float32]", cv2.merge([colour.astype(np.float32) * share + behind for colour in colours]))


def between_centres(matrix: NDArray[np.floating]) -> NDArray[np.float64]:
    """``matrix`` (3, 3) between places in two pictures as one between their pixels' indices, as OpenCV warps by.

    The centre of the first pixel is at 0.5, and its index 0.
    """
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    moved: NDArray[np.float64] = np.linalg.inv(half) @ matrix @ half
    return moved


def _premultiplied(pixels: Pixels) -> Pixels:
    return _changed(pixels, lambda colour, alpha: cv2.multiply(colour, alpha, scale=1 / 255))


def _straight(pixels: Pixels) -> Pixels:
    return _changed(pixels, lambda colour, alpha: cv2.divide(colour, alpha, scale=255))


def _changed(pixels: Pixels, by_alpha: Callable[[Plane, Plane], cv2.typing.MatLike]) -> Pixels:
    """``pixels`` with each colour changed by alpha: few of a design's are neither opaque nor all zeros."""
    flat = np.ascontiguousarray(pixels).reshape(-1, 1, 4)
    changed: Pixels | None = None
    for start in range(0, len(flat), _BLOCK):
        block = flat[start : start + _BLOCK]
        places = translucent(block)
        if len(places):
            changed = flat.copy() if changed is None else changed
            *colours, alpha = (np.asarray(plane, np.uint8) for plane in cv2.split(block[places]))
            few = np.asarray(cv2.merge([*(by_alpha(one, alpha) for one in colours), alpha]), np.uint8)
            changed[start : start + _BLOCK][places] = few
    return pixels if changed is None else changed.reshape(pixels.shape)
