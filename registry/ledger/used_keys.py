"""Which idempotency keys were used, in memory, so that a new one need not be looked for in every bucket.

Keys are stored by the bucket of their entry, where new ones lie close together whatever the ledger's
size. What that costs is that a key may be in any bucket; most keys are new, and of those this tells so.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.ledger import keys as stored

HELD_BYTES = 8
"""Of each key: 8 MB for a million. Where two begin alike the database is asked, and tells them apart."""
_UNSORTED = 65_536
"""Keys that are held whole, in some megabytes, before they are sorted in among the others in some milliseconds."""
_READ_AT_ONCE = 262_144
"""Entries whose keys are read together: some tens of megabytes."""


class UsedKeys:
    """The keys of one ledger; its caller holds the ledger's head, so that nobody appends meanwhile."""

    def __init__(self) -> None:
        self._covered = 0
        self._asked = 0
        self._new: set[bytes] = set()
        self._sorted: Any = None

    def find(self, session: Session, keys: Collection[bytes], size: int) -> dict[bytes, int]:
        """The entries that were appended under those of ``keys`` that have one, in a ledger of ``size`` entries.

        Asks the buckets until that has cost as much as it costs to read all keys once, and then does that:
        a program that appends once reads nothing, a service half a second for a million.
        """
        if not keys:
            return {}
        if size < self._covered:  # another database, or an older one
            self._covered, self._asked, self._new, self._sorted = 0, 0, set(), None
        if size > self._covered:
            self._asked += len(keys) * stored.buckets_of(size)
            if self._asked <= size - self._covered:
                return stored.find(session, keys, size)
            for start in range(self._covered, size, _READ_AT_ONCE):
                end = min(start + _READ_AT_ONCE, size)
                self.add(stored.appended_since(session, start, end), start, end)
        return stored.find(session, suspects, size) if (suspects := self._suspects(list(keys))) else {}

    def add(self, keys: Collection[bytes], start: int, end: int) -> None:
        """Told of the keys of the entries from ``start`` up to ``end``, once those are committed."""
        if start != self._covered:
            return  # somebody else appended before; all of it is read when it is needed
        self._covered = end
        self._asked = 0
        self._new.update(keys)
        if len(self._new) > _UNSORTED:
            import numpy  # here, as a program that appends once does without

            held = numpy.sort(_beginnings(list(self._new)))
            both = held if self._sorted is None else numpy.concatenate((self._sorted, held))
            both.sort(kind="stable")  # two runs that are sorted are only merged
            self._sorted, self._new = both, set()

    def _suspects(self, keys: Sequence[bytes]) -> list[bytes]:
        """Those of ``keys`` that were perhaps used before."""
        found = [key for key in keys if key in self._new]
        if self._sorted is not None:
            beginnings = _beginnings(keys)
            places = self._sorted.searchsorted(beginnings)
            places[places == len(self._sorted)] = 0
            found += [keys[number] for number in (self._sorted[places] == beginnings).nonzero()[0]]
        return found


def _beginnings(keys: Sequence[bytes]) -> Any:
    import numpy

    return numpy.frombuffer(b"".join([key[:HELD_BYTES] for key in keys]), dtype=numpy.uint64)
