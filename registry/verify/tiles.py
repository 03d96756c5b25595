"""The resources of a log that is served as plain files (https://c2sp.org/tlog-tiles): names, widths, contents.

A tile holds up to 256 hashes, those on level 0 of leaves, those above of full tiles one level below. A
bundle holds the entries of one tile of level 0. Whatever is not full is partial, and is named with its width.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from registry.verify.encoding import HASH_BYTES, LARGEST_INDEX, hashes_in, quoted
from registry.verify.entry import LARGEST_ENTRY
from registry.verify.errors import Malformed

CHECKPOINT = "checkpoint"
"""The path of the one resource that changes."""
HEIGHT = 8
FULL = 1 << HEIGHT
"""Hashes or entries in a tile or bundle that is not partial."""
ENTRIES = -1
"""The level that stands for entry bundles."""
HIGHEST_LEVEL = 63
"""What the document allows; a tree of 2^63 - 1 leaves has tiles up to level 7."""
LARGEST_TILE = FULL * HASH_BYTES
LARGEST_BUNDLE = FULL * (2 + LARGEST_ENTRY)
_LENGTH_BYTES = 2
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, order=True)
class Tile:
    """One tile, or the bundle of entries where ``level`` is ``ENTRIES``; ``width`` below ``FULL`` is a partial one."""

    level: int
    number: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Its name below the log's prefix: ``tile/0/x001/x234/067.p/12``."""
        groups = [f"{self.number % 1000:03d}"]
        rest = self.number // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == FULL else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """Malformed unless ``path`` is what ``path`` would say."""
        matched = _PATH.fullmatch(path)
        if matched is None:
            raise Malformed(f"{quoted(path)} is not the name of a tile.")
        level, number, width = matched.groups()
        digits = number.replace("/", "").replace("x", "")
        if len(digits) > len(str(LARGEST_INDEX)) + 2:
            raise Malformed(f"{quoted(path)} has a number that no tile has.")
        tile = cls(ENTRIES if level == "entries" else int(level), int(digits), FULL if width is None else int(width))
        if tile.level > HIGHEST_LEVEL or tile.number > LARGEST_INDEX or tile.path != path:
            raise Malformed(f"{quoted(path)} is not the name of a tile.")
        if width is not None and tile.width >= FULL:
            raise Malformed(f"{quoted(path)} calls a full tile partial.")
        return tile

    @property
    def start(self) -> int:
        """The index of the first leaf below it."""
        return self.number << HEIGHT * (max(self.level, 0) + 1)

    @property
    def end(self) -> int:
        """The size of the smallest tree that has it."""
        return ((self.number << HEIGHT) + self.width) << HEIGHT * max(self.level, 0)

    @property
    def full(self) -> "Tile":
        """The full one of the same place, which a log may serve instead of an older partial one."""
        return Tile(self.level, self.number)


def tile_of(level: int, number: int, size: int) -> Tile | None:
    """The tile or bundle with this place in a tree of ``size``; None if it has none."""
    width = min(FULL, (size >> HEIGHT * max(level, 0)) - (number << HEIGHT))
    return Tile(level, number, width) if width > 0 else None


def levels(size: int) -> range:
    """The levels on which a tree of ``size`` has tiles."""
    return range((max(size.bit_length(), 1) - 1) // HEIGHT + 1 if size else 0)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """What a tree of ``new`` has and a tree of ``old`` did not: bundles first, then tiles from the leaves up."""
    for level in (ENTRIES, *levels(new)):
        number = (old >> HEIGHT * max(level, 0)) >> HEIGHT
        while (tile := tile_of(level, number, new)) is not None:
            if tile != tile_of(level, number, old):
                yield tile
            number += 1


def parse_hashes(content: bytes, width: int) -> list[bytes]:
    """The hashes in a tile of ``width``. Malformed if it has another number of bytes."""
    if len(content) != width * HASH_BYTES:
        raise Malformed(f"A tile of {width} hashes has {len(content)} bytes.")
    return hashes_in(content)


def parse_bundle(content: bytes, width: int) -> list[bytes]:
    """The entries in a bundle of ``width``. Malformed if it holds more or fewer, or ends within one."""
    entries: list[bytes] = []
    place = 0
    while place < len(content):
        start = place + _LENGTH_BYTES
        end = start + int.from_bytes(content[place:start], "big")
        if end > len(content) or start > len(content):
            raise Malformed("A bundle ends within an entry.")
        entries.append(content[start:end])
        place = end
    if len(entries) != width:
        raise Malformed(f"A bundle of {width} entries holds {len(entries)}.")
    return entries


def bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of ``entries``, each of at most 65,535 bytes: their lengths (u16, big-endian) and bytes."""
    if any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise Malformed(f"An entry has more than {LARGEST_ENTRY} bytes.")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)
