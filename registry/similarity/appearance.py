"""What the listing shows where a work is said to lie, compared with the work pixel by pixel."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging.gradient_field import Field, blurred, double_angle
from registry.imaging.template import SIDE, Template
from registry.imaging.view import INK_ALPHA, between_centres
from registry.similarity.alignment import ListingFields
from registry.similarity.hypotheses import longest_side

_MARGIN = 6
_BLOCK = 16
_LEAST_PIXELS = 150
_HALF = 128.0
_SOFT_EDGE = 0.3
_AROUND = np.ones((7, 7), np.uint8)
_CLOSE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Appearance:
    """How alike work and listing are in the work's frame, under one quadrilateral.

    ``edges`` is the correlation of the gradient fields over the ink and its surroundings, ``typical_block`` and
    ``weak_block`` the median and the 20th percentile of that over blocks (weighted by their edges), ``soft_edges``
    the same correlation after a blur, ``tone`` the correlation of grey levels (negative: inverted), ``visible``
    the share of the ink that lies in the listing, ``explained`` the share of the listing's edges there that the work
    has too, ``scale`` pixels of the view for a pixel of the template, ``detail`` the number of blocks with edges.
    """

    edges: float
    typical_block: float
    weak_block: float
    soft_edges: float
    tone: float
    visible: float
    explained: float
    scale: float
    detail: int


NOTHING = Appearance(-1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0)


def appearance(listing: ListingFields, template: Template, quad: NDArray[np.float64]) -> Appearance:
    """Lay the listing back over the template and compare; NOTHING where too little of it is visible."""
    height, width = template.pixels.shape[:2]
    size = (width + 2 * _MARGIN, height + 2 * _MARGIN)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + _MARGIN
    matrix = between_centres(np.asarray(cv2.getPerspectiveTransform(corners, quad.reshape(4, 2).astype(np.float32))))
    scale = longest_side(quad) / SIDE
    colours = listing.colours if scale < 1.5 else listing.softened(0.35 * scale)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = np.asarray(
        cv2.warpPerspective(colours, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    inside = _inside(matrix, size, listing)
    bordered = cv2.copyMakeBorder(template.pixels, *(_MARGIN,) * 4, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    padded: NDArray[np.float32] = np.asarray(bordered, np.float32)
    alpha = padded[..., 3:] / np.float32(255)
    ink = (alpha[..., 0] > _SOFT_EDGE).astype(np.uint8)
    near = (cv2.dilate(ink, _AROUND) > 0) & inside
    if np.count_nonzero(near) < _LEAST_PIXELS:
        return NOTHING
    visible = int(np.count_nonzero((ink > 0) & inside)) / max(1, int(np.count_nonzero(ink)))
    beside = (cv2.dilate(ink, _CLOSE) == 0) & inside
    ground = np.median(seen[beside][::4], axis=0) if np.count_nonzero(beside) > 80 else np.full(3, _HALF)
    theirs = _field(seen)
    expected, field, own = _best_rendering(padded, ground.astype(np.float32), scale, theirs, near)
    dot, own_energy, their_energy = _products(own, theirs)
    blocks, count = _blocks(dot, own_energy, their_energy, near)
    return Appearance(
        edges=field,
        typical_block=blocks[0],
        weak_block=blocks[1],
        soft_edges=_correlation(blurred(own, 2.5), blurred(theirs, 2.5), near),
        tone=_tone(expected, seen, near),
        visible=visible,
        explained=float(np.minimum(own_energy, their_energy)[near].sum() / (their_energy[near].sum() + 1e-6)),
        scale=scale,
        detail=count,
    )


def _inside(matrix: NDArray[np.float64], size: tuple[int, int], listing: ListingFields) -> NDArray[np.bool_]:
    across, down = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
    depth = matrix[2, 0] * across + matrix[2, 1] * down + matrix[2, 2]
    x = (matrix[0, 0] * across + matrix[0, 1] * down + matrix[0, 2]) / depth
    y = (matrix[1, 0] * across + matrix[1, 1] * down + matrix[1, 2]) / depth
    within: NDArray[np.bool_] = (x > -0.5) & (y > -0.5) & (x < listing.width - 0.5) & (y < listing.height - 0.5)
    return within


def _best_rendering(
    padded: NDArray[np.float32],
    ground: NDArray[np.float32],
    scale: float,
    theirs: Field,
    near: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], float, Field]:
    """The work on the listing's ground as it is, as its negative, or by its outline: whichever fits; also its field."""
    ink, alpha = [np.ascontiguousarray(padded[..., channel]) for channel in range(3)], padded[..., 3] / np.float32(255)
    opaque, half = np.float32(255), np.float32(_HALF)
    under = [(1 - alpha) * level for level in ground]
    renderings = [np.dstack([ink[channel] * alpha + under[channel] for channel in range(3)])]
    if padded[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN, 3].min() <= 255 - INK_ALPHA:
        renderings += [
            np.dstack([(opaque - ink[channel]) * alpha + under[channel] for channel in range(3)]),
            np.dstack([*(ink[channel] * alpha + half * (1 - alpha) for channel in range(3)), alpha * half]),
        ]
    best: tuple[float, int, Field] | None = None
    for number, rendering in enumerate(renderings):
        # A print smaller than the template has lost detail that the template still has.
        own = _field(blurred(rendering, 0.5 / scale) if scale < 0.9 else rendering)
        alike = _correlation(own, theirs, near)
        if best is None or alike > best[0]:
            best = (alike, number, own)
    assert best is not None  # noqa: S101 - there is always a first rendering
    shown = renderings[best[1]] if renderings[best[1]].shape[2] == 3 else renderings[0]
    return shown, best[0], best[2]


