"""A tree over any leaves, held in memory: what tiles are cut from without a database."""

from collections.abc import Collection, Mapping, Sequence

from registry.ledger.tree import Frontier, Place
from registry.verify.tree import leaf_hash


class LeavesInMemory:
    """The leaves, and every complete subtree over them."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = list(leaves)
        self._hashes: dict[Place, bytes] = {}
        self.frontier = Frontier()
        for position, leaf in enumerate(self._leaves):
            self._hashes[0, position] = leaf_hash(leaf)
            self._hashes.update(self.frontier.append(leaf_hash(leaf)))

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        return self._leaves[start:end]

    def nodes(self, places: Collection[Place]) -> Mapping[Place, bytes]:
        return {place: self._hashes[place] for place in places}
