"""Moving a work's template over the listing to where its edges fit best, coarse and then fine."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging import view
from registry.imaging.gradient_field import blurred
from registry.imaging.picture import Features
from registry.imaging.template import SIDE, Template
from registry.similarity import edge_field, kernels
from registry.similarity.hypotheses import longest_side

LEAST_VISIBLE = 0.22
_STEP_OF_LEVELS = 0.5
"""Octaves between two sizes at which the listing's field is kept."""
_SMALLEST_FIELD = 40
_AVERAGED_BELOW = 0.6
_LARGEST_FIELD = view.VIEW_SIDE


@dataclass(frozen=True)
class _Stage:
    """``side``: pixels of the template's longer side in the field; ``reach``: pixels of the first steps.

    The fine stage moves the fine points, each corner freely, as in perspective.
    """

    side: float
    reach: float
    steps: int
    fine: bool


_COARSE = _Stage(side=64, reach=3, steps=100, fine=False)
_FINE = _Stage(side=130, reach=4, steps=400, fine=True)


class ListingFields:
    """A listing's colours in its view, and its gradient fields and blurred copies at the sizes asked for."""

    def __init__(self, features: Features) -> None:
        self.colours = view.on_ground(features.view, features.ground)
        self.height, self.width = self.colours.shape[:2]
        self._longer = max(self.height, self.width)
        self._fields: dict[int, NDArray[np.float32]] = {}
        self._blurred: dict[int, NDArray[np.float32]] = {}

    def field(self, side: int) -> NDArray[np.float32]:
        """The gradient field of the listing reduced (or enlarged) to a longer side of ``side`` pixels."""
        if side not in self._fields:
            scale = side / self._longer
            size = (max(8, round(self.width * scale)), max(8, round(self.height * scale)))
            # Between two pixels INTER_LINEAR averages as INTER_AREA does, in a third of the time.
            how = cv2.INTER_AREA if scale < _AVERAGED_BELOW else cv2.INTER_LINEAR
            sized = edge_field.planes_of(np.asarray(cv2.resize(self.colours, size, interpolation=how), np.float32))
            field = edge_field.softened(edge_field.double_angle(sized, noise=4.0, smoothing=0.8), 1.2)
            energy = blurred(field[0] ** 2 + field[1] ** 2, 6.0)
            self._fields[side] = edge_field.locally_normalised(field, energy, 1.3, 0.35)
        return self._fields[side]

    def side_for(self, quad: NDArray[np.float64], target: float) -> int:
        """The longer side, in steps, at which ``quad`` has about ``target`` pixels."""
        octaves = math.log2(self._longer * target / longest_side(quad) / 1000)
        side = 1000 * 2 ** (round(octaves / _STEP_OF_LEVELS) * _STEP_OF_LEVELS)
        return int(min(_LARGEST_FIELD, max(_SMALLEST_FIELD, side)))

    def softened(self, deviation: float) -> NDArray[np.float32]:
        """The colours after a Gaussian of about ``deviation`` pixels."""
        step = round(math.log2(deviation) * 2)
        if step not in self._blurred:
            self._blurred[step] = blurred(self.colours, 2 ** (step / 2))
        return self._blurred[step]

    @property
    def scale(self) -> float:
        """Pixels of the longer side of the view."""
        return float(self._longer)


def ink_size(template: Template) -> tuple[float, float]:
    """Width and height of the ink in longer sides of it."""
    height, width = template.pixels.shape[:2]
    return width / SIDE, height / SIDE


def coarse(listing: ListingFields, template: Template, quad: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Agreement and the better place, as an affine print."""
    return _moved(listing, template, quad, _COARSE)


def fine(listing: ListingFields, template: Template, quad: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Agreement and the best place, in perspective."""
    return _moved(listing, template, quad, _FINE)


def unmoved(listing: ListingFields, template: Template, quad: NDArray[np.float64]) -> float:
    """Agreement of the fine edges just there."""
    level = listing.side_for(quad, _FINE.side)
    width, height = ink_size(template)
    at = np.empty(8)
    kernels.homography(quad * (level / listing.scale), width, height, at)
    points = template.fine.ravel()
    return kernels.agreement(listing.field(level), at, points, LEAST_VISIBLE, np.empty_like(points))[0]


def _moved(
    listing: ListingFields, template: Template, quad: NDArray[np.float64], stage: _Stage
) -> tuple[float, NDArray[np.float64]]:
    points = template.fine if stage.fine else template.coarse
    if not len(points):
        return -1.0, quad
    level = listing.side_for(quad, stage.side)
    scale = level / listing.scale
    width, height = ink_size(template)
    best, visible, moved = kernels.refined(
        listing.field(level),
        quad * scale,
        points,
        width,
        height,
        stage.reach,
        _noise(stage.steps),
        LEAST_VISIBLE,
        stage.fine,
    )
    return best * min(1.0, 0.5 + visible), moved / scale


@cache
def _noise(steps: int) -> NDArray[np.float64]:
    return np.random.default_rng(steps).standard_normal((steps, 8))
