"""PostgreSQL through psycopg 3: separate pools for units of work and for snapshots."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, text

CONNECT_SECONDS = 10
"""How long a server may take to accept a connection; libpq's own default waits for the network's patience."""
WRITERS = 8
"""Units of work beside each other. They queue at the ledger's head, so more would only wait there."""
READERS = 12
"""With WRITERS, four processes stay under PostgreSQL's default of 100 connections."""
IDLE_SECONDS = 60
"""After this the server ends a unit of work that does nothing, as it may hold the ledger's head."""
SCHEMA_LOCK = 0x6669727374
"""Key of the advisory lock that schema changes take: "first" in ASCII, to be unlike other programs' keys."""

_SET_PATIENCE = text(
    "SELECT set_config('lock_timeout', :lock, true), set_config('idle_in_transaction_session_timeout', :idle, true)"
)


def engines(url: URL, wait_seconds: float) -> tuple[Engine, Engine]:
    """The writing and the reading engine.

    Two pools, because a unit of work may ask a question of its own: were both drawn from one pool,
    writers that wait for the head could hold every connection and starve the one that has it.
    """
    common: dict[str, Any] = {
        "connect_args": {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS},
        "pool_pre_ping": True,  # a restarted server costs nobody an error
        "max_overflow": 0,
        "pool_timeout": wait_seconds,
        "hide_parameters": True,  # claims and secrets stay out of error texts
    }
    writer = create_engine(url, isolation_level="READ COMMITTED", pool_size=WRITERS, **common)
    reader = create_engine(
        url,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        pool_size=READERS,
        **common,
    )
    return writer, reader


def begin_write(connection: Connection, patience: float) -> None:
    """Begins a transaction that waits at most ``patience`` seconds for each row that another one holds."""
    connection.begin()
    connection.execute(
        _SET_PATIENCE,
        {"lock": f"{max(1, int(patience * 1000))}ms", "idle": f"{IDLE_SECONDS}s"},  # 0 would mean for ever
    )


@contextmanager
def schema_change(writer: Engine, wait_seconds: float) -> Iterator[Connection]:
    """One transaction under an advisory lock, so that a second process waits. A crash leaves the old schema."""
    with writer.connect() as connection:
        begin_write(connection, wait_seconds)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        yield connection
        connection.commit()


def scrub(writer: Engine, tables: Sequence[str]) -> None:
    """Makes the space of deleted rows free. The server keeps its own logs and copies, which this does not reach."""
    with writer.connect() as connection:
        free = connection.execution_options(isolation_level="AUTOCOMMIT")
        free.exec_driver_sql(f"VACUUM {', '.join(tables)}")
