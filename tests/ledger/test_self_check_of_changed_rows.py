"""Whatever is changed in the ledger's rows is named: every column of every row, on both databases."""

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from registry.ledger.finding import Finding
from registry.ledger.models import LedgerCheckpoint, LedgerClaim, LedgerEntry, LedgerHead, LedgerKey, LedgerNode
from registry.storage.database import Base
from registry.verify.entry import parse_entry
from registry.verify.tree import leaf_hash
from tests.ledger.changed_ledger import check_with, named
from tests.ledger.conftest import GROWN, SIZE, Filled

MODELS: tuple[type[Base], ...] = (LedgerHead, LedgerEntry, LedgerNode, LedgerCheckpoint, LedgerClaim)
TABLES = [model.__table__ for model in MODELS if isinstance(model.__table__, Table)]
NODES = LedgerNode.__table__
COLUMNS = [(table, column.name) for table in TABLES for column in table.columns if column.name != "id"]
"""All but the head's own number, which a constraint keeps at 1."""
Row = dict[str, Any]


def at(table: Table, row: Row) -> ColumnElement[bool]:
    """The condition that finds ``row``."""
    return and_(*(table.c[key.name] == row[key.name] for key in table.primary_key))


def rows_of(session: Session, table: Table) -> list[Row]:
    return [dict(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key))]


def entry_of(table: Table, row: Row) -> int | None:
    """The entry that a row concerns."""
    match table.name:
        case "ledger_entry":
            return int(row["index"])
        case "ledger_claim":
            return int(row["entry_index"])
        case "ledger_checkpoint":
            return int(row["size"]) - 1 if row["size"] else None
        case "ledger_node":
            return int(((row["position"] + 1) << row["level"]) - 1)
        case _:
            return None


