"""Many rows of one table in one statement, without an object or a dictionary for each."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

WORTH_A_COPY = 8
"""Rows from which PostgreSQL's COPY, which has a round trip of its own, is faster than INSERT."""


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts ``rows``, each the values of all columns of ``model`` in their order, in the unit of work.

    A crash before that is committed leaves none of them.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_statement(model, "?"), list(rows))
    elif len(rows) < WORTH_A_COPY:
        connection.exec_driver_sql(_statement(model, "%s"), list(rows))
    else:
        _copy(connection, model, rows)


def _copy(connection: Connection, model: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]) -> None:
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
def _statement(model: type[DeclarativeBase], place: str) -> str:
    count = len(model.__table__.columns)
    return f"INSERT INTO {_named(model)} VALUES ({', '.join([place] * count)})"  # noqa: S608 - names of our own


@lru_cache
def _named(model: type[DeclarativeBase]) -> str:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - no model here maps anything else
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    return f"{table.name} ({names})"
