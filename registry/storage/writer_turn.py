"""Whose turn it is to write to an SQLite file, over all threads and processes of this machine."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LOOKED_EVERY = 0.002
"""Seconds between two looks at a lock that another process holds; a unit of work takes some milliseconds."""


class WriterTurn:
    """A lock between threads and, through ``flock`` on a file beside the database, between processes.

    SQLite has a write lock of its own, but it ends with the commit, before the write-ahead log is
    checkpointed, and waits for it are unfair. Before version 3.51.3 a checkpoint at the same
    instant as another process's commit can damage the file
    (https://www.sqlite.org/wal.html#walresetbug), so the turn spans both. The kernel gives the turn back when its
    process ends, however it ends; the file stays and means nothing.
    """

    def __init__(self, database_file: Path) -> None:
        self.protects = database_file
        self._file = database_file.with_name(database_file.name + "-turn")
        self._one_thread = threading.Lock()

    @contextmanager
    def taken(self, patience: float) -> Iterator[None]:
        """Holds the turn during the block. TimeoutError after ``patience`` seconds; OSError if the file cannot be."""
        deadline = time.monotonic() + patience
        if not self._one_thread.acquire(timeout=patience):
            raise TimeoutError
        try:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                while not _locked(descriptor):
                    if time.monotonic() >= deadline:
                        raise TimeoutError
                    time.sleep(LOOKED_EVERY)
                yield
            finally:
                # A child process forked meanwhile would keep a lock that was merely closed. An error here must not
                # turn what is recorded into a failure: the descriptor is given back whatever is answered (Linux).
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
                with suppress(OSError):
                    os.close(descriptor)
        finally:
            self._one_thread.release()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
