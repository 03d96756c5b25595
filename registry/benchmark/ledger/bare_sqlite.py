"""SQLite alone, for comparison: the same bytes written with nothing of this package around them."""

import secrets
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.benchmark.ledger.row import Row, row
from registry.storage.sqlite import PAGES_BETWEEN_CHECKPOINTS, WRITER_CACHE_KIBIBYTES

GROUP = 1_024
ENTRY_BYTES = 290
CLAIM_BYTES = 230
SCHEMA = """
CREATE TABLE entry ("index" INTEGER PRIMARY KEY, kind TEXT, subject TEXT, encoded BLOB, leaf_hash BLOB);
CREATE TABLE claim (entry_index INTEGER PRIMARY KEY, opened BLOB);
"""
KEYS_WITH_AN_INDEX = "CREATE TABLE key (key BLOB PRIMARY KEY, entry_index INTEGER) WITHOUT ROWID;"
KEYS_IN_A_ROW = "CREATE TABLE key (key BLOB, entry_index INTEGER PRIMARY KEY);"
_Rows = tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]


def measure_ceiling(entries: int) -> Row:
    """Group commit: rows that are ready beforehand, an index against duplicates, one signature for each group."""
    return _measured("bare sqlite3, group commit (the ceiling)", entries, GROUP, KEYS_WITH_AN_INDEX)


def measure_unindexed(entries: int) -> Row:
    """The same without the index: nothing would be noticed that comes twice, and nothing slows down as it grows."""
    return _measured("bare sqlite3, group commit, duplicates unnoticed", entries, GROUP, KEYS_IN_A_ROW)


def measure_naive(entries: int) -> Row:
    """One transaction for each entry."""
    return _measured("bare sqlite3, one INSERT per transaction (the naive way)", entries, 1, KEYS_WITH_AN_INDEX)


def _measured(case: str, entries: int, group: int, keys: str) -> Row:
    groups = [_rows(start, min(start + group, entries)) for start in range(0, entries, group)]
    signer = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory(prefix="firstmark-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "bare.sqlite", isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            f"PRAGMA cache_size = -{WRITER_CACHE_KIBIBYTES}; PRAGMA wal_autocheckpoint = {PAGES_BETWEEN_CHECKPOINTS};"
            + SCHEMA
            + keys
        )
        latencies = []
        for some in groups:
            start = time.perf_counter()
            _write(connection, signer, some)
            latencies.append(time.perf_counter() - start)
        connection.close()
    return row(case, entries, sum(latencies), latencies, entries_a_group=group)


def _write(connection: sqlite3.Connection, signer: Ed25519PrivateKey, rows: _Rows) -> None:
    entries, claims, keys = rows
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO key VALUES (?, ?)", keys)
    connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", entries)
    connection.executemany("INSERT INTO claim VALUES (?, ?)", claims)
    signer.sign(b"".join(_bytes(entries)))
    connection.execute("COMMIT")


def _bytes(entries: Sequence[tuple[object, ...]]) -> list[bytes]:
    return [leaf for *_, leaf in entries if isinstance(leaf, bytes)]


def _rows(start: int, end: int) -> _Rows:
    numbers = range(start, end)
    return (
        [
            (number, "capture", secrets.token_hex(15), secrets.token_bytes(ENTRY_BYTES), secrets.token_bytes(32))
            for number in numbers
        ],
        [(number, secrets.token_bytes(CLAIM_BYTES)) for number in numbers],
        [(secrets.token_bytes(16), number) for number in numbers],
    )
