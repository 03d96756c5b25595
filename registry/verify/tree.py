"""Merkle tree hashes and proof checks (RFC 6962, section 2.1; algorithms of RFC 9162, section 2.1.3 and 2.1.4)."""

import hashlib
from collections.abc import Sequence

from registry.verify.encoding import HASH_BYTES
from registry.verify.errors import Contradiction, Malformed

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a leaf hash) stands at ``index`` of the tree of ``size`` leaves with ``root``.

    Raises Malformed when the proof cannot be one for that place, Contradiction when it leads to another root.
    """
    if not 0 <= index < size:
        raise Malformed(f"there is no leaf {index} in a tree of {size}")
    _check_hashes(proof, leaf, root)
    inner, border = _inclusion_shape(index, size)
    if len(proof) != inner + border:
        raise Malformed(f"the proof has {len(proof)} hashes instead of {inner + border}")
    computed = leaf
    for level, sibling in enumerate(proof[:inner]):
        computed = node_hash(sibling, computed) if index >> level & 1 else node_hash(computed, sibling)
    for sibling in proof[inner:]:
        computed = node_hash(sibling, computed)
    if computed != root:
        raise Contradiction(f"the proof of leaf {index} leads to another root than the checkpoint of size {size}")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of ``new_size`` begins with the whole tree of ``old_size``.

    Raises Malformed when the proof cannot be one for those sizes, Contradiction when a root differs.
    """
    if not 0 <= old_size <= new_size:
        raise Malformed(f"a tree of {new_size} cannot continue one of {old_size}")
    _check_hashes(proof, old_root, new_root)
    if old_size in (0, new_size):
        if proof:
            raise Malformed("a proof between these sizes has no hashes")
        if old_size == new_size and old_root != new_root:
            raise Contradiction(f"two different roots for the same size {old_size}")
        if old_size == 0 and old_root != EMPTY_ROOT:
            raise Contradiction("the root of the empty tree is wrong")
        return
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    rest = list(proof)
    if not position:
        seed = old_root
    elif rest:
        seed = rest.pop(0)
    else:
        raise Malformed("the consistency proof is empty")
    old_computed = new_computed = seed
    for sibling in rest:
        if not last:
            raise Malformed("the consistency proof has surplus hashes")
        if position & 1 or position == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise Malformed("the consistency proof has too few hashes")
    if old_computed != old_root:
        raise Contradiction(f"the proof leads to another root for size {old_size}")
    if new_computed != new_root:
        raise Contradiction(f"the proof leads to another root for size {new_size}")


def _inclusion_shape(index: int, size: int) -> tuple[int, int]:
    """How many proof hashes lie below the point where the path to ``index`` leaves the right border, and above it."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _check_hashes(*groups: Sequence[bytes] | bytes) -> None:
    for group in groups:
        for value in [group] if isinstance(group, bytes) else group:
            if len(value) != HASH_BYTES:
                raise Malformed(f"a hash has {len(value)} bytes instead of {HASH_BYTES}")
