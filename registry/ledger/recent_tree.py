"""What this process appended last, kept in memory: nearly every proof is asked for at once, and of the newest entries.

A complete subtree never changes and neither does a signed checkpoint, so what is kept here is true for ever once
it is committed; what is not kept is read from the database.
"""

import threading
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from registry.ledger.tree import Place

MOST_NODES = 8_192
"""Some two megabytes: the trees of the last groups, and the subtrees to their left that prove them."""
MOST_NOTES = 256
LARGEST_GROUP = 128
"""Entries. Who appends more in one go does not ask for the proof of each at once, and the database has them too."""


class RecentTree:
    """Complete subtrees by their place and signed checkpoints by their size, the newest of each; for many threads."""

    def __init__(self) -> None:
        self._nodes: dict[Place, bytes] = {}
        self._notes: dict[int, str] = {}
        self._one_thread = threading.Lock()

    @property
    def nodes(self) -> Mapping[Place, bytes]:
        """The hashes that are kept."""
        return self._nodes

    def note(self, size: int) -> str | None:
        """The signed checkpoint of ``size``; None if that is not kept."""
        return self._notes.get(size)

    def add(self, size: int, note: str, nodes: Iterable[tuple[Place, bytes]]) -> None:
        """Keeps what was committed: the checkpoint of ``size``, and subtrees in it."""
        with self._one_thread:
            for place, hash_ in nodes:
                self._nodes.pop(place, None)  # what is needed again becomes the newest
                self._nodes[place] = hash_
            self._notes[size] = note
            _keep_newest(self._nodes, MOST_NODES)
            _keep_newest(self._notes, MOST_NOTES)


def _keep_newest(kept: dict[Any, Any], most: int) -> None:
    for oldest in list(islice(kept, max(0, len(kept) - most))):
        del kept[oldest]
