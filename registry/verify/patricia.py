"""Proofs in a Merkle-Patricia trie (Ethereum's Yellow Paper, appendix D): that a key has a value below a root.

A proof is the list of nodes on the way from the root to the value, each in RLP. Nodes shorter than 32 bytes stand
inside the node above instead of its hash.
"""

from collections.abc import Sequence

from registry.verify import rlp
from registry.verify.errors import Contradiction, Malformed
from registry.verify.keccak import HASH_BYTES, keccak256

MOST_NODES = 66
"""A key that is a hash has 64 half-bytes; above the last node each takes one off at least."""
_BRANCH, _SHORT = 17, 2
_LEAF_FLAG, _ODD_FLAG = 2, 1


def proven_value(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes:
    """The value that ``proof`` shows ``key`` to have in the trie with this ``root``; never empty.

    Malformed if it is no proof, Contradiction if it belongs to another root or shows that the key has no value.
    """
    if not 0 < len(proof) <= MOST_NODES:
        raise Malformed(f"A proof has from 1 to {MOST_NODES} nodes.")
    path = half_bytes(key)
    expected: rlp.Item = root
    following = list(proof)
    while True:
        node = _node(expected, following)
        if len(node) == _BRANCH:
            if not path:
                return _value(node[-1], following)
            expected, path = node[path[0]], path[1:]
        else:
            prefix, is_leaf = parse_prefix(rlp.as_bytes(node[0]))
            if path[: len(prefix)] != prefix or (is_leaf and len(path) != len(prefix)):
                raise Contradiction("The proof shows that the trie has nothing there.")
            if is_leaf:
                return _value(node[1], following)
            expected, path = node[1], path[len(prefix) :]


def half_bytes(key: bytes) -> tuple[int, ...]:
    """The path to ``key``: two steps for each byte, the higher half first."""
    return tuple(half for byte in key for half in (byte >> 4, byte & 15))


def parse_prefix(encoded: bytes) -> tuple[tuple[int, ...], bool]:
    """The steps in a node's first item (appendix C), and whether the node is a leaf."""
    halves = half_bytes(encoded)
    if not halves or halves[0] > (_LEAF_FLAG | _ODD_FLAG):
        raise Malformed("A node of the trie has no path.")
    odd = halves[0] & _ODD_FLAG
    if not odd and halves[1] != 0:
        raise Malformed("The path of a node of the trie is not in its one form.")
    return halves[2 - odd :], bool(halves[0] & _LEAF_FLAG)


def format_prefix(path: Sequence[int], *, is_leaf: bool) -> bytes:
    """What ``parse_prefix`` reads."""
    odd = len(path) % 2
    halves = [_LEAF_FLAG * is_leaf | odd, *([] if odd else [0]), *path]
    return bytes(high << 4 | low for high, low in zip(halves[::2], halves[1::2], strict=True))


def _node(expected: rlp.Item, following: list[bytes]) -> list[rlp.Item]:
    """The node that ``expected`` is or is the hash of: the next of the proof."""
    if not isinstance(expected, bytes):
        node = rlp.as_list(expected)
    else:
        if not expected:
            raise Contradiction("The proof shows that the trie has nothing there.")
        if len(expected) != HASH_BYTES:
            raise Malformed("A node of the trie is named by something that is no hash.")
        if not following:
            raise Malformed("The proof ends before it reaches a value.")
        encoded = following.pop(0)
        if (found := keccak256(encoded)) != expected:
            raise Contradiction("The proof belongs to another root.", expected=expected, found=found)
        node = rlp.decode_list(encoded)
    if len(node) not in (_BRANCH, _SHORT):
        raise Malformed(f"A node of the trie has {len(node)} items.")
    return node


def _value(item: rlp.Item, following: Sequence[bytes]) -> bytes:
    if following:
        raise Malformed("The proof goes on behind the value.")
    value = rlp.as_bytes(item)
    if not value:
        raise Contradiction("The proof shows that the trie has nothing there.")
    return value
