"""The database: SQLite inside the home, or PostgreSQL, behind the same two verbs.

``with database.write() as session`` is one unit of work: everything in it is recorded together when
the block ends, or nothing is. ``with database.read() as session`` sees one snapshot that no writer
changes and waits for no writer. Nobody else begins, commits or rolls back.

    database = Database.open("sqlite:////srv/firstmark/registry.sqlite")
    database.migrate()
    with database.write() as session:
        session.add(account)
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Self

from sqlalchemy import URL, BigInteger, Connection, Engine, Integer, MetaData, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from registry import errors
from registry.storage import postgresql, sqlite
from registry.storage.database_errors import busy, translated, translated_at_commit

WRITER_WAIT_SECONDS = 30.0
"""How long a write waits for the writes before it: some hundred of the slowest units of work measured (0.1 s)."""

NAMES_OF_CONSTRAINTS = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that is the same on both databases, so that a migration can change it."""


class Base(DeclarativeBase):
    """The tables of all rooms.

    ``Mapped[int]`` is 64 bits on both databases (SQLite calls that INTEGER, and needs that name for
    a row's own number).
    """

    metadata = MetaData(naming_convention=NAMES_OF_CONSTRAINTS)
    type_annotation_map = {int: BigInteger().with_variant(Integer(), "sqlite")}  # noqa: RUF012 - SQLAlchemy reads it so


class Database:
    """One database, safe to use from many threads; several processes may use the same one at once.

    Faults become :class:`registry.errors.Unavailable` with the codes ``database_busy`` (others held
    it too long), ``database_unreachable`` (no connection, no file, no permission), ``disk_full``,
    and ``outcome_unknown`` (the connection ended while the server was committing); all but the last
    mean that nothing was recorded. A damaged file is :class:`registry.errors.Broken`.
    """

    def __init__(self, url: URL, writer: Engine, reader: Engine, dialect: Literal["sqlite", "postgresql"]) -> None:
        self.dialect = dialect
        self._url = url
        self._writer = writer
        self._reader = reader
        self._writing_thread = threading.local()
        self._one_writer = threading.Lock()

    @classmethod
    def open(cls, url: str) -> Self:
        """Opens ``sqlite:////absolute/path`` (the first write makes the file) or ``postgresql://...``.

        Connects when first used. Refuses (``database_url``) what is neither, without repeating a password.
        """
        parsed = _parsed(url)
        if parsed.get_backend_name() == "sqlite":
            writer, reader = sqlite.engines(sqlite.path_of(parsed), WRITER_WAIT_SECONDS)
            return cls(parsed, writer, reader, "sqlite")
        writer, reader = postgresql.engines(parsed, WRITER_WAIT_SECONDS)
        return cls(parsed, writer, reader, "postgresql")

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One unit of work: committed when the block ends, rolled back when it raises.

        SQLite has one writer at a time (the unit begins with ``BEGIN IMMEDIATE``); on PostgreSQL
        units run beside each other and a row is locked by whoever needs it. Objects stay readable
        after the block. A crash anywhere in the block leaves the database as it was before.
        """
        if getattr(self._writing_thread, "inside", False):
            raise RuntimeError("write() inside write() would be a second unit of work; pass the session on")
        self._writing_thread.inside = True
        try:
            with self._turn_to_write(), Session(self._writer, expire_on_commit=False) as session:
                try:
                    session.connection()  # takes SQLite's write lock now, before anything is read
                    yield session
                    session.flush()
                except SQLAlchemyError as error:
                    raise translated(error) from error
                self._commit(session)
        finally:
            self._writing_thread.inside = False

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One read-only snapshot, as of its first query. Objects stay readable after the block."""
        with Session(self._reader, expire_on_commit=False) as session:
            try:
                yield session
            except SQLAlchemyError as error:
                raise translated(error) from error

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """On SQLite, lets the threads of this process queue for the one writing connection."""
        if self.dialect != "sqlite":
            yield
            return
        if not self._one_writer.acquire(timeout=WRITER_WAIT_SECONDS):
            raise busy()
        try:
            yield
        finally:
            self._one_writer.release()

    def _commit(self, session: Session) -> None:
        try:
            session.commit()
        except SQLAlchemyError as error:
            # SQLite rolls back what it could not commit. A PostgreSQL server that went away may have
            # committed before its answer was lost, so nothing is claimed about the outcome.
            raise translated_at_commit(error) from error

    @contextmanager
    def _schema_change(self) -> Iterator[Connection]:
        """A connection in one transaction that alone may change the schema, over all processes."""
        change = sqlite.schema_change if self.dialect == "sqlite" else postgresql.schema_change
        with self._turn_to_write():
            try:
                with change(self._writer) as connection:
                    yield connection
            except SQLAlchemyError as error:
                raise translated(error) from error

    def close(self) -> None:
        """Closes every connection; on SQLite the last one folds the write-ahead log into the file."""
        self._reader.dispose()
        self._writer.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The driver's sentence would repeat the text, which may hold a password.
        raise _unusable("It is no database address.") from None
    name = parsed.drivername
    if name in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if name in ("sqlite", "sqlite+pysqlite"):
        if parsed.database is None or not parsed.database.startswith("/"):
            raise _unusable("An SQLite database needs an absolute path.")
        return parsed
    raise _unusable(f"{name} is neither sqlite nor postgresql.")


def _unusable(why: str) -> errors.Refused:
    return errors.Refused(
        "database_url",
        f"The database address cannot be used. {why}",
        hint="Give sqlite:////absolute/path/registry.sqlite or postgresql://user:password@host/name.",
    )
