"""Idempotency keys of appends: which entry was appended under which."""

import hashlib
from collections.abc import Collection

from sqlalchemy.orm import Session

KEY_BYTES = 16
"""Of the hash: the birthday bound leaves 2^-47 for two of 2^40 keys to be taken for one another."""
_DOMAIN = b"registry/append-key/v1\n"
_AT_ONCE = 4_096
"""Keys in one query: below SQLite's and PostgreSQL's limits of 32,766 and 65,535 parameters."""


def key_of(text: str) -> bytes:
    """What is kept of an idempotency key: nobody reads from it what the key said."""
    return hashlib.sha256(_DOMAIN + text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def known(session: Session, keys: Collection[bytes]) -> dict[bytes, int]:
    """The indices of the entries that were appended under those of ``keys`` that have one."""
    wanted = list(keys)
    found: dict[bytes, int] = {}
    connection = session.connection()
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    for start in range(0, len(wanted), _AT_ONCE):
        some = tuple(wanted[start : start + _AT_ONCE])
        # As the driver takes it: for hundreds of keys the statement would cost more to build than to run.
        query = f"SELECT key, entry_index FROM ledger_key WHERE key IN ({', '.join([place] * len(some))})"  # noqa: S608
        found |= {key: index for key, index in connection.exec_driver_sql(query, some)}
    return found
