"""Moving a work's template over the listing to where its edges fit best: coarse, then fine, and finer where works that
resemble each other are to be told apart."""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging import view
from registry.imaging.gradient_field import blurred
from registry.imaging.picture import Features
from registry.imaging.template import SIDE
from registry.similarity import edge_field, kernels
from registry.similarity.hypotheses import longest_side
from registry.similarity.registered_features import AnyTemplate

LEAST_VISIBLE = 0.22
_STEP_OF_LEVELS = 0.5
"""Octaves between two sizes at which the listing's field is kept."""
_SMALLEST_FIELD = 40
_SOFT_FROM = 1.5
"""Pixels of the view for one of the template, from which the listing is softened before it is looked at so small."""
_SOFTNESS = 0.35
"""Deviation of that, likewise."""
_SEEN = 0.3
"""Pixels; a Gaussian of a smaller deviation changes nothing that could be seen."""
_LARGEST_FIELD = view.VIEW_SIDE


@dataclass(frozen=True)
class _Stage:
    """``side``: pixels of the template's longer side in the field; ``reach``: pixels of the first steps.

    The fine stage moves the fine points, each corner freely, as in perspective. Before step ``look`` a place is given
    up where its edges agree less than ``hopeless``.
    """

    side: float
    reach: float
    steps: int
    fine: bool
    look: int
    hopeless: float


# Four places of five do not fit in the end; a third of the way two in three of those are told by this, and one in 250
# of the others is taken for one of them.
_COARSE = _Stage(side=64, reach=3, steps=100, fine=False, look=32, hopeless=0.25)
_FINE = _Stage(side=130, reach=4, steps=400, fine=True, look=0, hopeless=-1)
# With 200 to 460 pixels as many of 172 groups of siblings were told apart, give or take three; with 130 a tenth fewer.
_FINER = _Stage(side=260, reach=2, steps=300, fine=True, look=0, hopeless=-1)


class ListingFields:
    """A listing's colours in its view, reduced by halves as they are asked for, and its gradient fields by size."""

    def __init__(self, features: Features) -> None:
        self._halved = [view.on_ground(features.view, features.ground)]
        self.height, self.width = self._halved[0].shape[:2]
        self._longer = max(self.height, self.width)
        self._fields: dict[int, NDArray[np.float32]] = {}
        self._blurred: dict[tuple[int, int], NDArray[np.float32]] = {}

    def field(self, side: int) -> NDArray[np.float32]:
        """The gradient field of the listing reduced (or enlarged) to a longer side of ``side`` pixels."""
        if side not in self._fields:
            scale = side / self._longer
            size = (max(8, round(self.width * scale)), max(8, round(self.height * scale)))
            halved = self._halved_by(max(0, math.floor(-math.log2(scale))))
            sized = edge_field.planes_of(
                np.asarray(cv2.resize(halved, size, interpolation=cv2.INTER_LINEAR), np.float32)
            )
            field = edge_field.softened(edge_field.double_angle(sized, noise=4.0, smoothing=0.8), 1.2)
            energy = blurred(field[0] ** 2 + field[1] ** 2, 6.0)
            self._fields[side] = edge_field.locally_normalised(field, energy, 1.3, 0.35)
        return self._fields[side]

    def side_for(self, quad: NDArray[np.float64], target: float) -> int:
        """The longer side, in steps, at which ``quad`` has about ``target`` pixels."""
        octaves = math.log2(self._longer * target / longest_side(quad) / 1000)
        side = 1000 * 2 ** (round(octaves / _STEP_OF_LEVELS) * _STEP_OF_LEVELS)
        return int(min(_LARGEST_FIELD, max(_SMALLEST_FIELD, side)))

    def colours(self, pixels: float) -> NDArray[np.float32]:
        """The colours, shape (height, width, 3), as soft as a picture with one pixel for ``pixels`` of the view shows
        them; reduced to as few pixels as that needs."""
        if pixels < _SOFT_FROM:
            return self._halved[0]
        halvings = math.floor(math.log2(2 * pixels / _SOFT_FROM))
        step = round(math.log2(_SOFTNESS * pixels) / _STEP_OF_LEVELS)
        if (halvings, step) not in self._blurred:
            # The halves of halves have averaged over squares already: that much blur is there.
            variance = 4.0 ** (step * _STEP_OF_LEVELS) - (4.0**halvings - 1) / 12
            deviation = math.sqrt(max(0.0, variance)) / 2**halvings
            halved = self._halved_by(halvings)
            self._blurred[halvings, step] = blurred(halved, deviation) if deviation > _SEEN else halved
        return self._blurred[halvings, step]

    @property
    def scale(self) -> float:
        """Pixels of the longer side of the view."""
        return float(self._longer)

    def _halved_by(self, halvings: int) -> NDArray[np.float32]:
        while len(self._halved) <= halvings:
            last = self._halved[-1]
            size = (max(1, last.shape[1] // 2), max(1, last.shape[0] // 2))
            self._halved.append(np.asarray(cv2.resize(last, size, interpolation=cv2.INTER_LINEAR), np.float32))
        return self._halved[halvings]


def ink_size(template: AnyTemplate) -> tuple[float, float]:
    """Width and height of the ink in longer sides of it."""
    height, width = template.shape
    return width / SIDE, height / SIDE


def coarse(
    listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Agreement and the better place, as an affine print."""
    return _moved(listing, template, quad, _COARSE)


def fine(listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Agreement and the best place, in perspective."""
    return _moved(listing, template, quad, _FINE)


def finer(
    listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """As ``fine``, from a place that is nearly right, on twice as many pixels."""
    return _moved(listing, template, quad, _FINER)


def unmoved(listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64]) -> float:
    """Agreement of the fine edges just there."""
    level = listing.side_for(quad, _FINE.side)
    width, height = ink_size(template)
    at = np.empty(8)
    kernels.homography(quad * (level / listing.scale), width, height, at)
    points = template.fine.ravel()
    return kernels.agreement(listing.field(level), at, points, LEAST_VISIBLE, np.empty_like(points))[0]


def _moved(
    listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64], stage: _Stage
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
        stage.look,
        stage.hopeless,
    )
    return best * min(1.0, 0.5 + visible), moved / scale


@cache
def _noise(steps: int) -> NDArray[np.float64]:
    return np.random.default_rng(steps).standard_normal((steps, 8))
