"""SQLite: one connection that writes, many that only read, and what makes a commit survive a power cut."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

READERS = 16
"""Read connections kept open; each costs a file descriptor or three and a page cache of 2 MB (SQLite's default)."""
MORE_READERS = 48
"""Opened above READERS in a rush: with them, as many as the threads that a web server answers with (40), and room."""

WRITER_CACHE_KIBIBYTES = 65_536
"""Pages of random keys and their indexes are written again and again; with SQLite's 2 MB each is read again first."""
PAGES_BETWEEN_CHECKPOINTS = 8_000
"""32 MB of write-ahead log: what is written again meanwhile goes into the file once. SQLite's default is 1,000."""

LARGEST_WRITTEN_ANEW = 256 * 1024 * 1024
"""Bytes of a database that is written anew after each erasure: a second or two, in which other writes wait."""


def file_of(url: URL) -> Path:
    """The database file of an ``sqlite:////absolute/path`` address."""
    assert url.database is not None  # noqa: S101 - checked where the address was read
    return Path(url.database)


def reading_address(file: Path) -> str:
    """The address under which the driver opens ``file`` for reading alone."""
    return f"file:{quote(str(file))}?mode=ro"


def engines(file: Path, wait_seconds: float) -> tuple[Engine, Engine]:
    """The writing and the reading engine. The first connection of the first makes the file and turns WAL on.

    The reader opens the file read-only and leaves the write-ahead log's index alone, so it needs the
    writer to have opened the file once.
    """

    def connect_writer() -> sqlite3.Connection:
        return _connected(f"file:{quote(str(file))}?mode=rwc", wait_seconds)

    def connect_reader() -> sqlite3.Connection:
        return _connected(reading_address(file), wait_seconds)

    # One connection: what it commits it also checkpoints, and no second one of this process can interleave.
    common: dict[str, Any] = {
        "poolclass": QueuePool,
        "pool_timeout": wait_seconds,
        "hide_parameters": True,  # claims and secrets stay out of error texts
    }
    writer = create_engine("sqlite://", creator=connect_writer, pool_size=1, max_overflow=0, **common)
    reader = create_engine("sqlite://", creator=connect_reader, pool_size=READERS, max_overflow=MORE_READERS, **common)
    event.listen(writer, "connect", _prepare_writer)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "begin", _begin)
    return writer, reader


def _connected(address: str, wait_seconds: float) -> sqlite3.Connection:
    # isolation_level=None: the driver begins nothing by itself; the "begin" events below do.
    # The pool gives a connection to one thread at a time, which is what check_same_thread guards.
    return sqlite3.connect(address, uri=True, timeout=wait_seconds, isolation_level=None, check_same_thread=False)


def _prepare_writer(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    # FULL: the write-ahead log is on the disk before a commit is answered. NORMAL could lose receipts in a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIBIBYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES_BETWEEN_CHECKPOINTS}")
    connection.execute("PRAGMA foreign_keys = ON")
    # An erased claim is overwritten with zeros, not only unlinked from its page.
    connection.execute("PRAGMA secure_delete = ON")


def _prepare_reader(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def begin_write(connection: Connection, patience: float) -> None:
    """Begins a transaction with the write lock; waits ``patience`` seconds for a program that knows no turns."""
    _driver(connection).execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    connection.begin()


@contextmanager
def schema_change(writer: Engine, _wait_seconds: float) -> Iterator[Connection]:
    """One transaction with foreign keys off, as a table is changed by copying it; checks them before it commits.

    A second process waits before this, for its turn to write. A crash leaves the old schema.
    """
    with writer.connect() as connection:
        driver = _driver(connection)
        driver.execute("PRAGMA foreign_keys = OFF")  # has no effect inside a transaction
        try:
            with connection.begin():
                yield connection
                dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                if dangling is not None:
                    raise RuntimeError(f"the schema change left a row of {dangling[0]} without the row it refers to")
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def scrub(writer: Engine, patience: float) -> bool:
    """Leaves nothing of deleted content in the file or the log; False if a reader kept the log for too long.

    ``secure_delete`` has overwritten the content itself. What the growth of a tree moved from page to page may
    have left copies in their unused parts: those go when the whole file is written anew, which is done up to
    LARGEST_WRITTEN_ANEW. The log, which holds every page as it was, is folded into the file and emptied.
    A crash leaves the database as it was and traces in the log, until this is done again.
    """
    with writer.connect() as connection:
        driver = _driver(connection)
        driver.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        ((pages,), (size,)) = (driver.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        if pages * size <= LARGEST_WRITTEN_ANEW:
            driver.execute("VACUUM")
        busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - this module made it
    return driver
