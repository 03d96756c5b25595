"""The growing Merkle tree (RFC 6962, section 2.1): how a leaf changes it, which stored hashes make a proof. Pure.

A tree is kept as its complete subtrees: the place (level, position) stands for the one over the
leaves ``position << level`` up to ``(position + 1) << level``; level 0 are the leaf hashes. A
complete subtree never changes, whatever is appended later, so each is written once, and only those
of every eighth level: the others are computed from at most 256 of them. The largest subtrees of a
tree, from left to right, are its peaks; they alone give the root and take the next leaf.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from registry.verify.tree import EMPTY_ROOT, node_hash

Place = tuple[int, int]
"""(level, position) of a complete subtree."""
NodeReader = Callable[[Collection[Place]], Mapping[Place, bytes]]
"""Answers the 32-byte hashes of complete subtrees, of all that are asked for."""
STORED_LEVELS = 8
"""The distance of the levels whose hashes are kept: the height of a tile (C2SP tlog-tiles)."""
_Range = tuple[int, int]
"""The leaves from the first number up to, not including, the second; the first a multiple of the size's top power."""


def peaks(size: int) -> list[Place]:
    """The places of the peaks of a tree of ``size`` leaves, left to right."""
    return _peaks_of((0, size))


def root_of(peak_hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of a tree's peaks."""
    if not peak_hashes:
        return EMPTY_ROOT
    root = peak_hashes[-1]
    for left in reversed(peak_hashes[:-1]):
        root = node_hash(left, root)
    return root


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The hash over all of ``hashes``, whose number is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


class Frontier:
    """The right edge of a tree: its ``size`` and the hashes of its peaks. 63 hashes for the largest."""

    def __init__(self, size: int = 0, peak_hashes: Sequence[bytes] = ()) -> None:
        if len(peak_hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(peak_hashes)}")
        self.size = size
        self._hashes = list(peak_hashes)

    @property
    def peak_hashes(self) -> tuple[bytes, ...]:
        """The hashes of the peaks, left to right."""
        return tuple(self._hashes)

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return root_of(self._hashes)

    def root_with(self, leaves: Iterable[bytes]) -> bytes:
        """The root that the tree would have after ``leaves`` (leaf hashes) were appended."""
        grown = Frontier(self.size, self._hashes)
        grown.extend(leaves)
        return grown.root

    def append(self, leaf: bytes) -> list[tuple[Place, bytes]]:
        """Adds ``leaf`` (a leaf hash); answers the places and hashes of all subtrees that this completes, bottom up.

        The leaf itself is not among them.
        """
        return self.extend([leaf], 1)

    def extend(self, leaves: Iterable[bytes], distance: int = STORED_LEVELS) -> list[tuple[Place, bytes]]:
        """Adds ``leaves``; answers the completed subtrees on every level that ``distance`` divides, leaves left out."""
        completed: list[tuple[Place, bytes]] = []
        hashes, size = self._hashes, self.size
        for leaf in leaves:
            level, computed, place = 0, leaf, size
            while place & 1:
                computed = node_hash(hashes.pop(), computed)
                level, place = level + 1, place >> 1
                if level % distance == 0:
                    completed.append(((level, place), computed))
            hashes.append(computed)
            size += 1
        self.size = size
        return completed

    def extend_with_nodes(self, nodes: Iterable[bytes]) -> list[tuple[Place, bytes]]:
        """As :meth:`extend`, with the hashes over each 256 leaves; the tree's size must be a multiple of 256."""
        above = Frontier(self.size >> STORED_LEVELS, self._hashes)
        completed = above.extend(nodes)
        self.size, self._hashes = above.size << STORED_LEVELS, list(above.peak_hashes)
        return [((level + STORED_LEVELS, position), hash_) for (level, position), hash_ in completed]


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, from the leaf's sibling up. ``0 <= index < size``."""
    start, end = 0, size
    siblings: list[_Range] = []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _roots(siblings[::-1], read)


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962; no hashes if ``old`` is 0 or ``new``. ``0 <= old <= new``."""
    if old in (0, new):
        return []
    start, end = 0, new
    parts: list[_Range] = []
    while end != old:
        middle = _split(start, end)
        if old <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    if start != 0:  # else the rest is the whole old tree, whose root the verifier has
        parts.append((start, end))
    return _roots(parts[::-1], read)


def _roots(ranges: Sequence[_Range], read: NodeReader) -> list[bytes]:
    """The root over each range, all hashes read in one go."""
    places = [_peaks_of(leaves) for leaves in ranges]
    hashes = read([place for group in places for place in group])
    return [root_of([hashes[place] for place in group]) for group in places]


def _peaks_of(leaves: _Range) -> list[Place]:
    start, end = leaves
    found: list[Place] = []
    for level in range((end - start).bit_length() - 1, -1, -1):
        if (end - start) >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def _split(start: int, end: int) -> int:
    """Where RFC 6962 divides a range: after the largest power of two smaller than its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)
