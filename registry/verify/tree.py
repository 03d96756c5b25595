"""Merkle tree hashes (RFC 6962, section 2.1) and proof checks (RFC 9162, sections 2.1.3.2 and 2.1.4.2)."""

import hashlib
from collections.abc import Sequence

from registry.verify.encoding import HASH_BYTES
from registry.verify.errors import Contradiction, Malformed

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Checks that ``leaf`` (a leaf hash) stands at ``index``, from 0, of the tree of ``size`` leaves with ``root``.

    ``proof`` goes from the leaf's sibling up. Malformed if it cannot be a proof for that place (there
    are too many or too few hashes, or no such place), Contradiction if it leads to another root.
    """
    if not 0 <= index < size:
        raise Malformed(f"A tree of {size} leaves has no leaf {index}.")
    _check_lengths(leaf, root, *proof)
    # Up to where the paths to this leaf and to the last one meet, siblings stand on both sides; above
    # that the path runs along the right border, where only left siblings remain.
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        raise Malformed(f"The inclusion proof has {len(proof)} hashes instead of {inner + border}.")
    computed = leaf
    for level, sibling in enumerate(proof[:inner]):
        computed = node_hash(sibling, computed) if index >> level & 1 else node_hash(computed, sibling)
    for sibling in proof[inner:]:
        computed = node_hash(sibling, computed)
    if computed != root:
        raise Contradiction(
            f"The inclusion proof of leaf {index} leads to another root of the tree of size {size}.",
            expected=root,
            found=computed,
        )


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Checks that the tree of ``new_size`` leaves begins with the whole tree of ``old_size`` leaves.

    Malformed if ``proof`` cannot be one between these sizes, Contradiction if a root differs.
    """
    if not 0 <= old_size <= new_size:
        raise Malformed(f"A tree of {new_size} leaves cannot continue one of {old_size}.")
    _check_lengths(old_root, new_root, *proof)
    if old_size in (0, new_size):
        if proof:
            raise Malformed(f"The consistency proof has {len(proof)} hashes instead of 0.")
        _check_root(old_size, EMPTY_ROOT if old_size == 0 else new_root, old_root)
        return
    # RFC 9162, section 2.1.4.2, with its names spelled out: fn, sn are the positions of the last old
    # and the last new node on the level that is looked at; fr, sr what the roots come to so far.
    path = list(proof)
    old_position, new_position = old_size - 1, new_size - 1
    while old_position & 1:
        old_position, new_position = old_position >> 1, new_position >> 1
    if old_position == 0:
        path.insert(0, old_root)  # the old tree is complete: its root is where both begin
    if not path:
        raise Malformed("The consistency proof has no hashes.")
    old_computed = new_computed = path[0]
    for sibling in path[1:]:
        if new_position == 0:
            raise Malformed("The consistency proof has surplus hashes.")
        if old_position & 1 or old_position == new_position:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            while old_position and not old_position & 1:
                old_position, new_position = old_position >> 1, new_position >> 1
        else:
            new_computed = node_hash(new_computed, sibling)
        old_position, new_position = old_position >> 1, new_position >> 1
    if new_position != 0:
        raise Malformed("The consistency proof has too few hashes.")
    _check_root(old_size, old_root, old_computed)
    _check_root(new_size, new_root, new_computed)


def _check_root(size: int, expected: bytes, found: bytes) -> None:
    if found != expected:
        raise Contradiction(
            f"The consistency proof leads to another root of the tree of size {size}.", expected=expected, found=found
        )


def _check_lengths(*hashes: bytes) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise Malformed(f"A hash has {len(value)} bytes instead of {HASH_BYTES}.")
