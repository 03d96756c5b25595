"""Many rows of one table in one statement, without an object or a dictionary for each."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from registry.storage.database import table_of

WORTH_A_COPY = 8
"""Rows from which PostgreSQL's COPY, which has a round trip of its own, is faster than INSERT."""
ROWS_A_STATEMENT = (1024, 256, 64, 16, 4, 1)
"""SQLite runs a statement without Python's lock, for which other threads queue: so it is given few, of many rows.

Of 1,024 the widest table here has 6,144 parameters, below SQLite's limit of 32,766; and so few different statements
stay prepared.
"""


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts ``rows``, each the values of all columns of ``model`` in their order, in the unit of work.

    A crash before that is committed leaves none of them.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        start = 0
        for count in ROWS_A_STATEMENT:
            while len(rows) - start >= count:
                some = rows[start : start + count]
                connection.exec_driver_sql(_statement(model, "?", count), _bound(some))
                start += count
    elif len(rows) < WORTH_A_COPY:
        connection.exec_driver_sql(_statement(model, "%s", 1), list(rows))
    else:
        _copy(connection, model, rows)


def _bound(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The values of ``rows``, one behind the other, as sqlite3 binds them fastest.

    It asks for an adapter of every value but plain numbers, texts and bytearrays: of bytes too, for half a microsecond.
    """
    return tuple([bytearray(value) if type(value) is bytes else value for row in rows for value in row])


def _copy(connection: Connection, model: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]) -> None:
    import psycopg  # SQLite needs none of it

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {_named(model)} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:
        # SQLAlchemy does not know of COPY, so what it does with its own statements' errors is done here.
        lost = bool(driver.closed)
        if lost:
            connection.invalidate(error)
        raise DBAPIError("COPY", None, error, hide_parameters=True, connection_invalidated=lost) from error


@lru_cache
def _statement(model: type[DeclarativeBase], place: str, count: int) -> str:
    row = f"({', '.join([place] * len(table_of(model).columns))})"
    return f"INSERT INTO {_named(model)} VALUES {', '.join([row] * count)}"  # noqa: S608 - names of our own


@lru_cache
def _named(model: type[DeclarativeBase]) -> str:
    table = table_of(model)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"{table.name} ({names})"
