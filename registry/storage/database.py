"""The database: SQLite inside the home, or PostgreSQL, behind the same two verbs.

``with database.write() as session`` is one unit of work: everything in it is recorded together when
the block ends, or nothing is. ``with database.read() as session`` sees one snapshot that no writer
changes and waits for no writer. Nobody else begins, commits or rolls back.

    database = Database.open("sqlite:////srv/firstmark/registry.sqlite")
    database.migrate()
    with database.write() as session:
        session.add(account)
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Literal, Self

from sqlalchemy import URL, BigInteger, Connection, Engine, Integer, MetaData, Table, Text, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from registry import errors
from registry.storage import postgresql, schema, sqlite
from registry.storage.database_errors import busy, translated, translated_at_commit, translated_from_system
from registry.storage.writer_turn import WriterTurn

Dialect = Literal["sqlite", "postgresql"]

WRITER_WAIT_SECONDS = 30.0
"""How long a write waits for the writes before it: some hundred of the slowest units of work measured (0.1 s)."""
SCHEMA_CHANGE_WAIT_SECONDS = 600.0
"""How long a second process waits while the first changes the schema, which may copy whole tables."""
_AFTER_COMMIT = "registry.after_commit"

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
    a row's own number); ``Mapped[str]`` is TEXT.
    """

    metadata = MetaData(naming_convention=NAMES_OF_CONSTRAINTS)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        int: BigInteger().with_variant(Integer(), "sqlite"),
        str: Text(),
    }


