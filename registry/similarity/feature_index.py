"""Local features and regions of all registered pictures, in one process: an inverted file and a matrix of spectra.

New pictures go into a small part of their own, so that one more costs little; when that has grown it is
joined to the large part. Not thread-safe; the finder guards it.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from registry.similarity import kernels
from registry.similarity.registered_features import FEATURE
from registry.similarity.vocabulary import CELLS

HIT_RADIUS = 28
"""Bits of 128 within which two features count as alike; those of unrelated places differ by 64 in the mean."""
MOST_HITS = 400_000
JOINED_AT = 2_000
"""Pictures in the small part above which the two are joined."""


@dataclass
class _Part:
    entries: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    local: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, FEATURE))
    rows: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    starts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(CELLS + 1, np.int64))
    codes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), np.uint64))
    regions: NDArray[np.void] | None = None
    region_rows: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    magnitudes: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Hits:
    """Alike features: the listing's by number, entry, place in the work (x, y, size, angle), distance in bits."""

    features: NDArray[np.int64]
    entries: NDArray[np.int64]
    places: NDArray[np.float32]
    distances: NDArray[np.int64]


class FeatureIndex:
    """Features by the ledger entry of their picture."""

    def __init__(self) -> None:
        self._large = _Part()
        self._small = _Part()
        self._waiting: list[tuple[int, NDArray[np.void], NDArray[np.void]]] = []
        self._removed: set[int] = set()

    def add(self, entry: int, local: NDArray[np.void], regions: NDArray[np.void]) -> None:
        """Make a picture's features findable."""
        self._waiting.append((entry, local, regions))

    def remove(self, entry: int) -> None:
        """Find a picture's features no more."""
        self._removed.add(entry)

    def hits(self, cells: NDArray[np.int32], codes: NDArray[np.uint64]) -> Hits:
        """Registered features alike to the listing's, whose ``cells`` (count, probes) and ``codes`` (count, 2) are."""
        self._settle()
        found = []
        for part in (self._large, self._small):
            if len(part.codes):
                room = np.empty((MOST_HITS, 3), np.int32)
                count = kernels.scan(cells, codes, part.starts, part.codes, HIT_RADIUS, room)
                hit = room[:count]
                entries = part.entries[part.rows[hit[:, 1]]]
                found.append((hit[:, 0], entries, part.local["place"][hit[:, 1]], hit[:, 2]))
        if not found:
            nothing = np.zeros(0, np.int64)
            return Hits(nothing, nothing, np.zeros((0, 4), np.float32), nothing)
        features, entries, places, distances = (np.concatenate(column) for column in zip(*found, strict=True))
        kept = ~np.isin(entries, list(self._removed)) if self._removed else slice(None)
        return Hits(
            features[kept].astype(np.int64),
            entries[kept],
            places[kept].astype(np.float32),
            distances[kept].astype(np.int64),
        )

    def alike_regions(self, magnitudes: NDArray[np.float32], most: int) -> list[tuple[int, int, NDArray[np.void]]]:
        """For each of the listing's regions the ``most`` most alike: (number of the listing's, entry, region)."""
        self._settle()
        found = []
        for part in (self._large, self._small):
            if part.magnitudes is None or part.regions is None:
                continue
            alike = magnitudes @ part.magnitudes.T
            few = min(most, alike.shape[1])
            for number, row in enumerate(alike):
                for best in np.argpartition(-row, few - 1)[:few]:
                    entry = int(part.entries[part.region_rows[best]])
                    if entry not in self._removed:
                        found.append((number, entry, part.regions[best]))
        return found

    def _settle(self) -> None:
        if not self._waiting:
            return
        count = len(self._small.entries) + len(self._waiting)
        added = _part(self._waiting)
        self._waiting = []
        if count > JOINED_AT:
            self._large = _joined(_joined(self._large, self._small), added)
            self._small = _Part()
        else:
            self._small = _joined(self._small, added)


def magnitudes_of(spectra: NDArray[np.int8]) -> NDArray[np.float32]:
    """What of spectra (count, terms, 2) neither turning nor mirroring changes, as unit vectors."""
    size = np.hypot(spectra[..., 0].astype(np.float32), spectra[..., 1].astype(np.float32)) ** np.float32(0.7)
    unit: NDArray[np.float32] = size / np.maximum(np.linalg.norm(size, axis=1, keepdims=True), 1e-6)
    return unit.astype(np.float32)


def _part(pictures: list[tuple[int, NDArray[np.void], NDArray[np.void]]]) -> _Part:
    entries = np.array([entry for entry, _, _ in pictures], np.int64)
    local = np.concatenate([features for _, features, _ in pictures])
    rows = np.repeat(np.arange(len(pictures), dtype=np.int32), [len(features) for _, features, _ in pictures])
    regions = np.concatenate([regions for _, _, regions in pictures])
    region_rows = np.repeat(np.arange(len(pictures), dtype=np.int32), [len(found) for _, _, found in pictures])
    return _sorted(entries, local, rows, regions, region_rows)


def _joined(a: _Part, b: _Part) -> _Part:
    if not len(a.entries) or a.regions is None:
        return b
    if not len(b.entries) or b.regions is None:
        return a
    offset = np.int32(len(a.entries))
    return _sorted(
        np.concatenate([a.entries, b.entries]),
        np.concatenate([a.local, b.local]),
        np.concatenate([a.rows, b.rows + offset]),
        np.concatenate([a.regions, b.regions]),
        np.concatenate([a.region_rows, b.region_rows + offset]),
    )


def _sorted(
    entries: NDArray[np.int64],
    local: NDArray[np.void],
    rows: NDArray[np.int32],
    regions: NDArray[np.void],
    region_rows: NDArray[np.int32],
) -> _Part:
    order = np.argsort(local["cell"], kind="stable")
    local, rows = local[order], rows[order]
    starts = np.searchsorted(local["cell"], np.arange(CELLS + 1)).astype(np.int64)
    return _Part(
        entries=entries,
        local=local,
        rows=rows,
        starts=starts,
        codes=np.ascontiguousarray(local["code"]),
        regions=regions,
        region_rows=region_rows,
        magnitudes=magnitudes_of(regions["spectrum"]) if len(regions) else None,
    )