def _field(colours: NDArray[np.float32]) -> Field:
    field, _ = double_angle(np.ascontiguousarray(colours, np.float32), noise=2.0, smoothing=1.2)
    return blurred(field, 1.0)


def _correlation(own: Field, theirs: Field, near: NDArray[np.bool_]) -> float:
    both, own_energy, their_energy = (float(product.sum(where=near)) for product in _products(own, theirs))
    return both / math.sqrt((own_energy + 1) * (their_energy + 1))


def _products(own: Field, theirs: Field) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """At each pixel the product of the two fields, and the square of each."""
    a, b, c, d = own[..., 0], own[..., 1], theirs[..., 0], theirs[..., 1]
    return a * c + b * d, a * a + b * b, c * c + d * d


def _tone(expected: NDArray[np.float32], seen: NDArray[np.float32], near: NDArray[np.bool_]) -> float:
    a, b = (picture[..., 0][near] + picture[..., 1][near] + picture[..., 2][near] for picture in (expected, seen))
    return float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std() + 36))


def _blocks(
    dot: NDArray[np.float32],
    own: NDArray[np.float32],
    theirs: NDArray[np.float32],
    near: NDArray[np.bool_],
) -> tuple[tuple[float, float], int]:
    """Median and 20th percentile of the agreement of blocks, weighted by the work's edges; and how many blocks."""
    height, width = near.shape
    across = width // _BLOCK + 1
    number = ((np.arange(height) // _BLOCK)[:, None] * across + (np.arange(width) // _BLOCK)[None, :])[near]
    sums = [np.bincount(number, part[near]) for part in (dot, own, theirs)]
    with_edges = sums[1] > 0.02 * sums[1].sum() / max(1, np.count_nonzero(sums[1]))
    if not with_edges.any():
        return (-1.0, -1.0), 0
    alike = sums[0][with_edges] / np.sqrt((sums[1][with_edges] + 0.5) * (sums[2][with_edges] + 0.5))
    order = np.argsort(alike)
    weight = np.cumsum(np.sqrt(sums[1][with_edges][order]))
    places = np.searchsorted(weight, np.array([0.5, 0.2]) * weight[-1])
    typical, weak = alike[order][np.minimum(places, len(order) - 1)]
    return (float(typical), float(weak)), int(np.count_nonzero(with_edges))
