"""What the listing shows where a work is said to lie, compared with the work pixel by pixel."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging.template import SIDE
from registry.imaging.view import INK_ALPHA, between_centres
from registry.similarity import edge_field
from registry.similarity.alignment import ListingFields
from registry.similarity.compiling import compiled_loosely
from registry.similarity.edge_field import Planes
from registry.similarity.hypotheses import longest_side
from registry.similarity.registered_features import AnyTemplate

_MARGIN = 6
_BLOCK = 16
_LEAST_PIXELS = 150
_LEAST_BESIDE = 80
_LEAST_VISIBLE = 0.22
"""Of the ink; less was never enough for a person to look at it, whatever it showed."""
_LEAST_EDGES = 0.4
"""Correlation of the gradient fields; what people were asked to look at had at least 0.47."""
_HALF = 128.0
_OPAQUE = np.float32(255)
_SOFT_EDGE = 0.3
_NOISE = 2.0
_SMOOTHING = 1.2
_SOFTENING = 1.0
_SOFT = 2.5
"""Of the gradient fields: slopes that count as none; deviations of the Gaussians before, after, for a softer look."""
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


def appearance(listing: ListingFields, template: AnyTemplate, quad: NDArray[np.float64]) -> Appearance:
    """Lay the listing back over the template and compare; NOTHING where too little is visible or agrees."""
    height, width = template.shape
    size = (width + 2 * _MARGIN, height + 2 * _MARGIN)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + _MARGIN
    scale = longest_side(quad) / SIDE
    colours = listing.colours(scale)
    across, down = colours.shape[1] / listing.width, colours.shape[0] / listing.height
    quad = quad * np.tile([across, down], 4)
    matrix = between_centres(np.asarray(cv2.getPerspectiveTransform(corners, quad.reshape(4, 2).astype(np.float32))))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = np.asarray(
        cv2.warpPerspective(colours, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    inside = edge_field.inside(matrix, size[0], size[1], (colours.shape[1], colours.shape[0]))
    bordered = cv2.copyMakeBorder(template.pixels, *(_MARGIN,) * 4, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    padded: NDArray[np.float32] = np.asarray(bordered, np.float32)
    ink = (padded[..., 3] > _SOFT_EDGE * _OPAQUE).astype(np.uint8)
    near = (cv2.dilate(ink, _AROUND) > 0) & inside
    visible = int(np.count_nonzero((ink > 0) & inside)) / max(1, int(np.count_nonzero(ink)))
    if visible < _LEAST_VISIBLE or np.count_nonzero(near) < _LEAST_PIXELS:
        return NOTHING
    beside = (cv2.dilate(ink, _CLOSE) == 0) & inside
    weights = near.astype(np.float32)
    ground = _ground(seen, beside)
    theirs = _field(seen)
    premultiplied = _premultiplied(padded)
    edges, rendering, own = _best_rendering(premultiplied, ground, scale, theirs, weights)
    if edges < _LEAST_EDGES:
        return NOTHING
    _, _, their_energy, shared = edge_field.products(own, theirs, weights)
    blocks, count = _blocks(edge_field.products_by_block(own, theirs, weights, _BLOCK))
    return Appearance(
        edges=edges,
        typical_block=blocks[0],
        weak_block=blocks[1],
        soft_edges=_correlation(edge_field.softened(own, _SOFT), edge_field.softened(theirs, _SOFT), weights),
        tone=_tone(premultiplied, rendering.grey, seen, near),
        visible=visible,
        explained=shared / (their_energy + 1e-6),
        scale=scale,
        detail=count,
    )


def _premultiplied(padded: NDArray[np.float32]) -> Planes:
    """Planes of colours times alpha, and of alpha in 0..1, of a picture of straight 8-bit levels."""
    planes = edge_field.planes_of(padded)
    planes[3] /= _OPAQUE
    planes[:3] *= planes[3]
    return planes


@dataclass(frozen=True)
class _Rendering:
    """Planes of a picture of the work but for a constant each: a share of a premultiplied colour, and of the alpha.

    Both have shape (planes,).
    """

    shares: NDArray[np.float32]
    of_alpha: NDArray[np.float32]

    @property
    def grey(self) -> NDArray[np.float32]:
        """The share that each colour and the alpha have in the sum of the three colours, but for a constant; (4,)."""
        return np.append(self.shares[:3], self.of_alpha[:3].sum())


def _renderings(ground: NDArray[np.float32], *, cut_out: bool) -> list[_Rendering]:
    """As it is on ``ground``; of what is cut out, its negative and its outline too."""
    one = np.ones(3, np.float32)
    plain = _Rendering(one, -ground)
    if not cut_out:
        return [plain]
    outline = np.full(3, -_HALF, np.float32)
    return [
        plain,
        _Rendering(-one, _OPAQUE - ground),
        _Rendering(np.append(one, np.float32(0)), np.append(outline, np.float32(_HALF))),
    ]


def _best_rendering(
    premultiplied: Planes,
    ground: NDArray[np.float32],
    scale: float,
    theirs: Planes,
    weights: NDArray[np.float32],
) -> tuple[float, _Rendering, Planes]:
    """How the work fits on the listing's ground as it is, as its negative, or by its outline; the best of them.

    Answers the correlation, the rendering to compare grey levels with, and the work's field.
    """
    cut_out = premultiplied[3, _MARGIN:-_MARGIN, _MARGIN:-_MARGIN].min() * _OPAQUE <= _OPAQUE - INK_ALPHA
    # A print smaller than the template has lost detail that the template still has.
    lost = 0.5 / scale if scale < 0.9 else 0.0
    across, down = edge_field.slopes(premultiplied, math.hypot(lost, _SMOOTHING))
    best: tuple[float, _Rendering, Planes] | None = None
    renderings = _renderings(ground, cut_out=bool(cut_out))
    for rendering in renderings:
        steepest = edge_field.steepest_of_mixed(across, down, rendering.shares, rendering.of_alpha, _NOISE)
        own = edge_field.softened(steepest, _SOFTENING)
        alike = _correlation(own, theirs, weights)
        if best is None or alike > best[0]:
            best = (alike, rendering if len(rendering.shares) == 3 else renderings[0], own)
    assert best is not None  # noqa: S101 - there is always a first rendering
    return best


def _ground(seen: NDArray[np.float32], beside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The median of every fourth pixel ``beside`` the ink; grey where there are few."""
    chosen = np.flatnonzero(beside)
    if len(chosen) <= _LEAST_BESIDE:
        return np.full(3, _HALF, np.float32)
    return np.median(seen.reshape(-1, 3)[chosen[::4]].T.copy(), axis=1).astype(np.float32)


