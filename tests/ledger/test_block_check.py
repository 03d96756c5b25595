"""Blocks shown to be right at once: never where the self-check, entry by entry, would find anything."""

import hashlib
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from registry.ledger import block_check
from registry.ledger.block_check import ProvenBlock, prove
from registry.ledger.group_call import Wanted
from registry.ledger.key_history import KeyPeriod
from registry.ledger.models import LedgerCheckpoint, LedgerClaim, LedgerEntry, LedgerNode
from registry.ledger.proven_blocks import BlocksBeside
from registry.ledger.self_check import verify_ledger
from registry.ledger.sequencer import Sequencer
from registry.ledger.stored_rows import StoredRows
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.note import VerifierKey
from registry.verify.receipt import FILE_DIGEST_FIELD
from tests.conftest import PostgresqlDatabases, copy_of
from tests.ledger.conftest import SIGNER, Filled, new_ledger, original_of

BLOCK = block_check.BLOCK
SIZE = 2 * BLOCK + 300
KEY = VerifierKey.parse(str(SIGNER.verifier_key))
PERIODS = [KeyPeriod(KEY, 0, None, None)]
ORIGINAL, FORGOTTEN = 4_100, 77


def fill(url: str) -> None:
    """Writes two whole blocks and some entries, committed in groups of 700, an original and an erasure among them."""
    database, ledger = Database.open(url), new_ledger()
    with database.write() as session:
        ledger.found(session)
    sequencer = Sequencer(database, ledger)
    for start in range(0, SIZE, 700):
        some = [
            Wanted("register", f"wrk_{number}", {"title": f"Work {number}", "number": number}, f"k{number}")
            for number in range(start, min(start + 700, SIZE))
        ]
        if start <= ORIGINAL < start + 700:
            digest = hashlib.sha256(original_of(ORIGINAL)).hexdigest()
            some[ORIGINAL - start] = Wanted("register", "wrk_original", {FILE_DIGEST_FIELD: digest})
        if start == 0:
            some[FORGOTTEN] = Wanted("register", "wrk_forgotten", {"title": "Soon forgotten"})
            some[FORGOTTEN + 1] = Wanted("register", "wrk_empty", {})
        if start == 4_900:
            some[0] = Wanted("erase", "wrk_forgotten", {})
        sequencer.append_all(some)
    with database.write() as session:
        ledger.forget(session, "wrk_forgotten")
    database.close()


@pytest.fixture(scope="module")
def sqlite_filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the ledger in it, to be copied."""
    file = tmp_path_factory.mktemp("filled") / "registry.sqlite"
    shutil.copyfile(sqlite_template, file)
    fill(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="module")
def postgresql_filled(postgresql_databases: PostgresqlDatabases, postgresql_template: str) -> Iterator[str]:
    """Name of a database with the ledger in it, to be copied."""
    name = postgresql_databases.create(postgresql_template)
    fill(postgresql_databases.url(name))
    yield name
    postgresql_databases.drop(name)


@pytest.fixture
def database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of a copy for this test alone: to append the ledger takes a second."""
    with copy_of(f"{dialect}_filled", dialect, tmp_path, request) as url:
        yield url


@pytest.fixture
def large(database: Database, objects: ObjectStore) -> Filled:
    """The ledger with its original."""
    return Filled(database, new_ledger(), objects, {ORIGINAL: objects.put(original_of(ORIGINAL))})


def blocks_of(filled: Filled) -> list[ProvenBlock | None]:
    with filled.database.read() as session:
        query = StoredRows(session, filled.database.dialect).query
        return [prove(query, lambda _: [KEY], start, start + BLOCK) for start in range(0, SIZE - BLOCK, BLOCK)]


