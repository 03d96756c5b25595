"""Plain SIFT (Lowe 2004) against every work, with a ratio test and a RANSAC affinity: slow, and the classic."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.benchmark.collection import PictureFile
from registry.benchmark.system import Claim, Listing, on_white
from registry.benchmark.thefts import Picture
from registry.benchmark.thefts.plate import projected, rectangle

LONGER_SIDE = 800
"""Pixels at which features are taken."""
MOST_FEATURES = 1500
RATIO = 0.8
INLIERS = 8
_TOLERANCE = 5.0


@dataclass(frozen=True)
class Features:
    """``points`` (count, 2) in pixels of the picture itself, ``descriptors`` (count, 128)."""

    points: NDArray[np.float64]
    descriptors: NDArray[np.float32]
    size: tuple[int, int]


@dataclass(frozen=True)
class Agreement:
    """``inliers`` agree on ``matrix``, 3 by 3; they lie at that many distinct ``places`` of either picture."""

    inliers: int
    places: int
    matrix: NDArray[np.float64]


class Sift:
    name = "sift"

    def __init__(self) -> None:
        self._works: list[tuple[int, Features]] = []

    def enrol(self, work: int, design: PictureFile) -> bool:
        self._works.append((work, features(on_white(design.pixels))))
        return True

    def ask(self, listing: Listing) -> list[Claim]:
        asked = features(listing.on_white)
        found = []
        for work, known in self._works:
            agreed = agreement(known, asked)
            if agreed and agreed.inliers >= INLIERS:
                corners = projected(agreed.matrix, rectangle(0, 0, *known.size))
                polygon = tuple((float(x), float(y)) for x, y in corners)
                found.append((agreed.inliers, Claim(work, True, 1 - 0.5 ** (agreed.inliers / INLIERS), polygon)))
        return [claim for _, claim in sorted(found, key=lambda one: -one[0])]


def features(picture: Picture, *, longer_side: int = LONGER_SIDE, most: int = MOST_FEATURES) -> Features:
    """The strongest features of an RGB picture."""
    height, width = picture.shape[:2]
    scale = min(1.0, longer_side / max(height, width))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    found, described = cv2.SIFT.create(nfeatures=most).detectAndCompute(grey, None)
    points = np.array([point.pt for point in found], dtype=np.float64).reshape(-1, 2)
    descriptors = np.zeros((0, 128), dtype=np.float32) if described is None else np.asarray(described, dtype=np.float32)
    return Features((points + 0.5) / scale, descriptors, (width, height))


def agreement(known: Features, asked: Features) -> Agreement | None:
    """The affinity from the first picture to the second that most features agree on; None where there is none."""
    if len(known.points) < 3 or len(asked.points) < 3:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(known.descriptors, asked.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]
    if len(good) < 4:
        return None
    source = known.points[[one.queryIdx for one in good]].astype(np.float32)
    target = asked.points[[one.trainIdx for one in good]].astype(np.float32)
    tolerance = _TOLERANCE * max(1.0, max(asked.size) / LONGER_SIDE)
    matrix, mask = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=tolerance)
    if np.shape(matrix) != (2, 3):  # None where no affinity fits
        return None
    agreed = np.asarray(mask).ravel() > 0
    places = min(_distinct(source[agreed]), _distinct(target[agreed]))
    return Agreement(int(agreed.sum()), places, np.vstack([np.asarray(matrix, dtype=np.float64), [0, 0, 1]]))


def _distinct(points: NDArray[np.float32]) -> int:
    """How many places they are: SIFT often sees one corner at several scales and in several directions."""
    return len(np.unique(np.rint(points / (2 * _TOLERANCE)), axis=0))
