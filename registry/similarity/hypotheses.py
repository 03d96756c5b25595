"""Where in a listing a registered work might lie: quadrilaterals proposed by local features and by regions."""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.imaging.local_features import LocalFeatures
from registry.imaging.regions import SPIN, Regions, terms
from registry.similarity import kernels
from registry.similarity.index.feature_index import FeatureIndex
from registry.similarity.index.feature_table import LocalHits, magnitudes_of
from registry.similarity.vocabulary import PROBES, seen_through, vocabulary

MOST_FROM_LOCAL_FEATURES = 40
MOST_FROM_REGIONS = 120
"""Of a small print the right region is often the seventieth by its spectrum alone; its edges then tell."""
MOST_PER_WORK = 3
MOST_GROUPS = 100
"""Works in one of four appearances (inverted, mirrored) whose hits are looked at for a common transformation."""
MOST_PAIRS = 400
NEAREST = 4
"""Of a work's features to one of the listing: waves, scales and letters resemble each other."""
REGIONS_EACH = 40
LEAST_REGION_SCORE = 0.3
TOLERANCE = 0.06
"""Of the work's longer side: how far a feature may lie from where the transformation takes it."""
FLOOR = 3.0
"""Pixels of the view, likewise."""
_SOFTNESS = 16.0
"""Bits: a hit at this distance weighs 1/e of an exact one."""
_LEAST_FOR_AFFINE = 4
_GREATEST_SHEAR = 1.7
_ANGLES = 64
_SAME = 0.1
_AS_COMPLEX = np.array([1, 1j])
SAME_SPOT = 0.3
"""Of the smaller side: how far apart the centres of two works at one place may be."""
SAME_SPOT_SIZE = 1.5
_SAME_PLACE = 0.08
"""Of the longer side: how far apart two quadrilaterals' corners may be where they are one place of a work."""
_LEAST_SIDE = 24.0
"""Pixels of the view: what is smaller cannot be verified."""


class Source(Enum):
    """What proposed a place."""

    LOCAL_FEATURES = "local_features"
    REGIONS = "regions"
    OUTLINES = "outlines"


@dataclass(frozen=True)
class Hypothesis:
    """The ink of ``entry``'s picture lies at ``quad`` (8: x, y of its corners from the left top on, in the view).

    ``rank`` counts from 0, the strongest of its source.
    """

    entry: int
    quad: NDArray[np.float64]
    strength: float
    inliers: int
    source: Source
    rank: int = 0


def longest_side(quad: NDArray[np.float64]) -> float:
    """The longer of the mean width and the mean height, in pixels."""
    a, b, c, d, e, f, g, h = quad.tolist()
    across = math.hypot(c - a, d - b) + math.hypot(g - e, h - f)
    return max(across, math.hypot(e - c, f - d) + math.hypot(a - g, b - h)) / 2


def same_spot(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two works lie at about one place of the listing, whatever way they are turned."""
    sides = longest_side(one), longest_side(other)
    if max(sides) >= SAME_SPOT_SIZE * min(sides):
        return False
    apart = (one - other).tolist()
    return math.hypot(sum(apart[::2]) / 4, sum(apart[1::2]) / 4) < SAME_SPOT * min(sides)


def same_quad(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether two quadrilaterals are the same place of a work, but for what moving it would mend."""
    return bool(np.abs(one - other).max() < _SAME_PLACE * longest_side(other))


class WorkSizes:
    """Where each picture's ink lies in it, and how wide and high it is in units of its longer side."""

    def __init__(self) -> None:
        self._boxes: dict[int, tuple[float, ...]] = {}

    def put(self, entry: int, ink: Sequence[float], canvas: Sequence[float]) -> None:
        """Remember one: the box of its ink (left, top, right, bottom), width and height of the picture; any unit."""
        (left, top, right, bottom), (width, height) = ink, canvas
        longer = max(right - left, bottom - top)
        sides = (right - left) / longer, (bottom - top) / longer
        self._boxes[entry] = (*sides, left / width, top / height, right / width, bottom / height)

    def on_canvas(self, entry: int, width: float, height: float, *, mirrored: bool) -> NDArray[np.float64]:
        """The ink's corners where a listing of ``width`` and ``height`` is the whole picture."""
        left, top, right, bottom = self._boxes[entry][2:]
        if mirrored:
            left, right = 1 - left, 1 - right
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
        placed: NDArray[np.float64] = (corners * (width, height)).ravel()
        return placed

    def quad(self, entry: int, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The ink's corners under an affine map, shape (2, 3)."""
        width, height = self._boxes[entry][:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]])
        mapped: NDArray[np.float64] = (corners @ matrix[:, :2].T + matrix[:, 2]).ravel()
        return mapped


