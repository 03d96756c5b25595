"""Roots and proofs of a growing Merkle tree (RFC 6962, section 2.1) over the hashes of its complete subtrees.

The tree of n leaves is stored as its complete subtrees only: ``(level, position)`` names the one
over the leaves ``position * 2**level`` up to ``(position + 1) * 2**level``. A stored node never
changes, whatever is appended later. Everything here is pure; nodes come from a reader.
"""

from collections.abc import Callable, Iterator

from registry.verify.tree import EMPTY_ROOT, node_hash

Place = tuple[int, int]
"""(level, position) of a complete subtree."""
NodeReader = Callable[[Place], bytes]
"""Answers the 32-byte hash of a stored complete subtree."""


def peaks(size: int) -> list[Place]:
    """The largest complete subtrees that make up a tree of ``size`` leaves, left to right."""
    places, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            places.append((level, start >> level))
            start += 1 << level
    return places


def root_of(hashes: list[bytes]) -> bytes:
    """The root over the hashes of a tree's peaks, left to right."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root(size: int, read: NodeReader) -> bytes:
    """The root of the first ``size`` leaves."""
    return root_of([read(place) for place in peaks(size)])


def completed_by(index: int, leaf: bytes, read: NodeReader) -> Iterator[tuple[Place, bytes]]:
    """The nodes to store when the leaf hash ``leaf`` is appended at ``index``: itself and each subtree it completes."""
    level, position, computed = 0, index, leaf
    yield (level, position), computed
    while position & 1:
        computed = node_hash(read((level, position - 1)), computed)
        level, position = level + 1, position >> 1
        yield (level, position), computed


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962: the hashes from leaf to root. ``0 <= index < size``."""
    return _path(index, 0, size, read)


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962; empty when ``old`` is 0 or ``new``. ``0 <= old <= new``."""
    return [] if old in (0, new) else _subproof(old, 0, new, True, read)


def _path(index: int, start: int, end: int, read: NodeReader) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, read), _range_root(middle, end, read)]
    return [*_path(index, middle, end, read), _range_root(start, middle, read)]


def _subproof(old: int, start: int, end: int, whole: bool, read: NodeReader) -> list[bytes]:
    if old == end:
        return [] if whole else [_range_root(start, end, read)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, whole, read), _range_root(middle, end, read)]
    return [*_subproof(old, middle, end, False, read), _range_root(start, middle, read)]


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    """The root over the leaves ``start`` to ``end``, where ``start`` is a multiple of the largest power of two in it."""
    return root_of([read((level, (start >> level) + position)) for level, position in peaks(end - start)])


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1
