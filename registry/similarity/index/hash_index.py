"""The hashes of all registered pictures: tables that do not change, and the newest hashes, which are scanned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.similarity.index.hash_table import HashTable, Near, Words, packed


@dataclass(frozen=True)
class HashSegment:
    """``entries`` says whose the hashes of ``table`` are, row by row."""

    entries: NDArray[np.int64]
    table: HashTable


class HashIndex:
    """Hashes by ledger entry, which may have several. Not thread-safe; the finder guards it."""

    def __init__(self) -> None:
        self._segments: Sequence[HashSegment] = ()
        self._newest: list[tuple[int, bytes]] = []
        self._newest_table: HashSegment | None = None
        self._removed = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """How many hashes are held, removed ones too."""
        return sum(len(segment.entries) for segment in self._segments) + len(self._newest)

    def __contains__(self, entry: int) -> bool:
        """Whether a segment has a hash of ``entry``."""
        return any(holds(segment.entries, entry) for segment in self._segments)

    def rest_on(self, segments: Sequence[HashSegment], first: int) -> None:
        """Search these segments, which hold every entry before ``first``, and what was added of later ones."""
        self._segments = segments
        self._newest = [(entry, bits) for entry, bits in self._newest if entry >= first]
        self._newest_table = None

    def add(self, entry: int, bits: bytes) -> None:
        """Make a 32-byte hash findable."""
        self._newest.append((entry, bits))
        self._newest_table = None

    def remove(self, entry: int) -> None:
        """Find the hashes of ``entry`` no more."""
        self._removed = np.union1d(self._removed, [entry])

    def within(self, queries: Words, radius: int) -> Near:
        """Every (number of the query, entry, distance) with a distance of at most ``radius`` bits.

        ``queries`` has shape (count, 4); see ``packed``.
        """
        found = []
        for segment in self._all():
            numbers, rows, distances = segment.table.within(queries, radius)
            found.append((numbers, segment.entries[rows], distances))
        nothing = np.zeros(0, np.int64)
        numbers, entries, distances = (np.concatenate([nothing, *parts]) for parts in zip(*found, strict=True))
        if len(self._removed):
            kept = ~np.isin(entries, self._removed)
            numbers, entries, distances = numbers[kept], entries[kept], distances[kept]
        return numbers, entries, distances

    def _all(self) -> list[HashSegment]:
        if self._newest_table is None:
            self._newest_table = HashSegment(
                np.array([entry for entry, _ in self._newest], np.int64),
                HashTable.of(packed([bits for _, bits in self._newest])),
            )
        return [*self._segments, self._newest_table]


def holds(entries: NDArray[np.int64], entry: int) -> bool:
    """Whether ``entry`` is among ``entries``, which are in order."""
    at = int(np.searchsorted(entries, entry))
    return at < len(entries) and int(entries[at]) == entry
