"""Exact search among very many 256-bit hashes: multi-index hashing, and a scan where that is quicker.

Multi-index hashing (Norouzi, Punjani and Fleet 2012): a hash is cut into parts, and for each part there is a table
from its bits to the hashes that have them. With parts p that are looked up with r(p) bits changed, a hash that no
table answers differs in at least the sum of r(p) + 1 bits: 32 in both layouts here, so all within 31 are met.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from registry.imaging.dct_hash import BITS
from registry.similarity.index import hash_kernels

Words = NDArray[np.uint64]
"""Hashes, shape (count, 4)."""
Near = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Numbers of the queries, rows, distances in bits: one each for every pair within the radius."""
WORDS = BITS // 64
TABLED_RADIUS = 31
"""Bits up to which the tables are exact; beyond it everything is scanned."""
TABLED_FROM = 1 << 16
"""Hashes from which tables are made: fewer are scanned in the time that looking into the tables takes."""
_WIDE_FROM = 3_000_000
_WORTH_THREADS = 48
"""Queries from which they are shared among threads: those of one picture are answered sooner by one."""
_SCAN_PER_CANDIDATE = 12
"""A candidate is read from anywhere in the memory: as long as it takes to scan so many."""


@dataclass(frozen=True)
class Layout:
    """How hashes are cut: ``widths`` of the parts in bits, and how many bits of each are changed in a look-up."""

    widths: tuple[int, ...]
    flips: tuple[int, ...]

    @property
    def places(self) -> NDArray[np.int64]:
        """For each table its first bit, width, bits changed, and where its directory starts; shape (tables, 4)."""
        widths = np.array(self.widths, np.int64)
        sizes = (1 << widths) + 1
        return np.stack(
            [np.cumsum(widths) - widths, widths, np.array(self.flips, np.int64), np.cumsum(sizes) - sizes], axis=1
        )

    @property
    def directory(self) -> int:
        """Numbers in all directories together."""
        return sum((1 << width) + 1 for width in self.widths)


NARROW = Layout((16,) * 16, (1,) * 16)
"""272 buckets, and for random hashes one in 240 of them a candidate."""
WIDE = Layout((22,) * 8 + (20,) * 4, (2,) * 8 + (1,) * 4)
"""2,116 buckets, and for random hashes one in 1,700 of them a candidate: from some millions on the better bargain."""


def layout_for(count: int) -> Layout | None:
    """None where hashes are too few for tables to be worth it."""
    if count < TABLED_FROM:
        return None
    return NARROW if count < _WIDE_FROM else WIDE


@dataclass(frozen=True)
class HashTable:
    """Hashes that do not change. ``front`` and ``back`` are their halves; ``starts`` and ``postings`` the tables.

    Without a ``layout`` these two are empty. Safe to use from many threads.
    """

    front: Words
    back: Words
    layout: Layout | None
    starts: NDArray[np.uint32]
    postings: NDArray[np.uint32]

    @classmethod
    def of(cls, hashes: Words) -> "HashTable":
        """Built from hashes, row by row, with the tables that so many are worth. The same hashes, the same bytes."""
        return cls.with_tables(hashes, layout_for(len(hashes)))

    @classmethod
    def with_tables(cls, hashes: Words, layout: Layout | None) -> "HashTable":
        """Built with the tables of a layout, or without any."""
        front, back = np.ascontiguousarray(hashes[:, :2]), np.ascontiguousarray(hashes[:, 2:])
        if layout is None:
            return cls(front, back, None, np.zeros(0, np.uint32), np.zeros((0, 0), np.uint32))
        starts = np.zeros(layout.directory, np.uint32)
        postings = np.empty((len(layout.widths), len(hashes)), np.uint32)
        for table, (first, width, _, offset) in enumerate(layout.places.tolist()):
            part = starts[offset : offset + (1 << width) + 1]
            hash_kernels.fill(front, back, first, width, part, postings[table])
        return cls(front, back, layout, starts, postings)

    def __len__(self) -> int:
        return len(self.front)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.front.nbytes + self.back.nbytes + self.starts.nbytes + self.postings.nbytes

    def within(self, queries: Words, radius: int) -> Near:
        """Every hash at most ``radius`` bits from one of ``queries``, by query and row."""
        threads = _threads()[1] if len(queries) >= _WORTH_THREADS else 1
        each = -(-len(queries) // threads)
        parts = [np.ascontiguousarray(queries[first : first + each]) for first in range(0, len(queries), max(each, 1))]
        if len(parts) < 2:
            return self._search(np.ascontiguousarray(queries), radius)
        found = list(_threads()[0].map(lambda part: self._search(part, radius), parts))
        numbers = [part[0] + number * each for number, part in enumerate(found)]
        return (
            np.concatenate(numbers),
            np.concatenate([part[1] for part in found]),
            np.concatenate([part[2] for part in found]),
        )

    def _search(self, queries: Words, radius: int) -> Near:
        tabled = self.layout is not None and radius <= TABLED_RADIUS
        places = self.layout.places if self.layout is not None and tabled else np.zeros((0, 4), np.int64)
        most = len(self) // _SCAN_PER_CANDIDATE if tabled else 0
        near: Near = hash_kernels.search(
            queries, self.front, self.back, places, self.starts, self.postings, radius, most
        )
        return near


@cache
def _threads() -> tuple[ThreadPoolExecutor, int]:
    count = len(os.sched_getaffinity(0))
    return ThreadPoolExecutor(count, "hashes"), count


def packed(hashes: list[bytes]) -> Words:
    """32-byte hashes as an array of shape (count, 4)."""
    return np.frombuffer(b"".join(hashes), dtype="<u8").reshape(-1, WORDS)