def from_local_features(
    index: FeatureIndex, sizes: WorkSizes, features: LocalFeatures, hidden: Set[int] = frozenset()
) -> list[Hypothesis]:
    """From features alike, under the similarity that most of a work's agree on."""
    if not len(features):
        return []
    found: list[Hypothesis] = []
    groups: list[_Group] = []
    for inverted in (False, True):
        for mirrored in (False, True):
            turned = seen_through(features.descriptors, inverted=inverted, mirrored=mirrored)
            hits = _nearest_each(index.hits(vocabulary().cells(turned, PROBES), vocabulary().codes(turned)))
            if len(hits.entries):
                groups += [one for one in _groups(hits, inverted, mirrored) if one.entry not in hidden]
    groups.sort(key=lambda group: (-group.total, group.entry, group.inverted, group.mirrored))
    for group in groups[:MOST_GROUPS]:
        found += _agreed(sizes, features.places, group)
    return _apart(sorted(found, key=lambda one: (-one.strength, one.entry)), MOST_FROM_LOCAL_FEATURES)


def from_regions(
    index: FeatureIndex, sizes: WorkSizes, regions: Regions, hidden: Set[int] = frozenset()
) -> list[Hypothesis]:
    """From regions alike, turned to where their phases agree best."""
    if not len(regions):
        return []
    spectra = _complex(regions.spectra)
    alike = [one for one in index.alike_regions(magnitudes_of(regions.spectra), REGIONS_EACH) if one[1] not in hidden]
    if not alike:
        return []
    numbers = np.array([number for number, _, _ in alike])
    theirs = _complex(np.stack([region["spectrum"] for _, _, region in alike]))
    places = np.stack([region["place"] for _, _, region in alike]).astype(np.float64)
    found: list[Hypothesis] = []
    for mirrored in (False, True):
        products = spectra[numbers] * (theirs if mirrored else theirs.conj())
        agreement = np.real(products @ _turns())
        best = agreement.argmax(axis=1)
        for k in np.flatnonzero(agreement.max(axis=1) >= LEAST_REGION_SCORE):
            x, y, spread = regions.places[numbers[k]].astype(np.float64)
            # Conjugation mirrors top to bottom: that is left to right, and half a turn.
            angle = 2 * math.pi * best[k] / _ANGLES + (math.pi if mirrored else 0)
            matrix = _similarity(angle, spread / places[k, 2], mirrored)
            matrix[:, 2] = np.array([x, y]) - matrix[:, :2] @ places[k, :2]
            entry = alike[int(k)][1]
            strength = float(agreement[k, best[k]])
            found.append(Hypothesis(entry, sizes.quad(entry, matrix), strength, 0, Source.REGIONS))
    return _apart(sorted(found, key=lambda one: (-one.strength, one.entry)), MOST_FROM_REGIONS)


def _nearest_each(hits: LocalHits) -> LocalHits:
    """Of a listing feature's hits in one work only the nearest few: of repeated structure the first may be another."""
    order = np.lexsort((hits.distances, hits.features, hits.entries))
    entries, features = hits.entries[order], hits.features[order]
    near = np.ones(len(order), np.bool_)
    same = (entries[NEAREST:] == entries[:-NEAREST]) & (features[NEAREST:] == features[:-NEAREST])
    near[NEAREST:] = ~same
    kept = order[near]
    return LocalHits(hits.features[kept], hits.entries[kept], hits.places[kept], hits.distances[kept])


@dataclass(frozen=True)
class _Group:
    """The hits in one work of a listing seen as it is, inverted, mirrored or both; ``total`` of their ``weights``."""

    total: float
    entry: int
    inverted: bool
    mirrored: bool
    hits: LocalHits
    weights: NDArray[np.float64]


