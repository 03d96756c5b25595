"""The container of an evidence file: a ZIP (APPNOTE 6.3) of the one form that ASiC-E (ETSI EN 319 162-1) allows here.

Every byte of it is either the content of an entry or follows from the entries: no compression, no extra fields, no
comments, no dates, ASCII names, the entries one after the other in the order of the directory, and nothing before,
between or behind them. So there is one container for a list of files, and what is not exactly that is malformed.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from registry.verify.encoding import quoted
from registry.verify.errors import Malformed

MIMETYPE_NAME = "mimetype"
MIMETYPE = b"application/vnd.etsi.asic-e+zip"
"""Content of the first entry, without a line end, so that it stands at byte 38 of the file."""
MOST_ENTRIES = 1_000
"""Real files have some twenty, and some more for each witness of time."""
LONGEST_NAME = 200
LARGEST_CONTAINER = 2**32 - 1
"""Bytes: beyond that a ZIP needs other headers (ZIP64), which no original here is large enough for."""
CHUNK = 1 << 20
"""Bytes read at a time."""
_PART = re.compile(r"(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+", re.ASCII)
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION = 10
"""APPNOTE 4.4.3.2: 1.0, the default; nothing here needs more."""
_MADE_BY = 3 << 8 | _VERSION
"""APPNOTE 4.4.2: UNIX, whose permissions the external attributes hold."""
_DATE = 1 << 5 | 1
"""1 January 1980, the first day that the format knows."""
_PERMISSIONS = 0o100644 << 16


@dataclass(frozen=True)
class Member:
    """One file of the container: its name, CRC-32 and size, and where its content begins."""

    name: str
    crc: int
    size: int
    offset: int

    @property
    def local_header(self) -> bytes:
        """What stands before its content."""
        name = self.name.encode("ascii")
        return _LOCAL.pack(b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(name), 0) + name

    @property
    def start(self) -> int:
        """Where its header begins."""
        return self.offset - _LOCAL.size - len(self.name)

    @property
    def end(self) -> int:
        """Where its content ends."""
        return self.offset + self.size

    @property
    def central_header(self) -> bytes:
        """Its line in the directory."""
        name = self.name.encode("ascii")
        fixed = (b"PK\x01\x02", _MADE_BY, _VERSION, 0, 0, 0, _DATE, self.crc, self.size, self.size, len(name))
        return _CENTRAL.pack(*fixed, 0, 0, 0, 0, _PERMISSIONS, self.start) + name

    @classmethod
    def after(cls, start: int, name: str, crc: int, size: int) -> "Member":
        """The one whose header begins at byte ``start``."""
        return cls(name, crc, size, start + _LOCAL.size + len(name))


def directory(members: Iterable[Member]) -> bytes:
    """What follows the last content: the directory and its end record."""
    listed = list(members)
    headers = b"".join(member.central_header for member in listed)
    start = listed[-1].end if listed else 0
    return headers + _END.pack(b"PK\x05\x06", 0, 0, len(listed), len(listed), len(headers), start, 0)


def check_names(names: Iterable[str]) -> None:
    """Malformed unless ``names`` can be files of one folder on any system: plain, distinct, none below another."""
    taken: set[str] = set()
    folders: set[str] = set()
    for name in names:
        if len(name) > LONGEST_NAME or not all(_PART.fullmatch(part) for part in name.split("/")):
            raise Malformed(f"{quoted(name)} cannot be the name of a file in here.")
        lower = name.lower()
        if lower in taken or lower in folders:
            raise Malformed(f"The container has {quoted(name)} twice.")
        above = lower.split("/")
        folders.update("/".join(above[:depth]) for depth in range(1, len(above)))
        taken.add(lower)
        if folders & {lower} or any("/".join(above[:depth]) in taken for depth in range(1, len(above))):
            raise Malformed(f"{quoted(name)} is a file and a folder.")


class Container:
    """An opened container. Reads what is asked for; ``members`` are in the order of the file, by name."""

    def __init__(self, file: BinaryIO) -> None:
        """Malformed unless ``file``, which can be read and positioned, is a container to its last byte.

        The contents are looked at only when they are read.
        """
        self._file = file
        listed = _listed(file)
        check_names(member.name for member in listed)
        if not listed or listed[0].name != MIMETYPE_NAME:
            raise Malformed(f"The first file of the container is not {MIMETYPE_NAME}.")
        for member in listed:
            if _read(file, member.start, len(member.local_header)) != member.local_header:
                raise Malformed(f"The header before {quoted(member.name)} is not what the directory says of it.")
        self.members = {member.name: member for member in listed}
        if self.read(MIMETYPE_NAME, len(MIMETYPE)) != MIMETYPE:
            raise Malformed(f"The file {MIMETYPE_NAME} does not say {MIMETYPE.decode()}.")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of ``name``; Malformed at its end if it has another CRC-32 than the header says."""
        member = self.members[name]
        crc, place = 0, member.offset
        while place < member.end:
            chunk = _read(self._file, place, min(CHUNK, member.end - place))
            crc = zlib.crc32(chunk, crc)
            place += len(chunk)
            yield chunk
        if crc != member.crc:
            raise Malformed(f"The content of {quoted(name)} has another CRC-32 than the container says.")

    def read(self, name: str, largest: int) -> bytes:
        """The content of ``name``. Malformed if it has more than ``largest`` bytes, or is not there."""
        member = self.members.get(name)
        if member is None:
            raise Malformed(f"The file {quoted(name)} is missing.")
        if member.size > largest:
            raise Malformed(f"The file {quoted(name)} has {member.size} bytes; the most is {largest}.")
        return b"".join(self.chunks(name))


