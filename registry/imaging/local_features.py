"""Local features: SIFT key points with RootSIFT descriptors (Lowe 2004; Arandjelovic and Zisserman 2012)."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging import view
from registry.imaging.pixel_words import is_opaque
from registry.imaging.purpose import Purpose

MOST_FEATURES = 1_200
"""Strongest first; a design at a third of a busy listing still has a hundred of them."""
LONGER_SIDES = {Purpose.WORK: 400, Purpose.LISTING: 512}
"""Pixels at which features are taken: SIFT doubles that, and its time is mostly of that doubled picture."""
CONTRAST = 0.012
"""A third of Lowe's: flat designs have few corners, and a weak one is better than none."""
EDGE = 16
MARGIN = 16
"""Pixels of padding, so that corners at the border have a surrounding."""
DESCRIPTOR = 128
_GRAINS = 1 / 16
"""Share of the pixels that grain is strewn on: with more of it weak features move."""
_HALF = 128
_UNIT = 512
"""A RootSIFT descriptor has length 1; its components are kept as 512ths in a byte."""


@dataclass(frozen=True)
class LocalFeatures:
    """``places`` has shape (count, 4), float32: x, y, size in pixels of the view, angle in radians (x to y).

    ``descriptors`` has shape (count, 128), uint8: RootSIFT components in 512ths. Strongest first.
    """

    places: NDArray[np.float32]
    descriptors: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.places)


def local_features(pixels: view.Pixels, ground: int, purpose: Purpose) -> LocalFeatures:
    """The features of a view, composited on ``ground``."""
    side = LONGER_SIDES[purpose]
    scale = min(1.0, side / max(pixels.shape[:2]))
    if scale < 1:
        pixels = view.resized(pixels, side)
    grey = np.clip(view.on_ground(pixels, ground) @ view.LUMA + 0.5, 0, 255).astype(np.uint8)
    # Beyond a transparent picture's border there is more of its ground; beyond another's, more of its border.
    how = cv2.BORDER_REPLICATE if is_opaque(pixels) else cv2.BORDER_CONSTANT
    padded = cv2.copyMakeBorder(grey, MARGIN, MARGIN, MARGIN, MARGIN, how, value=(float(ground),))
    finder = cv2.SIFT.create(nfeatures=MOST_FEATURES, contrastThreshold=CONTRAST, edgeThreshold=EDGE)
    points, found = finder.detectAndCompute(_grained(np.asarray(padded, np.uint8)), None)
    if not points:
        return LocalFeatures(np.zeros((0, 4), np.float32), np.zeros((0, DESCRIPTOR), np.uint8))
    places = np.array(
        [(p.pt[0] - MARGIN, p.pt[1] - MARGIN, p.size, np.deg2rad(p.angle)) for p in points], dtype=np.float32
    )
    places[:, :3] /= np.float32(scale)
    order = np.argsort([-p.response for p in points], kind="stable")[:MOST_FEATURES]
    described = np.asarray(found, np.float32)[order]
    root = np.sqrt(described / np.maximum(described.sum(axis=1, keepdims=True), 1e-6))
    return LocalFeatures(places[order], np.clip(np.rint(root * _UNIT), 0, 255).astype(np.uint8))


def _grained(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``grey`` with a grain of one level here and there, of which no feature is made.

    With a contrast this low, OpenCV takes every pixel of an even area for a candidate: all its neighbours are equal,
    and the difference of two blurs of it is a rounding error. And blurs of black fade into numbers so small that
    processors take many times as long over them.
    """
    grain = _grain()[: grey.shape[0], : grey.shape[1]]
    return np.where(grey < _HALF, grey + grain, grey - grain)  # of a negative it is the negative


@cache
def _grain() -> NDArray[np.uint8]:
    side = max(LONGER_SIDES.values()) + 2 * MARGIN
    return (np.random.default_rng(0).random((side, side)) < _GRAINS).astype(np.uint8)