def _groups(hits: LocalHits, inverted: bool, mirrored: bool) -> list[_Group]:
    """LocalHits by work, with weights: near ones count more, those of a feature that hits many works less."""
    rarity = 1 / np.sqrt(1 + np.bincount(hits.features))
    weights = np.exp(-((hits.distances / _SOFTNESS) ** 2)) * rarity[hits.features]
    starts = np.flatnonzero(np.append(True, hits.entries[1:] != hits.entries[:-1]))
    totals = np.add.reduceat(weights, starts)
    ends = np.append(starts[1:], len(weights))
    grouped = []
    for k in np.argsort(-totals, kind="stable")[:MOST_GROUPS]:
        part = slice(int(starts[k]), int(ends[k]))
        own = LocalHits(hits.features[part], hits.entries[part], hits.places[part], hits.distances[part])
        grouped.append(_Group(float(totals[k]), int(own.entries[0]), inverted, mirrored, own, weights[part]))
    return grouped


def _agreed(sizes: WorkSizes, places: NDArray[np.float32], group: _Group) -> list[Hypothesis]:
    hits, weights, mirrored = group.hits, group.weights, group.mirrored
    strongest = np.argsort(-weights, kind="stable")[:MOST_PAIRS]
    weights = weights[strongest]
    work = hits.places[strongest].astype(np.float64)
    listing = places[hits.features[strongest]].astype(np.float64)
    maps = kernels.similarities(work, listing, mirrored, group.inverted)
    pairs = np.concatenate([work[:, :2], listing[:, :2]], axis=1)
    best, support = kernels.best_supported(maps, np.ascontiguousarray(pairs.T), weights, TOLERANCE, FLOOR)
    if best < 0:
        return []
    matrix = maps[best].reshape(2, 3)
    off = pairs[:, :2] @ matrix[:, :2].T + matrix[:, 2] - pairs[:, 2:]
    allowed = TOLERANCE**2 * abs(float(np.linalg.det(matrix[:, :2]))) + FLOOR**2
    agreeing = (off * off).sum(axis=1) < allowed
    # Each feature counts once, whether it is the listing's or the work's that many others resemble.
    inliers = min(len(np.unique(part[agreeing] @ _AS_COMPLEX)) for part in (pairs[:, :2], pairs[:, 2:]))
    if inliers >= _LEAST_FOR_AFFINE:
        matrix = _affine(pairs[agreeing], weights[agreeing], matrix)
    return [Hypothesis(group.entry, sizes.quad(group.entry, matrix), float(support), inliers, Source.LOCAL_FEATURES)]


def _affine(
    pairs: NDArray[np.float64], weights: NDArray[np.float64], otherwise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The least-squares affine map of the agreeing pairs, unless it shears more than a print would."""
    root = np.sqrt(weights)[:, None]
    known = np.concatenate([pairs[:, :2], np.ones((len(pairs), 1))], axis=1)
    solution = np.linalg.lstsq(known * root, pairs[:, 2:] * root, rcond=None)[0].T
    larger, smaller = np.linalg.svd(solution[:, :2])[1]
    return solution if smaller > 0 and larger / smaller < _GREATEST_SHEAR else otherwise


def _similarity(angle: float, scale: float, mirrored: bool) -> NDArray[np.float64]:
    cosine, sine, sign = math.cos(angle) * scale, math.sin(angle) * scale, -1.0 if mirrored else 1.0
    return np.array([[cosine * sign, -sine, 0.0], [sine * sign, cosine, 0.0]])


def _complex(spectra: NDArray[np.int8]) -> NDArray[np.complex64]:
    numbers = spectra[..., 0].astype(np.float32) + 1j * spectra[..., 1].astype(np.float32)
    unit: NDArray[np.complex64] = numbers / np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1e-6)
    return unit.astype(np.complex64)


@cache
def _turns() -> NDArray[np.complex64]:
    """exp(i (m - 2) alpha) for each term and angle: undoes what a turn by alpha does to a spectrum."""
    angles = 2 * np.pi * np.arange(_ANGLES) / _ANGLES
    return np.asarray(np.exp(1j * (terms()[:, None] - SPIN) * angles[None, :]), np.complex64)


def _apart(ordered: list[Hypothesis], most: int) -> list[Hypothesis]:
    """The first ``most`` that are large enough and not nearly the same as one before."""
    kept: list[Hypothesis] = []
    of_work: dict[int, list[NDArray[np.float64]]] = {}
    for one in ordered:
        side = longest_side(one.quad)
        known = of_work.setdefault(one.entry, [])
        if side < _LEAST_SIDE or len(known) >= MOST_PER_WORK:
            continue
        if any(np.abs(quad - one.quad).max() < _SAME * side for quad in known):
            continue
        known.append(one.quad)
        kept.append(replace(one, rank=len(kept)))
        if len(kept) == most:
            break
    return kept
