"""Idempotency keys of appends: which entry was appended under which."""

import hashlib
from collections.abc import Collection

from sqlalchemy.orm import Session

from registry.ledger.entry import BUCKET_BITS

KEY_BYTES = 16
"""Of the hash: the birthday bound leaves 2^-47 for two of 2^40 keys to be taken for one another."""
_DOMAIN = b"registry/append-key/v1\n"
_AT_ONCE = 4_096
"""Keys or buckets in one query: below SQLite's and PostgreSQL's limits of 32,766 and 65,535 parameters."""


def key_of(text: str) -> bytes:
    """What is kept of an idempotency key: nobody reads from it what the key said."""
    return hashlib.sha256(_DOMAIN + text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def buckets_of(size: int) -> int:
    """The number of buckets that the keys of a ledger of ``size`` entries are in."""
    return (size >> BUCKET_BITS) + 1


def find(session: Session, keys: Collection[bytes], size: int) -> dict[bytes, int]:
    """The entries below ``size`` that were appended under those of ``keys`` that have one: asks every bucket."""
    wanted, buckets = list(keys), range(buckets_of(size))
    found: dict[bytes, int] = {}
    connection = session.connection()
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    for start in range(0, len(wanted), _AT_ONCE):
        some = tuple(wanted[start : start + _AT_ONCE])
        for first in range(0, len(buckets), _AT_ONCE):
            these = tuple(buckets[first : first + _AT_ONCE])
            # As the driver takes it: for hundreds of keys the statement would cost more to build than to run.
            query = (
                f"SELECT key, entry_index FROM ledger_key WHERE bucket IN ({_places(place, these)})"  # noqa: S608
                f" AND key IN ({_places(place, some)})"
            )
            found |= {key: index for key, index in connection.exec_driver_sql(query, these + some)}
    return found


def appended_since(session: Session, start: int, end: int) -> list[bytes]:
    """The keys of the entries from ``start`` up to, not including, ``end``."""
    connection = session.connection()
    place = "?" if connection.dialect.name == "sqlite" else "%s"
    query = (
        f"SELECT key FROM ledger_key WHERE bucket BETWEEN {place} AND {place}"  # noqa: S608
        f" AND entry_index >= {place} AND entry_index < {place}"
    )
    rows = connection.exec_driver_sql(query, (start >> BUCKET_BITS, (end - 1) >> BUCKET_BITS, start, end))
    return [key for (key,) in rows]


def _places(place: str, values: Collection[object]) -> str:
    return ", ".join([place] * len(values))