def table_of(model: type[DeclarativeBase]) -> Table:
    """The plain table of ``model``. A statement on it loads no objects, and so costs half of one on the model."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - no model here maps anything else
    return table


class Database:
    """One database, safe to use from many threads; several processes may use the same one at once.

    Faults become :class:`registry.errors.Unavailable` with the codes ``database_busy`` (others held
    it too long), ``database_unreachable`` (no connection, no file, no permission), ``disk_full``,
    and ``outcome_unknown`` (the connection ended while the server was committing); all but the last
    mean that nothing was recorded. A damaged file is :class:`registry.errors.Broken`.

    ``reading_address`` is what the driver itself connects to, for processes that read on their own; it
    may hold a password.
    """

    def __init__(self, dialect: Dialect, address: str, writer: Engine, reader: Engine, turn: WriterTurn | None) -> None:
        self.dialect: Dialect = dialect
        self.reading_address = address
        self._writer = writer
        self._reader = reader
        self._turn = turn
        self._this_thread = threading.local()

    @classmethod
    def open(cls, url: str) -> Self:
        """Opens ``sqlite:////absolute/path`` (the first write makes the file) or ``postgresql://...``.

        Connects when first used. Refuses (``database_url``) what is neither, without repeating a password.
        """
        parsed = _parsed(url)
        if parsed.get_backend_name() == "sqlite":
            file = sqlite.file_of(parsed)
            engines = sqlite.engines(file, WRITER_WAIT_SECONDS)
            return cls("sqlite", sqlite.reading_address(file), *engines, WriterTurn(file))
        address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        return cls("postgresql", address, *postgresql.engines(parsed, WRITER_WAIT_SECONDS), None)

    @contextmanager
    def write(self, *, patience: float = WRITER_WAIT_SECONDS) -> Iterator[Session]:
        """One unit of work: committed when the block ends, rolled back when it raises.

        SQLite has one writer at a time (the unit begins with ``BEGIN IMMEDIATE``); on PostgreSQL
        units run beside each other and a row is locked by whoever needs it. ``patience`` is how many
        seconds to wait for others. Objects stay readable after the block. A crash anywhere in the
        block leaves the database as it was before.
        """
        if self.writing:
            raise RuntimeError("write() inside write() would be a second unit of work; pass the session on")
        self._this_thread.writes = True
        try:
            with self._turn_to_write(patience), ExitStack() as opened:
                try:
                    connection = opened.enter_context(_connected(self._writer))
                    begin = sqlite.begin_write if self.dialect == "sqlite" else postgresql.begin_write
                    begin(connection, patience)
                    session = opened.enter_context(Session(connection, expire_on_commit=False))
                    yield session
                    session.flush()
                except SQLAlchemyError as error:
                    raise translated(error) from error
                _commit(connection)
        finally:
            self._this_thread.writes = False
        # Others write on meanwhile. A crash here leaves the unit committed and its caller without an answer.
        for act in session.info.get(_AFTER_COMMIT, {}).values():
            act()

    @property
    def writing(self) -> bool:
        """Whether this thread is inside :meth:`write`."""
        return getattr(self._this_thread, "writes", False)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One read-only snapshot, as of its first query. Objects stay readable after the block."""
        try:
            with _connected(self._reader) as connection:
                connection.begin()
                with Session(connection, expire_on_commit=False) as session:
                    yield session
        except SQLAlchemyError as error:
            raise translated(error, reading=True) from error

    def scrub(self, models: Sequence[type[DeclarativeBase]], *, patience: float = WRITER_WAIT_SECONDS) -> None:
        """Removes from the database's files what was deleted or overwritten in the tables of ``models``.

        On SQLite nothing of it is in file or log afterwards. On PostgreSQL its space is free, and overwritten by what
        comes next; the server's log and backups are for its operator. Unavailable (``erasure_unfinished``) if a
        reader keeps old pages for longer than ``patience`` seconds.
        """
        try:
            with self._turn_to_write(patience):
                if self.dialect == "postgresql":
                    postgresql.scrub(self._writer, [model.__tablename__ for model in models])
                    return
                finished = sqlite.scrub(self._writer, patience)
        except sqlite3.Error as error:
            raise translated(DBAPIError.instance(None, None, error, sqlite3.Error)) from error
        except SQLAlchemyError as error:
            raise translated(error) from error
        if not finished:
            raise errors.Unavailable(
                "erasure_unfinished",
                "The erasure is recorded and nothing shows the erased any more, but a long read keeps traces of it in "
                "the database's write-ahead log.",
                hint="End what reads this database, then stop and start the service: the log is emptied then.",
            )

    def migrate(self) -> None:
        """Brings the schema to the newest version; a second process waits for the first and finds nothing to do.

        Broken (``database_newer``) if a newer Firstmark made the schema. A crash leaves the old one.
        """
        if (versions := self.migration())[0] == versions[1]:
            return
        with self.schema_change() as connection:
            schema.upgrade(connection)

    def migration(self) -> tuple[str | None, str]:
        """The schema's version (None for an empty database) and the newest version."""
        if self._turn is not None and not self._turn.protects.exists():
            return None, schema.newest()
        with self.read() as session:
            return schema.current(session.connection()), schema.newest()

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """A connection in one transaction that alone, over all processes, may change the schema: for migrations."""
        change = sqlite.schema_change if self.dialect == "sqlite" else postgresql.schema_change
        with self._turn_to_write(SCHEMA_CHANGE_WAIT_SECONDS):
            try:
                with change(self._writer, SCHEMA_CHANGE_WAIT_SECONDS) as connection:
                    yield connection
            except SQLAlchemyError as error:
                raise translated(error) from error

    def close(self) -> None:
        """Closes every connection; on SQLite the last one folds the write-ahead log into the file."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _turn_to_write(self, patience: float) -> Iterator[None]:
        """On SQLite, queues for the one writing connection."""
        if self._turn is None:
            yield
            return
        with ExitStack() as held:
            try:
                held.enter_context(self._turn.taken(patience))
            except TimeoutError:
                raise busy() from None
            except OSError as error:
                raise translated_from_system(error) from error
            yield


def after_commit(session: Session, name: str, act: Callable[[], None]) -> None:
    """Has ``act`` called once the unit of work of ``session`` is committed, before ``write`` returns.

    Of several under one ``name`` the last is called. What it raises is raised by ``write``, and undoes nothing.
    """
    session.info.setdefault(_AFTER_COMMIT, {})[name] = act


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection of ``engine``; what the block began and did not commit is rolled back at its end.

    A rollback that fails, as on a connection that was lost, hides neither what the block answered nor what it
    raised: the database undoes by itself what a connection leaves open, and the pool throws the connection away.
    """
    connection = engine.connect()
    try:
        yield connection
    finally:
        with suppress(SQLAlchemyError):
            connection.close()


def _commit(connection: Connection) -> None:
    try:
        connection.commit()
    except SQLAlchemyError as error:
        # SQLite rolls back what it could not commit. A PostgreSQL server that went away may have
        # committed before its answer was lost, so nothing is claimed about the outcome.
        raise translated_at_commit(error) from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The driver's sentence would repeat the text, which may hold a password.
        raise _unusable("It is no database address.") from None
    name = parsed.drivername
    if name in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if name in ("sqlite", "sqlite+pysqlite"):
        if parsed.database is None or not parsed.database.startswith("/"):
            raise _unusable("An SQLite database needs an absolute path.")
        if parsed.query:
            raise _unusable("An SQLite database takes no options; a question mark in its path is written %3F.")
        return parsed
    raise _unusable(f"{name} is neither sqlite nor postgresql.")


def _unusable(why: str) -> errors.Refused:
    return errors.Refused(
        "database_url",
        f"The database address cannot be used. {why}",
        hint="Give sqlite:////absolute/path/registry.sqlite or postgresql://user:password@host/name.",
    )