def test_blocks_of_a_right_ledger_are_proven_with_all_that_follows_from_them(large: Filled) -> None:
    first, second = blocks_of(large)
    assert first is not None
    assert second is not None
    assert (first.start, first.end, second.start, second.end) == (0, BLOCK, BLOCK, 2 * BLOCK)
    assert (second.previous, second.time_before) == (first.last_leaf, first.last_time)
    assert (second.signed_before, first.last_signed) == (first.last_signed, BLOCK // 700 * 700)
    assert (first.forgotten, first.erased) == ([(FORGOTTEN, "wrk_forgotten")], [])
    assert second.erased == [(4_900, "wrk_forgotten")]
    assert second.originals == [(ORIGINAL, large.originals[ORIGINAL])]
    assert ProvenBlock.from_json(first.to_json()) == first
    assert large.check().errors == []


def changes(filled: Filled) -> Iterator[tuple[Any, Any]]:
    """Statements that change one value in the first block, and that put it right again."""
    choice = random.Random(3)
    inside = {LedgerEntry: "index", LedgerClaim: "entry_index", LedgerCheckpoint: "size", LedgerNode: "position"}
    with filled.database.read() as session:
        rows = {model: [dict(row._mapping) for row in session.execute(select(model.__table__))] for model in inside}
    for model, key in inside.items():
        table = model.__table__
        assert isinstance(table, Table)
        limit = 16 if model is LedgerNode else BLOCK
        whole = [row for row in rows[model] if 0 < row[key] < limit and row.get("openings", b"") is not None]
        for name in [column.name for column in table.columns if not column.primary_key]:
            row = choice.choice(whole)
            value = row[name]
            if isinstance(value, int):
                value += 1
            else:
                place = choice.randrange(len(value))
                other = "x" if value[place] != "x" else "y"
                value = (
                    value[:place]
                    + (other if isinstance(value, str) else bytes([value[place] ^ 1]))
                    + value[place + 1 :]
                )
            at = table.c[key] == row[key]
            yield update(table).where(at).values({name: value}), update(table).where(at).values({name: row[name]})
        row = choice.choice(whole)
        yield delete(table).where(table.c[key] == row[key]), insert(table).values(row)


def test_a_block_with_any_value_changed_is_not_proven(large: Filled) -> None:
    tried = 0
    for change, repair in changes(large):
        with large.database.write() as session:
            session.execute(change)
        assert blocks_of(large)[0] is None, change
        with large.database.write() as session:
            session.execute(repair)
        tried += 1
    assert tried == 14
    assert None not in blocks_of(large)


@pytest.mark.parametrize("index", [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1])
def test_what_is_wrong_in_a_large_ledger_is_named(large: Filled, index: int) -> None:
    with large.database.write() as session:
        entry = session.get_one(LedgerEntry, index)
        entry.encoded = entry.encoded.replace(b'"time":1', b'"time":2')
    assert [finding.index for finding in large.check().errors] == [index]


def test_a_lost_original_and_an_erasure_that_is_not_recorded_are_named_in_proven_blocks(large: Filled) -> None:
    large.objects.delete(large.originals[ORIGINAL])
    with large.database.write() as session:
        large.ledger.forget(session, "wrk_9")
    assert None not in blocks_of(large)
    assert [finding.index for finding in large.check().errors] == [9, ORIGINAL]


def test_processes_beside_each_other_prove_the_same(large: Filled) -> None:
    here = blocks_of(large)
    with BlocksBeside(large.database.dialect, large.database.reading_address, PERIODS, len(here)) as beside:
        assert [beside.next() for _ in here] == here


def test_a_process_that_ends_costs_time_alone(large: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with BlocksBeside(large.database.dialect, large.database.reading_address, PERIODS, 2) as beside:
        assert [beside.next(), beside.next()] == [None, None]


def test_a_large_ledger_is_checked_by_processes(large: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.ledger.self_check.WORTH_PROCESSES", BLOCK)
    assert large.check().errors == []
    with large.database.write() as session:
        session.get_one(LedgerNode, (8, 20)).hash = bytes(32)
    assert [finding.what for finding in large.check().errors] == ["Tree node 20 on level 8 was changed."]


def test_behind_a_wrong_entry_blocks_are_taken_whole_again(large: Filled) -> None:
    """Also where a group began before the block: what is told of the progress shows it."""
    with large.database.write() as session:
        entry = session.get_one(LedgerEntry, 50)
        entry.encoded = entry.encoded.replace(b'"time":1', b'"time":2')
    told: list[int] = []
    check = verify_ledger(large.database, large.ledger, large.objects, lambda checked, _: told.append(checked))
    assert [finding.index for finding in check.errors] == [50]
    assert told == [*range(1, BLOCK + 1), *range(2 * BLOCK, SIZE + 1)]
