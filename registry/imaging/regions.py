"""Regions of a picture that may be a design by themselves, described whatever way they are turned.

Flat designs have few corners, but they stand on a ground: connected edges, and what lies inside flat
ground, are proposed as regions. A region is normalised by centre and spread of its own edges, and its
gradient field is expanded in rings around the centre: c(k, m) = sum over pixels of z ring_k(r) exp(-i m phi).
Turning the picture by alpha multiplies c(k, m) by exp(i (2 - m) alpha) (the field turns twice as fast), mirroring
it top to bottom conjugates it. So the magnitudes are the same for every turned or mirrored copy, and the phases
tell the angle.
"""

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging import view
from registry.imaging.gradient_field import Field, blurred, double_angle, locally_normalised
from registry.imaging.pixel_words import is_opaque

MOST_REGIONS = 24
LONGER_SIDE = 320
"""Pixels at which regions are looked for: what is smaller than a fifteenth of that is no design."""
PATCH = 64
RINGS = 8
REACH = 2.1
"""How far the rings reach, in root mean square distances of the region's edges from their centre."""
SPIN = 2
_HIGHEST = 10
_MARGIN = 12
_SLOPES = (4.0, 12.0)
_CLOSINGS = (3, 7, 15, 31)
_SMALLEST_SIDE = 0.07
_SMALLEST_SPREAD = 0.03
_LEAST_ENERGY = 15.0
_SAME = 0.06
_PER_STEP = 6
_FLAT_GROUNDS = 4
_FLAT_SHARE = 0.03
_PRE_BLUR = 0.8
_POST_BLUR = 1.2
_COMPONENTS = cv2.CCL_BBDT
"""Labels the components as OpenCV's default does, in less than half the time."""
COMPONENT_UNIT = 127


@dataclass(frozen=True)
class Regions:
    """``places`` has shape (count, 3), float32: centre x, y and spread in pixels of the view.

    ``spectra`` has shape (count, TERMS, 2), int8: real and imaginary parts of each term in order of
    ``terms()``, the largest component of a region scaled to 127.
    """

    places: NDArray[np.float32]
    spectra: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.places)


@cache
def terms() -> NDArray[np.int64]:
    """The angular order m of each term, rings from inside to outside."""
    return _expansion()[1]


@cache
def _expansion() -> tuple[NDArray[np.complex64], NDArray[np.int64]]:
    down, across = (np.mgrid[0:PATCH, 0:PATCH] + 0.5) / PATCH * 2 - 1
    distance, angle = np.hypot(across, down) * REACH, np.arctan2(down, across)
    centres = np.linspace(0.15, REACH * 0.92, RINGS)
    functions, orders = [], []
    for centre in centres:
        ring = np.exp(-0.5 * ((distance - centre) / (0.55 * (centres[1] - centres[0]))) ** 2)
        ring /= np.sqrt((ring * ring).sum())
        for order in range(-_HIGHEST, _HIGHEST + 1):
            if abs(order) <= 2 + 9 * centre:  # an inner ring is too short for finer structure
                functions.append((ring * np.exp(-1j * (order + SPIN) * angle)).ravel())
                orders.append(order + SPIN)
    return np.stack(functions).astype(np.complex64), np.array(orders, dtype=np.int64)


def regions(pixels: view.Pixels, ground: int) -> Regions:
    """The regions of a view on ``ground``, the whole picture first."""
    height, width = pixels.shape[:2]
    scale = min(1.0, LONGER_SIDE / max(height, width))
    small = view.resized(pixels, LONGER_SIDE) if scale < 1 else pixels
    how = cv2.BORDER_REPLICATE if is_opaque(pixels) else cv2.BORDER_CONSTANT
    channels = cv2.copyMakeBorder(
        view.on_ground(small, ground), _MARGIN, _MARGIN, _MARGIN, _MARGIN, how, value=(float(ground),) * 3
    )
    field, slope = double_angle(np.asarray(channels, np.float32), noise=2.0, smoothing=_PRE_BLUR)
    field = locally_normalised(field, reach=8.0, share=1.5, floor=0.35)
    found = _Proposals(np.hypot(field[..., 0], field[..., 1]))
    found.add(np.ones(slope.shape, np.uint8))
    for level in _SLOPES:
        edges = (slope > level).astype(np.uint8)
        _connected(found, edges)
        _inside_flat_ground(found, edges)
    places = np.array([(x - _MARGIN, y - _MARGIN, spread) for x, y, spread, _ in found.kept], np.float32)
    if not found.kept:
        return Regions(np.zeros((0, 3), np.float32), np.zeros((0, len(terms()), 2), np.int8))
    return Regions(places / np.float32(scale), _spectra([_patch(field, proposal) for proposal in found.kept]))


