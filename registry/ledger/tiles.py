"""The static log (https://c2sp.org/tlog-tiles) of any sequence of leaves: each resource's bytes. Pure.

Nothing is known here of what a leaf says or of where leaves and hashes come from.
"""

from collections.abc import Sequence
from typing import Protocol

from registry.ledger.tree import NodeReader, Place
from registry.verify.tiles import ENTRIES, HEIGHT, Tile, bundle


class Leaves(Protocol):
    """What tiles are cut from, in one snapshot."""

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """The leaves from ``start`` up to, not including, ``end``."""

    @property
    def nodes(self) -> NodeReader:
        """The hashes of complete subtrees."""


def content_of(tile: Tile, leaves: Leaves) -> bytes:
    """The bytes of a tile or bundle. The tree of ``leaves`` must have it: ``tile.end`` is at most its size."""
    if tile.level == ENTRIES:
        return bundle(leaves.entries(tile.start, tile.start + tile.width))
    places = places_in(tile)
    hashes = leaves.nodes(places)
    return b"".join(hashes[place] for place in places)


def places_in(tile: Tile) -> list[Place]:
    """The complete subtrees whose hashes a tile holds, left to right."""
    first = tile.number << HEIGHT
    return [(HEIGHT * tile.level, position) for position in range(first, first + tile.width)]