def _listed(file: BinaryIO) -> list[Member]:
    """The members that the directory lists, in its order, each where the one before ends."""
    size = file.seek(0, 2)
    if size > LARGEST_CONTAINER:
        raise Malformed(f"The file is larger than {LARGEST_CONTAINER} bytes.")
    if size < _END.size:
        raise Malformed("The file is too short to be an evidence file.")
    end = _END.unpack(_read(file, size - _END.size, _END.size))
    count, length, start = end[4], end[5], end[6]
    if end != (b"PK\x05\x06", 0, 0, count, count, length, start, 0):
        raise Malformed("The file does not end with the end record of a container: it was cut, or something follows.")
    if count > MOST_ENTRIES or length > MOST_ENTRIES * (_CENTRAL.size + LONGEST_NAME):
        raise Malformed(f"The container has more than {MOST_ENTRIES} files.")
    if start + length + _END.size != size:
        raise Malformed("The directory does not stand between the contents and the end of the container.")
    return _parsed(_read(file, start, length), count, start)


def _parsed(headers: bytes, count: int, start: int) -> list[Member]:
    listed: list[Member] = []
    place = expected = 0
    for number in range(count):
        fixed = headers[place : place + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            raise Malformed(f"The directory ends within line {number + 1}.")
        values = _CENTRAL.unpack(fixed)
        name_length = values[10]
        name = headers[place + _CENTRAL.size : place + _CENTRAL.size + name_length].decode("ascii", "replace")
        check_names([name])
        member = Member.after(expected, name, crc=values[7], size=values[9])
        if member.start > LARGEST_CONTAINER:
            raise Malformed(f"The directory says that {quoted(name)} begins beyond byte {LARGEST_CONTAINER}.")
        if headers[place : place + len(member.central_header)] != member.central_header:
            raise Malformed(
                f"The directory describes {quoted(name)} in a way in which no evidence file is written: another place, "
                "compressed, dated, or with something added."
            )
        place += len(member.central_header)
        expected = member.end
        listed.append(member)
    if place != len(headers) or expected != start:
        raise Malformed("The container holds bytes that belong to none of its files.")
    return listed


def _read(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    content = file.read(length)
    if len(content) != length:
        raise Malformed("The file ends before the content that it announces.")
    return content