_Proposal = tuple[float, float, float, NDArray[np.uint8]]
"""Centre x and y, spread, and a mask of 0 and 1."""


class _Proposals:
    """Masks with the centre and spread of the edge energy under them; near doubles are left out."""

    def __init__(self, energy: NDArray[np.float32]) -> None:
        self._energy = energy
        self._across = np.arange(energy.shape[1], dtype=np.float32)
        self._down = np.arange(energy.shape[0], dtype=np.float32)
        self.kept: list[_Proposal] = []

    @property
    def full(self) -> bool:
        return len(self.kept) >= MOST_REGIONS

    def add(self, mask: NDArray[np.uint8]) -> None:
        weights = np.asarray(cv2.copyTo(self._energy, mask), np.float32)
        total = float(weights.sum())
        if total < _LEAST_ENERGY or self.full:
            return
        columns, lines = weights.sum(axis=0) / total, weights.sum(axis=1) / total
        x, y = float(columns @ self._across), float(lines @ self._down)
        spread = math.sqrt(float(columns @ (self._across - x) ** 2 + lines @ (self._down - y) ** 2))
        if spread < _SMALLEST_SPREAD * max(mask.shape):
            return
        for known_x, known_y, known_spread, _ in self.kept:
            if abs(known_x - x) + abs(known_y - y) < _SAME * spread and abs(known_spread / spread - 1) < _SAME:
                return
        self.kept.append((x, y, spread, mask))


def _connected(found: _Proposals, edges: NDArray[np.uint8]) -> None:
    """Edges that hang together, more and more generously, each with everything it encloses."""
    longer = max(edges.shape)
    for closing in _CLOSINGS:
        kernel = np.ones((closing, closing), np.uint8)
        joined = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, kernel) if closing > 3 else cv2.dilate(edges, kernel)
        _, labels, boxes, _ = cv2.connectedComponentsWithStatsWithAlgorithm(joined, 8, cv2.CV_32S, _COMPONENTS)
        large = [j for j in range(1, len(boxes)) if max(boxes[j, 2], boxes[j, 3]) > _SMALLEST_SIDE * longer]
        for j in sorted(large, key=lambda j: -int(boxes[j, 2]) * int(boxes[j, 3]))[:_PER_STEP]:
            if found.full:
                return
            left, top, width, height = (int(side) for side in boxes[j, :4])
            part = (labels[top : top + height, left : left + width] == j).astype(np.uint8)
            mask = np.zeros(edges.shape, np.uint8)
            mask[top : top + height, left : left + width] = _filled(part)
            found.add(np.asarray(cv2.dilate(mask, np.ones((5, 5), np.uint8)), np.uint8))


def _inside_flat_ground(found: _Proposals, edges: NDArray[np.uint8]) -> None:
    """What lies inside each large area without edges."""
    flat = 1 - cv2.dilate(edges, np.ones((3, 3), np.uint8))
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(flat, connectivity=4)
    large = [j for j in range(1, len(boxes)) if boxes[j, 4] > _FLAT_SHARE * edges.size]
    for j in sorted(large, key=lambda j: -int(boxes[j, 4]))[:_FLAT_GROUNDS]:
        area = (labels == j).astype(np.uint8)
        inside = _filled(area) - area
        found.add(np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)), np.uint8))


def _filled(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros(part.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, (1,), -1)
    return filled


def _patch(field: Field, proposal: _Proposal) -> NDArray[np.complex64]:
    """The field under a region's mask, normalised; flat."""
    x, y, spread, mask = proposal
    scale = PATCH / (2 * REACH * spread)
    masked = np.asarray(cv2.copyTo(field, mask), np.float32)
    if scale < 1:
        masked = blurred(masked, 0.4 / scale)
    matrix = np.array([[scale, 0, PATCH / 2 - scale * x], [0, scale, PATCH / 2 - scale * y]], np.float32)
    patch = blurred(np.asarray(cv2.warpAffine(masked, matrix, (PATCH, PATCH)), np.float32), _POST_BLUR)
    return np.ascontiguousarray(patch).view(np.complex64).ravel()


def _spectra(patches: list[NDArray[np.complex64]]) -> NDArray[np.int8]:
    """Of all at once: the expansion, some megabytes, is then read once."""
    expanded = np.stack(patches) @ _expansion()[0].T
    parts = np.stack([expanded.real, expanded.imag], axis=-1)
    largest = np.abs(parts).max(axis=(1, 2), keepdims=True)
    spectra: NDArray[np.int8] = np.rint(parts * (COMPONENT_UNIT / np.maximum(largest, 1e-6))).astype(np.int8)
    return spectra
