"""Local features, regions and outlines of all registered pictures: tables that do not change, and the newest pictures.

New pictures lie in small tables of their own, which are joined as they grow in number. Not thread-safe; the finder
guards it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from registry.similarity.index.feature_table import FeatureTable, LocalHits, PictureFeatures
from registry.similarity.index.hash_index import holds
from registry.similarity.outline import Responses

HIT_RADIUS = 28
"""Bits of 128 within which two features count as alike; those of unrelated places differ by 64 in the mean."""
MOST_COMPARISONS = 1_000_000
"""Of codes, for a listing in one appearance: some 2 ms, as 16 MB of them pass. Beyond it the features that are
everywhere are left out: corners and dots, of which a listing's one is like 4 in 10 works' some other. Among 100,000
works, 185 of 239 thefts had their work first with a million, and with half and with twice as many; 183 with four times.
"""
MOST_HITS = 150_000
MOST_EACH, LEAST_EACH = 128, 16
"""Hits kept of one of a listing's features in a table, the nearest."""


class FeatureIndex:
    """Features by the ledger entry of their picture."""

    def __init__(self) -> None:
        self._tables: Sequence[FeatureTable] = ()
        self._newest: list[tuple[list[PictureFeatures], FeatureTable]] = []
        self._waiting: list[PictureFeatures] = []
        self._removed = np.zeros(0, np.int64)

    def rest_on(self, tables: Sequence[FeatureTable], first: int) -> None:
        """Search these tables, which hold every entry before ``first``, and what was added of later ones."""
        self._tables = tables
        self._waiting = [
            picture
            for pictures in [*(pictures for pictures, _ in self._newest), self._waiting]
            for picture in pictures
            if picture.entry >= first
        ]
        self._newest = []

    def __contains__(self, entry: int) -> bool:
        """Whether a table that does not change has features of ``entry``."""
        return any(holds(table.pictures["entry"], entry) for table in self._tables)

    def add(self, picture: PictureFeatures) -> None:
        """Make a picture's features findable."""
        self._waiting.append(picture)

    def remove(self, entry: int) -> None:
        """Find a picture's features no more."""
        self._removed = np.union1d(self._removed, [entry])

    def hits(self, cells: NDArray[np.int32], codes: NDArray[np.uint64]) -> LocalHits:
        """Registered features alike to the listing's, whose ``cells`` (count, probes) and ``codes`` (count, 2) are."""
        tables = self._all()
        posted = max(sum(len(table.codes) for table in tables), 1)
        each = min(max(MOST_HITS // max(len(cells) * len(tables), 1), LEAST_EACH), MOST_EACH)
        found = [
            table.hits(
                cells,
                codes,
                radius=HIT_RADIUS,
                comparisons=MOST_COMPARISONS * len(table.codes) // posted,
                most_each=each,
            )
            for table in tables
        ]
        entries = np.concatenate([np.zeros(0, np.int64), *(one.entries for one in found)])
        kept = self._still_there(entries)
        return LocalHits(
            np.concatenate([np.zeros(0, np.int64), *(one.features for one in found)])[kept],
            entries[kept],
            np.concatenate([np.zeros((0, 4), np.float32), *(one.places for one in found)])[kept],
            np.concatenate([np.zeros(0, np.int64), *(one.distances for one in found)])[kept],
        )

    def alike_regions(self, magnitudes: NDArray[np.float32], most: int) -> list[tuple[int, int, NDArray[np.void]]]:
        """For each of the listing's regions the ``most`` most alike: (number of the listing's, entry, region)."""
        cosines, numbers, entries, regions = [], [], [], []
        for table in self._all():
            alike, rows = table.alike_regions(magnitudes, most)
            whose = table.pictures["entry"][table.region_rows[rows]]
            kept = self._still_there(whose.ravel()).reshape(whose.shape)
            cosines.append(alike[kept])
            numbers.append(np.nonzero(kept)[0])
            entries.append(whose[kept])
            regions.append(table.regions[rows[kept]])
        if not cosines:
            return []
        number, entry, region = np.concatenate(numbers), np.concatenate(entries), np.concatenate(regions)
        order = np.lexsort((entry, -np.concatenate(cosines), number))
        place = np.arange(len(order)) - np.searchsorted(number[order], number[order])
        best = order[place < most]
        return list(zip(number[best].tolist(), entry[best].tolist(), region[best], strict=True))

    def alike_outlines(self, responses: Responses, most: int) -> list[tuple[float, int, int]]:
        """The ``most`` outlines alike in each appearance, best first: (agreement, number of the appearance, entry)."""
        found: list[tuple[float, int, int]] = []
        for table in self._all():
            agreed, numbers = table.alike_outlines(responses, most)
            whose = table.pictures["entry"][table.outline_rows[numbers]]
            kept = self._still_there(whose.ravel()).reshape(whose.shape)
            for appearance in range(len(responses)):
                here = kept[appearance]
                found += [
                    (agreement, appearance, entry)
                    for agreement, entry in zip(
                        agreed[appearance][here].tolist(), whose[appearance][here].tolist(), strict=True
                    )
                ]
        return sorted(found, key=lambda one: (-one[0], one[2], one[1]))

    def _still_there(self, entries: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not len(self._removed):
            return np.ones(len(entries), np.bool_)
        return ~np.isin(entries, self._removed)

    def _all(self) -> list[FeatureTable]:
        self._settle()
        return [*self._tables, *(table for _, table in self._newest)]

    def _settle(self) -> None:
        if not self._waiting:
            return
        pictures, self._waiting = self._waiting, []
        # Each table is at least twice as large as the next: few of them, and a picture is sorted in few times.
        while self._newest and len(self._newest[-1][0]) < 2 * len(pictures):
            pictures = self._newest.pop()[0] + pictures
        self._newest.append((pictures, FeatureTable.of(pictures)))