def changed(value: Any) -> Iterator[Any]:
    """The value with a byte changed at its beginning, in its middle and at its end."""
    if value is None:
        return
    if isinstance(value, int):
        yield from (value + 1, value - 1, value ^ 1 << 20)
        return
    for place in sorted({0, len(value) // 2, len(value) - 1} if value else {}):
        if isinstance(value, bytes):
            yield value[:place] + bytes([value[place] ^ 1]) + value[place + 1 :]
        else:
            yield value[:place] + ("x" if value[place] != "x" else "y") + value[place + 1 :]


@pytest.fixture
def holding(dialect: str, table: Table, request: pytest.FixtureRequest) -> Filled:
    """A ledger with rows in ``table``."""
    made: Filled = request.getfixturevalue("grown" if table is NODES else "filled")
    return made


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table.name}.{column}" for table, column in COLUMNS])
def test_a_changed_byte_is_named(holding: Filled, table: Table, column: str) -> None:
    filled = holding
    is_key = table.c[column].primary_key
    tried = 0
    with filled.database.read() as session:
        rows = rows_of(session, table)
    keys = {tuple(row[key.name] for key in table.primary_key) for row in rows}
    for row in rows[:2] + rows[len(rows) // 2 :: 3]:
        for value in changed(row[column]):
            other = row | {column: value}
            if is_key and tuple(other[key.name] for key in table.primary_key) in keys:
                continue  # that place is taken
            check = check_with(filled, update(table).where(at(table, row)).values({column: value}))
            assert entry_of(table, row) in named(check), (row, value, check.errors)
            assert len(check.errors) <= 3, check.errors  # and not a flood
            with filled.database.write() as session:
                session.execute(update(table).where(at(table, other)).values({column: row[column]}))
            tried += 1
    assert tried >= 1
    assert filled.check().ok


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_missing_row_is_named(holding: Filled, table: Table) -> None:
    filled = holding
    with filled.database.read() as session:
        rows = rows_of(session, table)
    for row in rows:
        check = check_with(filled, delete(table).where(at(table, row)))
        first = named(check)[0] if row.get("kind") != "erase" else named(check)[1]  # it also left an emptied claim
        assert first == entry_of(table, row), (row, check.errors)
        with filled.database.write() as session:
            session.execute(insert(table).values(row))
    assert filled.check().ok


def test_every_byte_of_an_entry_matters(filled: Filled) -> None:
    with filled.database.read() as session:
        encoded = filled.ledger.entry(session, 4)
    one = update(LedgerEntry).where(LedgerEntry.index == 4)
    for place in range(0, len(encoded), 7):
        flipped = encoded[:place] + bytes([encoded[place] ^ 0x20]) + encoded[place + 1 :]
        check = check_with(filled, one.values(encoded=flipped))
        assert named(check) == [4]
        assert "bytes were changed" in check.errors[0].what


def test_an_entry_rewritten_with_its_hash_is_named(filled: Filled) -> None:
    """Only the signature cannot be made again: it tells."""
    with filled.database.read() as session:
        rows = rows_of(session, TABLES[1])
    for row in rows:
        encoded = row["encoded"].replace(b'"time":1', b'"time":2')
        one = update(LedgerEntry).where(LedgerEntry.index == row["index"])
        check = check_with(filled, one.values(encoded=encoded, leaf_hash=leaf_hash(encoded)))
        assert named(check)[0] == row["index"]
        assert "was changed or replaced" in check.errors[0].what
        assert set(named(check)) <= {row["index"], None}
        assert check_with(filled, one.values(encoded=row["encoded"], leaf_hash=row["leaf_hash"])).ok


def test_swapped_entries_are_named_both(filled: Filled) -> None:
    entry = LedgerEntry
    for one, other in ((0, 1), (3, 4), (2, 7), (9, 10)):
        moves = ((one, 1000), (other, one), (1000, other))
        swap = [update(entry).where(entry.index == start).values(index=end) for start, end in moves]
        check = check_with(filled, *swap)
        assert named(check)[0] == one
        assert f"say that it is entry {other}" in check.errors[0].what
        assert {one, other} <= set(named(check))
        assert check_with(filled, *swap).ok


def swap(model: type[Base], key: str, one: int, other: int) -> list[Any]:
    table = model.__table__
    assert isinstance(table, Table)
    return [
        update(table).where(table.c[key] == start).values({key: end})
        for start, end in ((one, 10_000), (other, one), (10_000, other))
    ]


def test_swapped_checkpoints_and_claims_are_named(filled: Filled) -> None:
    for model, key, one, other, expected in (
        (LedgerCheckpoint, "size", 4, 6, {3, 5}),
        (LedgerClaim, "entry_index", 3, 5, {3, 5}),
    ):
        assert set(named(check_with(filled, *swap(model, key, one, other)))) == expected
        assert check_with(filled, *swap(model, key, one, other)).ok


def test_swapped_nodes_are_named(grown: Filled) -> None:
    assert set(named(check_with(grown, *swap(LedgerNode, "position", 0, 1)))) == {255, 511}
    assert check_with(grown, *swap(LedgerNode, "position", 0, 1)).ok


def test_in_a_group_with_one_checkpoint_the_changed_entry_is_named(grown: Filled) -> None:
    """The chain tells which of a hundred entries is not the one that was signed."""
    with grown.database.read() as session:
        rows = {row["index"]: row for row in rows_of(session, TABLES[1])}
    for index in (0, 50, 99, 100, 255, 256, 577, GROWN - 1):
        row = rows[index]
        one = update(LedgerEntry).where(LedgerEntry.index == index)
        encoded = row["encoded"].replace(b'"time":1', b'"time":2')
        for change in ({"encoded": encoded}, {"encoded": encoded, "leaf_hash": leaf_hash(encoded)}):
            check = check_with(grown, one.values(change))
            assert named(check) == [index], check.errors
        assert check_with(grown, one.values(encoded=row["encoded"], leaf_hash=row["leaf_hash"])).ok


def test_swapped_entries_of_one_group_are_named_both(grown: Filled) -> None:
    entry = LedgerEntry
    for one, other in ((3, 4), (10, 70), (99, 100), (150, 450)):
        moves = ((one, 10_000), (other, one), (10_000, other))
        swapping = [update(entry).where(entry.index == start).values(index=end) for start, end in moves]
        check = check_with(grown, *swapping)
        assert named(check)[0] == one
        assert {one, other} <= set(named(check))
        assert len(check.errors) <= 6, check.errors
        assert check_with(grown, *swapping).ok


def test_a_group_rewritten_with_its_chain_is_named(grown: Filled) -> None:
    """Whoever has the database but not the key can make everything fit again, except for the signature."""
    with grown.database.read() as session:
        rows = rows_of(session, TABLES[1])
    statements: list[Any] = []
    previous = b""
    for row in rows[130:200]:
        encoded = row["encoded"]
        if row["index"] == 130:
            encoded = encoded.replace(b'"subject":"cse_130"', b'"subject":"cse_999"')
        else:
            encoded = re.sub(rb'"prev":"[0-9a-f]*"', b'"prev":"%b"' % previous, encoded)
        previous = leaf_hash(encoded).hex().encode()
        statements.append(
            update(LedgerEntry)
            .where(LedgerEntry.index == row["index"])
            .values(encoded=encoded, leaf_hash=leaf_hash(encoded), subject=parse_entry(encoded).subject)
        )
    check = check_with(grown, *statements)
    assert check.errors[0] == Finding(
        100,
        "Entries from 100 to 199 were changed or replaced: the signed checkpoint of size 200 commits to others.",
    )
    assert len(check.errors) <= 3, check.errors


def test_several_missing_entries_are_named_as_one(filled: Filled) -> None:
    check = check_with(filled, delete(LedgerEntry).where(LedgerEntry.index.in_([3, 4, 5])))
    assert named(check)[0] == 3
    assert check.errors[0].what == "The entries 3 to 5 are missing."


def test_a_missing_end_is_named(filled: Filled) -> None:
    check = check_with(filled, delete(LedgerEntry).where(LedgerEntry.index >= 8))
    assert Finding(8, f"The entries 8 to {SIZE - 1} are missing.") in check.errors
    assert check.size == 8


def test_without_any_row_the_loss_is_told(filled: Filled) -> None:
    check = check_with(filled, *(delete(table) for table in TABLES))
    assert not check.ok
    assert any("no head" in finding.what for finding in check.errors)
    check = check_with(filled, delete(LedgerEntry))
    assert not check.ok


def test_rows_beyond_the_head_are_named(filled: Filled) -> None:
    beyond = SIZE + 3
    hashed = {"leaf_hash": bytes(32), "bucket": 0}
    for model, values in (
        (LedgerEntry, {"index": beyond, "kind": "amend", "subject": "x", "encoded": b"{}", **hashed}),
        (LedgerEntry, {"index": -1, "kind": "amend", "subject": "x", "encoded": b"{}", **hashed}),
        (LedgerNode, {"level": 1, "position": beyond // 2, "hash": bytes(32)}),
        (LedgerNode, {"level": 0, "position": 0, "hash": bytes(32)}),
        (LedgerNode, {"level": 9, "position": 0, "hash": bytes(32)}),
        (LedgerNode, {"level": 2_000_000_000, "position": 2**62, "hash": bytes(32)}),
        (LedgerNode, {"level": 2, "position": -1, "hash": bytes(32)}),
        (LedgerCheckpoint, {"size": beyond, "note": "x"}),
        (LedgerCheckpoint, {"size": -1, "note": "x"}),
        (LedgerClaim, {"entry_index": beyond, "digests": bytes(32)}),
        (LedgerClaim, {"entry_index": -5, "digests": bytes(32)}),
        (LedgerClaim, {"entry_index": SIZE - 1, "digests": bytes(32)}),
        (LedgerKey, {"bucket": 0, "key": bytes(16), "entry_index": beyond}),
        (LedgerKey, {"bucket": 0, "key": bytes(16), "entry_index": -1}),
        (LedgerKey, {"bucket": 1, "key": bytes(16), "entry_index": 4}),
    ):
        table = model.__table__
        assert isinstance(table, Table)
        check = check_with(filled, insert(table).values(values))
        assert len(check.errors) in (1, 2), (values, check.errors)
        assert check_with(filled, delete(table).where(at(table, values))).ok


def test_several_changes_at_once_are_told_from_each_other(grown: Filled) -> None:
    entry, checkpoint, node = LedgerEntry, LedgerCheckpoint, LedgerNode
    bytes_of_104 = update(entry).where(entry.index == 104).values(encoded=b"{}")
    no_checkpoint_of_399 = delete(checkpoint).where(checkpoint.size == 400)
    hash_of_507 = update(entry).where(entry.index == 507).values(leaf_hash=bytes(32))
    node_of_255 = update(node).where(node.level == 8, node.position == 0).values(hash=bytes(32))
    check = check_with(grown, bytes_of_104, no_checkpoint_of_399, hash_of_507, node_of_255)
    assert sorted(set(named(check)), key=str) == [104, 255, 399, 507]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_whatever_is_changed_together_the_check_answers(filled: Filled) -> None:
    choice = random.Random(7)
    with filled.database.read() as session:
        whole = {table: rows_of(session, table) for table in TABLES}
    for _ in range(60):
        statements: list[Any] = []
        touched: set[int | None] = set()
        for _ in range(choice.randint(2, 6)):
            table = choice.choice([table for table in TABLES[1:] if whole[table]])
            row = choice.choice(whole[table])
            touched.add(entry_of(table, row))
            column = choice.choice([column.name for column in table.columns if not column.primary_key])
            values = list(changed(row[column]))
            if values and choice.random() < 0.7:
                statements.append(update(table).where(at(table, row)).values({column: choice.choice(values)}))
            else:
                statements.append(delete(table).where(at(table, row)))
        check = check_with(filled, *statements)
        assert set(named(check)) & touched, (touched, check.errors)
        with filled.database.write() as session:
            for table, rows in whole.items():
                session.execute(delete(table))
                if rows:
                    session.execute(insert(table), rows)
    assert filled.check().ok
