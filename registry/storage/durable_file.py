"""Files that a crash leaves as they were or as they shall be, never in between.

What is written lies in a folder for unfinished files first and gets its name when all of it is on the disk.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry.storage.durability import sync

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
READABLE_BY_ALL = 0o644
UNFINISHED_SUFFIX = ".unfinished"


Content = bytes | Iterable[bytes | memoryview]
"""All of a file, or its pieces one after the other."""


def replace(file: Path, content: Content, *, unfinished: Path | None = None, mode: int = READABLE_BY_ALL) -> None:
    """Makes ``file`` hold ``content``, whatever was there. OSError if it cannot; then the old content stands.

    A crash leaves the old or the new content, and at worst an unfinished file in ``unfinished`` (by
    default the file's own folder), which nobody reads.
    """
    beside = _written(file, content, unfinished, mode)
    try:
        os.replace(beside, file)
    except BaseException:
        _remove(beside)
        raise
    sync(file.parent)  # a crash before this may bring the old content back after a power cut


def create(file: Path, content: Content, *, unfinished: Path | None = None, mode: int = READABLE_BY_ALL) -> bool:
    """Makes ``file`` if nothing of that name is there, and answers whether; of several at once one makes it.

    The name is durable once ``sync(file.parent)`` has returned, which is left to the caller, who may
    make many in one folder. OSError and crashes as in :func:`replace`.
    """
    beside = _written(file, content, unfinished, mode)
    try:
        os.link(beside, file)
    except FileExistsError:
        return False
    finally:
        _remove(beside)
    return True


def make_folders(folder: Path, mode: int = 0o777) -> None:
    """``folder`` and those above it that are missing, their names on the disk."""
    missing: list[Path] = []
    above = folder
    while not above.is_dir():
        missing.append(above)
        above = above.parent
    for one in reversed(missing):
        one.mkdir(mode, exist_ok=True)
        sync(one.parent)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Waits until no other process holds the lock ``file``, which is made if missing and stays; a crash lets go."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, READABLE_BY_ALL)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        # A child process forked meanwhile would keep a lock that was merely closed.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def _written(file: Path, content: Content, unfinished: Path | None, mode: int) -> Path:
    folder = file.parent if unfinished is None else unfinished
    beside = folder / f".{file.name}.{secrets.token_hex(8)}{UNFINISHED_SUFFIX}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "wb") as opened:
            opened.writelines([content] if isinstance(content, bytes) else content)
            opened.flush()
            os.fsync(descriptor)
    except BaseException:
        _remove(beside)
        raise
    return beside


def _remove(beside: Path) -> None:
    with suppress(OSError):
        beside.unlink()
