"""One file of an evidence file: its digests are known before its content is written."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.errors import Broken

Read = Callable[[], Iterator[bytes]]
"""Reads a content from its beginning, in pieces, each time it is called."""


@dataclass(frozen=True)
class Part:
    """``name`` is its path in the evidence file; ``read`` tells its content once more."""

    name: str
    crc: int
    size: int
    sha256: bytes
    sha512: bytes
    read: Read

    @classmethod
    def of(cls, name: str, content: bytes) -> "Part":
        """A part whose content is at hand."""
        return cls.streamed(name, lambda: iter((content,)))

    @classmethod
    def streamed(cls, name: str, read: Read) -> "Part":
        """A part that is read in pieces: once now, and once more when it is written."""
        crc = size = 0
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        for chunk in read():
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            sha256.update(chunk)
            sha512.update(chunk)
        return cls(name, crc, size, sha256.digest(), sha512.digest(), read)

    def chunks(self) -> Iterator[bytes]:
        """The content. Broken (``original_changed``) at its end if it is another than was announced."""
        crc = size = 0
        for chunk in self.read():
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            yield chunk
        if (crc, size) != (self.crc, self.size):
            raise Broken(
                "original_changed",
                "A file changed while it was written into the evidence file, which is therefore of no use.",
                hint="Throw the unfinished file away and run 'registry ledger verify'.",
            )
