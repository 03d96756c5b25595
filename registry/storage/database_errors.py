"""What a driver's error means to a person.

References: https://www.sqlite.org/rescode.html and PostgreSQL's appendix "PostgreSQL Error Codes" (SQLSTATE).
"""

import errno
import sqlite3
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError

from registry import errors

if TYPE_CHECKING:
    import psycopg


class _Fault(Enum):
    BUSY = "busy"
    FULL = "full"
    UNREACHABLE = "unreachable"
    DAMAGED = "damaged"


_SQLITE = {
    sqlite3.SQLITE_BUSY: _Fault.BUSY,
    sqlite3.SQLITE_LOCKED: _Fault.BUSY,
    sqlite3.SQLITE_FULL: _Fault.FULL,
    sqlite3.SQLITE_AUTH: _Fault.UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: _Fault.UNREACHABLE,
    sqlite3.SQLITE_IOERR: _Fault.UNREACHABLE,
    sqlite3.SQLITE_PERM: _Fault.UNREACHABLE,
    sqlite3.SQLITE_PROTOCOL: _Fault.UNREACHABLE,  # locks of the write-ahead log that fail
    sqlite3.SQLITE_READONLY: _Fault.UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: _Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: _Fault.DAMAGED,
}
_PRIMARY_RESULT_CODE = 0xFF
"""An extended result code carries its primary one in the low byte."""

_POSTGRESQL = {
    "40001": _Fault.BUSY,  # serialization_failure
    "40P01": _Fault.BUSY,  # deadlock_detected
    "53200": _Fault.BUSY,  # out_of_memory
    "53300": _Fault.BUSY,  # too_many_connections
    "55P03": _Fault.BUSY,  # lock_not_available: lock_timeout
    "57014": _Fault.BUSY,  # query_canceled: statement_timeout
    "53100": _Fault.FULL,  # disk_full
    "25P03": _Fault.UNREACHABLE,  # idle_in_transaction_session_timeout
    "XX001": _Fault.DAMAGED,  # data_corrupted
    "XX002": _Fault.DAMAGED,  # index_corrupted
}
_POSTGRESQL_UNREACHABLE = ("08", "28", "3D", "57", "58")
"""Classes: connection, authorisation, no such database, server going down or starting, its own input or output."""


def translated(error: SQLAlchemyError, *, reading: bool = False) -> Exception:
    """The error for a person, or ``error`` itself when it is a mistake of ours. Nothing was recorded.

    Whoever writes while ``reading`` made a mistake; otherwise a read-only file is a fault of the place.
    """
    fault = _fault(error)
    if reading and isinstance(error, DBAPIError) and _sqlite_code(error.orig) == sqlite3.SQLITE_READONLY:
        return error
    return error if fault is None else _told(fault)


def translated_at_commit(error: SQLAlchemyError) -> Exception:
    """As :func:`translated`, except that a server which went away while it committed may have recorded the change."""
    if _fault(error) is _Fault.UNREACHABLE and _from_postgresql(getattr(error, "orig", None)) is not None:
        return errors.Unavailable(
            "outcome_unknown",
            "The database went away while it recorded the change, so it is unknown whether it was recorded.",
            hint="Repeat the same request: what was recorded is answered again, not recorded twice.",
        )
    return translated(error)


def translated_from_system(error: OSError) -> Exception:
    """The error for a person when a file beside the database cannot be opened. Nothing was recorded."""
    return _told(_Fault.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else _Fault.UNREACHABLE)


def busy() -> errors.RegistryError:
    """Others held the database for too long."""
    return _told(_Fault.BUSY)


def _told(fault: _Fault) -> errors.RegistryError:
    match fault:
        case _Fault.BUSY:
            return errors.Unavailable(
                "database_busy",
                "The database was busy with other changes for too long; nothing was recorded.",
                hint="Repeat the same request in a moment.",
            )
        case _Fault.FULL:
            return errors.Unavailable(
                "disk_full",
                "The disk that holds the database is full; nothing was recorded.",
                hint="Make room on it, then repeat the same request.",
            )
        case _Fault.UNREACHABLE:
            return errors.Unavailable(
                "database_unreachable",
                "The database cannot be reached; nothing was recorded.",
                hint="Check that its server runs, or that its file and folder exist and may be written, and try again.",
            )
        case _Fault.DAMAGED:
            return errors.Broken(
                "database_damaged",
                "The database is damaged; nothing was recorded.",
                hint="Stop the service, keep the database for examination, and restore the newest backup.",
            )


def _fault(error: SQLAlchemyError) -> _Fault | None:
    if isinstance(error, TimeoutError):  # no free connection
        return _Fault.BUSY
    original = error.orig if isinstance(error, DBAPIError) else None
    from_postgresql = _from_postgresql(original)
    return _SQLITE.get(_sqlite_code(original)) if from_postgresql is None else _postgresql_fault(from_postgresql)


def _sqlite_code(original: BaseException | None) -> int:
    """The primary result code, or SQLITE_OK where there is none: the driver raises some errors itself."""
    code: int = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & _PRIMARY_RESULT_CODE


def _from_postgresql(original: BaseException | None) -> "psycopg.Error | None":
    """``original`` if it is of PostgreSQL's driver, which is loaded for this at the first error that is not SQLite's:
    a command on an SQLite home would need a fifth of a second longer to start with it."""
    if original is None or isinstance(original, sqlite3.Error):
        return None
    import psycopg

    return original if isinstance(original, psycopg.Error) else None


def _postgresql_fault(original: "psycopg.Error") -> _Fault | None:
    import psycopg

    if original.sqlstate is None:
        # libpq could not connect, or the connection ended without a word from the server.
        return _Fault.UNREACHABLE if isinstance(original, psycopg.OperationalError) else None
    if original.sqlstate in _POSTGRESQL:
        return _POSTGRESQL[original.sqlstate]
    return _Fault.UNREACHABLE if original.sqlstate.startswith(_POSTGRESQL_UNREACHABLE) else None
