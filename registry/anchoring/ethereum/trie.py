"""A Merkle-Patricia trie of a block's receipts, built to prove one of them (Yellow Paper, appendix D).

Hashed by the library that comes with the signer: what is proven here is verified by :mod:`registry.verify.patricia`,
which hashes by itself, before it is kept.
"""

from collections.abc import Mapping, Sequence

from eth_utils.crypto import keccak

from registry.verify import rlp
from registry.verify.patricia import format_prefix, half_bytes

_HASHED_FROM = 32
"""Bytes: shorter nodes stand inside the node above."""
_WIDTH = 16
_Path = tuple[int, ...]


class Trie:
    """The trie of ``values`` by key, none of which is empty."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._nodes: dict[bytes, rlp.Item] = {}
        self._values = {half_bytes(key): value for key, value in values.items()}
        root = rlp.encode(self._node(sorted(self._values), 0))
        self.root = keccak(root)
        self._nodes[self.root] = rlp.decode(root)

    def proof(self, key: bytes) -> list[bytes]:
        """The nodes from the root to the value of ``key``, which has one."""
        path = half_bytes(key)
        nodes: list[bytes] = []
        reference: rlp.Item = self.root
        while True:
            if isinstance(reference, bytes):
                node = rlp.as_list(self._nodes[reference])
                nodes.append(rlp.encode(node))
            else:
                node = list(reference)
            if len(node) == _WIDTH + 1:
                if not path:
                    return nodes
                reference, path = node[path[0]], path[1:]
                continue
            halves = half_bytes(rlp.as_bytes(node[0]))
            if halves[0] >= 2:
                return nodes
            taken = len(halves) - (1 if halves[0] else 2)
            reference, path = node[1], path[taken:]

    def _node(self, paths: Sequence[_Path], depth: int) -> list[rlp.Item]:
        """The node of ``paths``, sorted, which are alike in their first ``depth`` steps."""
        first, last = paths[0], paths[-1]
        if len(paths) == 1:
            return [format_prefix(first[depth:], is_leaf=True), self._values[first]]
        common = depth
        while common < min(len(first), len(last)) and first[common] == last[common]:
            common += 1
        if common > depth:
            return [format_prefix(first[depth:common], is_leaf=False), self._reference(paths, common)]
        children: list[rlp.Item] = []
        for step in range(_WIDTH):
            below = [path for path in paths if len(path) > depth and path[depth] == step]
            children.append(self._reference(below, depth + 1) if below else b"")
        return [*children, self._values.get(first, b"") if len(first) == depth else b""]

    def _reference(self, paths: Sequence[_Path], depth: int) -> rlp.Item:
        node = self._node(paths, depth)
        encoded = rlp.encode(node)
        if len(encoded) < _HASHED_FROM:
            return node
        name = keccak(encoded)
        self._nodes[name] = node
        return name
