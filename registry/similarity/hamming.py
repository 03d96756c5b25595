"""Exact search over 256-bit hashes by Hamming distance."""

import numpy as np
from numpy.typing import NDArray

from registry.imaging.dct_hash import BITS

_WORDS = BITS // 64
_FIRST_CAPACITY = 1_024
_BLOCK = 1 << 16
"""Hashes compared at a time: 2 MiB of them, which stays in the cache while every query passes."""


class HammingIndex:
    """Hashes with the number of the row that each belongs to. Not thread-safe; the finder guards it."""

    def __init__(self) -> None:
        self._hashes = np.zeros((_FIRST_CAPACITY, _WORDS), dtype=np.uint64)
        self._rows = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, row: int, bits: bytes) -> None:
        """Append the 32-byte hash ``bits`` of ``row``. Amortised constant time: capacity doubles."""
        if self._count == len(self._rows):
            self._hashes = np.concatenate([self._hashes, np.zeros_like(self._hashes)])
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._hashes[self._count] = np.frombuffer(bits, dtype=np.uint64)
        self._rows[self._count] = row
        self._count += 1

    def remove(self, row: int) -> None:
        """Forget every hash of ``row``."""
        kept = np.flatnonzero(self._rows[: self._count] != row)
        self._hashes[: len(kept)] = self._hashes[kept]
        self._rows[: len(kept)] = self._rows[kept]
        self._count = len(kept)

    def within(
        self, queries: NDArray[np.uint64], radius: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """All (query number, row, distance) with a distance of at most ``radius`` bits.

        ``queries`` has shape (count, 4); see ``packed``.
        """
        found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
        for start in range(0, self._count, _BLOCK):
            end = min(start + _BLOCK, self._count)
            block, rows = self._hashes[start:end], self._rows[start:end]
            for number, query in enumerate(queries):
                distances = np.bitwise_count(block ^ query).sum(axis=1, dtype=np.int64)
                near = np.flatnonzero(distances <= radius)
                if len(near):
                    found.append((np.full(len(near), number, dtype=np.int64), rows[near], distances[near]))
        if not found:
            nothing = np.zeros(0, dtype=np.int64)
            return nothing, nothing, nothing
        numbers, rows_found, distances_found = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return numbers, rows_found, distances_found


def packed(hashes: list[bytes]) -> NDArray[np.uint64]:
    """32-byte hashes as an array of shape (count, 4)."""
    return np.frombuffer(b"".join(hashes), dtype=np.uint64).reshape(-1, _WORDS)
