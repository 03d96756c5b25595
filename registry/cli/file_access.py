"""Files that are named on the command line: read without being trapped, written whole or not at all."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from registry.errors import Refused
from registry.storage.durability import sync


def read_regular_file(path: Path, limit: int) -> bytes:
    """The file's bytes, at most one more than ``limit``: enough to see that it is too large.

    Raises ``Refused``: ``unreadable_file``, ``not_a_regular_file``.
    """
    with opened_regular_file(path) as file:
        return file.read(limit + 1)


@contextmanager
def opened_regular_file(path: Path) -> Iterator[BufferedReader]:
    """The file, to be read as a stream; errors as above, also those of reading. A named pipe does not make it wait."""
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever. Regular files ignore it.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused(
                    "not_a_regular_file",
                    "This is a pipe, a socket or a device, not a file.",
                    hint="Save the content to a file and name that.",
                )
            yield file
    except OSError as error:
        raise Refused(
            "unreadable_file",
            f"The file {path} cannot be read: {error.strerror or error}.",
            hint="Check that it exists and that you may read it, then run the command again.",
        ) from error


def read_small_file(path: Path, limit: int) -> bytes:
    """As :func:`read_regular_file`, and ``Refused`` (``file_too_large``) for more than ``limit`` bytes."""
    content = read_regular_file(path, limit)
    if len(content) > limit:
        raise Refused(
            "file_too_large",
            f"The file {path} has more than {limit} bytes, which none of its kind has.",
            hint="Check that you named the right file.",
        )
    return content


def write_document(path: Path | None, content: str | bytes) -> None:
    """Writes ``content``, UTF-8 if it is text, to ``path``, or to stdout if that is None.

    A crash here leaves the old file or the new one, and at worst a temporary one beside it.
    Raises ``Refused``: ``unwritable_file``.
    """
    encoded = content.encode() if isinstance(content, str) else content
    if path is None:
        sys.stdout.buffer.write(encoded)
        sys.stdout.buffer.flush()
        return
    write_pieces(path, (encoded,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> int:
    """Writes ``pieces``, one after the other, to ``path``; answers how many bytes, once they are on the disk.

    A crash or an error in between leaves the old file, and at worst a temporary one beside it (``.NAME.`` and a random
    ending), which nobody reads. Raises ``Refused``: ``unwritable_file``.
    """
    size = 0
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as unfinished:
            try:
                for piece in pieces:
                    size += unfinished.write(piece)
                unfinished.flush()
                os.fsync(unfinished.fileno())
                os.fchmod(unfinished.fileno(), 0o666 & ~_umask())
                os.replace(unfinished.name, path)
            except BaseException:
                os.unlink(unfinished.name)
                raise
        sync(path.parent)  # a crash before this may bring the old file back after a power cut
    except OSError as error:
        raise Refused(
            "unwritable_file",
            f"The file {path} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from error
    return size


def _umask() -> int:
    """What the process takes away from the permissions of new files; it can only be asked by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
