"""Idempotency keys are found again in whatever bucket they are, from memory or by asking, on both databases."""

import hashlib
from collections.abc import Sequence

import pytest

from registry.ledger import keys as stored
from registry.ledger import used_keys
from registry.ledger.entry import BUCKET_BITS
from registry.ledger.models import LedgerKey
from registry.ledger.used_keys import UsedKeys
from registry.storage.bulk_insert import insert_rows
from registry.storage.database import Database

BUCKETS = 5
SIZE = BUCKETS << BUCKET_BITS
INDICES = range(3, SIZE, 61)


def key(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()[: stored.KEY_BYTES]


def record(database: Database, indices: Sequence[int]) -> None:
    with database.write() as session:
        insert_rows(session, LedgerKey, [(index >> BUCKET_BITS, key(index), index) for index in indices])


def found(database: Database, known: UsedKeys, indices: Sequence[int], size: int = SIZE) -> list[int]:
    """The entries that are found under the keys of ``indices``, each under its own."""
    with database.read() as session:
        answer = known.find(session, [key(index) for index in indices], size)
    assert all(one == key(index) for one, index in answer.items())
    return sorted(answer.values())


@pytest.fixture
def filled(database: Database) -> Database:
    record(database, INDICES)
    return database


def test_every_key_is_found_and_no_other(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for unsorted in (10, 200, 10_000):
        monkeypatch.setattr(used_keys, "_UNSORTED", unsorted)
        monkeypatch.setattr(used_keys, "_READ_AT_ONCE", 3_000)
        known = UsedKeys()
        for start in range(0, SIZE, 900):
            assert found(filled, known, range(start, start + 900)) == [
                index for index in INDICES if start <= index < start + 900
            ]


def test_few_keys_are_asked_for_and_nothing_is_read(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "appended_since", None)  # whoever called it would fail
    known = UsedKeys()
    for index in INDICES[:20]:
        assert found(filled, known, [index, index + 1]) == [index]


def test_what_was_read_once_is_not_asked_for_again(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    known = UsedKeys()
    found(filled, known, range(SIZE))
    monkeypatch.setattr(stored, "find", None)
    assert found(filled, known, range(4, 60)) == []


def test_keys_that_somebody_else_appended_are_found(filled: Database) -> None:
    known = UsedKeys()
    found(filled, known, range(SIZE))
    record(filled, [SIZE + 5])
    known.add([key(SIZE + 7)], SIZE + 6, SIZE + 8)  # does not follow what is known, so it is read
    record(filled, [SIZE + 7])
    assert found(filled, known, range(SIZE, SIZE + 10), SIZE + 10) == [SIZE + 5, SIZE + 7]


def test_keys_that_were_told_of_are_found(filled: Database) -> None:
    known = UsedKeys()
    found(filled, known, range(SIZE))
    record(filled, [SIZE + 5])
    known.add([key(SIZE + 5)], SIZE, SIZE + 6)
    assert found(filled, known, range(SIZE, SIZE + 10), SIZE + 6) == [SIZE + 5]


def test_keys_that_begin_alike_are_told_apart(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used_keys, "_UNSORTED", 10)
    known = UsedKeys()
    found(filled, known, range(SIZE))
    like = key(INDICES[7])[: used_keys.HELD_BYTES].ljust(stored.KEY_BYTES, b"\0")
    with filled.read() as session:
        assert known.find(session, [like, key(INDICES[7])], SIZE) == {key(INDICES[7]): INDICES[7]}


def test_a_smaller_ledger_is_read_from_its_beginning(filled: Database) -> None:
    known = UsedKeys()
    found(filled, known, range(SIZE))
    smaller = SIZE - 10_000
    assert found(filled, known, range(SIZE), smaller) == [index for index in INDICES if index < smaller]
    known.add([], smaller, SIZE)
    assert found(filled, known, range(100)) == list(INDICES[:2])