def _field(colours: NDArray[np.float32]) -> Planes:
    planes = edge_field.planes_of(colours)
    return edge_field.softened(edge_field.double_angle(planes, noise=_NOISE, smoothing=_SMOOTHING), _SOFTENING)


def _correlation(own: Planes, theirs: Planes, weights: NDArray[np.float32]) -> float:
    both, own_energy, their_energy, _ = edge_field.products(own, theirs, weights)
    return both / math.sqrt((own_energy + 1) * (their_energy + 1))


@compiled_loosely
def _tone(work: Planes, shares: NDArray[np.float32], seen: NDArray[np.float32], near: NDArray[np.bool_]) -> float:
    """Correlation, over the pixels that are ``near``, of a rendering's grey levels with those of the listing."""
    count, of_a, of_b, of_aa, of_bb, of_ab = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for row in range(near.shape[0]):
        for column in range(near.shape[1]):
            if near[row, column]:
                a, b = 0.0, 0.0
                for plane in range(4):
                    a += shares[plane] * work[plane, row, column]
                for channel in range(3):
                    b += seen[row, column, channel]
                count += 1
                of_a, of_b = of_a + a, of_b + b
                of_aa, of_bb, of_ab = of_aa + a * a, of_bb + b * b, of_ab + a * b
    a, b = of_a / count, of_b / count
    spread = math.sqrt(max(of_aa / count - a * a, 0.0)) * math.sqrt(max(of_bb / count - b * b, 0.0))
    return (of_ab / count - a * b) / (spread + 36)


def _blocks(sums: NDArray[np.float64]) -> tuple[tuple[float, float], int]:
    """Median and 20th percentile of the agreement of blocks, weighted by the work's edges; and how many blocks."""
    with_edges = sums[1] > 0.02 * sums[1].sum() / max(1, np.count_nonzero(sums[1]))
    if not with_edges.any():
        return (-1.0, -1.0), 0
    alike = sums[0][with_edges] / np.sqrt((sums[1][with_edges] + 0.5) * (sums[2][with_edges] + 0.5))
    order = np.argsort(alike)
    weight = np.cumsum(np.sqrt(sums[1][with_edges][order]))
    places = np.searchsorted(weight, np.array([0.5, 0.2]) * weight[-1])
    typical, weak = alike[order][np.minimum(places, len(order) - 1)]
    return (float(typical), float(weak)), int(np.count_nonzero(with_edges))
