"""What SQLite lets anyone write into its file: values of any type, text that is no text, flipped bits."""

import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from registry import errors
from registry.ledger.self_check import SelfCheck, verify_ledger
from registry.storage.database import Database
from tests.ledger.conftest import Filled

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

FLIPS = 150
QUERIES = (
    "SELECT id, origin, verifier_key, size, root, last_leaf, last_time, peaks FROM ledger_head",
    'SELECT "index", kind, subject, encoded, leaf_hash, bucket FROM ledger_entry',
    "SELECT level, position, hash FROM ledger_node",
    "SELECT size, note, follows FROM ledger_checkpoint",
    "SELECT entry_index, digests, openings FROM ledger_claim",
    "SELECT bucket, key, entry_index FROM ledger_key",
)


def contents(file: Path) -> list[list[tuple[object, ...]]] | None:
    """The ledger's rows, text as bytes; None if SQLite cannot read them any more."""
    try:
        connection = sqlite3.connect(file.as_uri() + "?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda encoded: ("text", encoded)
        try:
            return [sorted(connection.execute(query), key=repr) for query in QUERIES]
        finally:
            connection.close()
    except sqlite3.Error:
        return None


def run(filled: Filled, statement: str) -> None:
    with filled.database.write() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ('UPDATE ledger_entry SET encoded = CAST(encoded AS TEXT) WHERE "index" = 4', 4),
        ('UPDATE ledger_entry SET encoded = 7 WHERE "index" = 4', 4),
        ("UPDATE ledger_entry SET leaf_hash = 'text' WHERE \"index\" = 4", 4),
        ("UPDATE ledger_entry SET kind = CAST(x'ff' AS TEXT) WHERE \"index\" = 4", 4),
        ("UPDATE ledger_entry SET subject = x'00ff' WHERE \"index\" = 4", 4),
        ('UPDATE ledger_entry SET subject = 1.5 WHERE "index" = 4', 4),
        ("UPDATE ledger_checkpoint SET note = CAST(x'c328' AS TEXT) WHERE size = 5", 4),
        ("UPDATE ledger_checkpoint SET note = CAST(note AS BLOB) WHERE size = 5", 4),
        ("UPDATE ledger_entry SET bucket = 'one' WHERE \"index\" = 4", 4),
        ("UPDATE ledger_checkpoint SET follows = 'four' WHERE size = 5", 4),
        ("UPDATE ledger_checkpoint SET follows = NULL WHERE size = 5", 4),
        ("UPDATE ledger_claim SET openings = CAST(openings AS TEXT) WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET openings = 12 WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET openings = x'00' WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET openings = NULL WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET digests = 'x' WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET digests = x'' WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET digests = digests || x'00' WHERE entry_index = 4", 4),
        ("UPDATE ledger_claim SET openings = x'00' WHERE entry_index = 1", 1),
        ("UPDATE ledger_head SET peaks = 3", None),
        ("UPDATE ledger_head SET size = 'eleven'", None),
        ("UPDATE ledger_head SET size = 11.5", None),
        ("UPDATE ledger_head SET root = CAST(root AS TEXT)", None),
        ("UPDATE ledger_head SET last_time = x'00'", None),
        ("UPDATE ledger_head SET origin = x'00'", None),
        ("DROP TABLE ledger_node", None),
        ("ALTER TABLE ledger_entry DROP COLUMN leaf_hash", None),
    ],
)
def test_values_of_any_type_are_named(filled: Filled, statement: str, index: int | None) -> None:
    run(filled, statement)
    check = filled.check()
    assert index in [finding.index for finding in check.errors], check.errors


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_node SET hash = 1 WHERE position = 1",
        "UPDATE ledger_node SET position = 2.5 WHERE position = 1",
        "UPDATE ledger_node SET level = 'one' WHERE position = 1",
    ],
)
def test_nodes_of_any_type_are_named(grown: Filled, statement: str) -> None:
    run(grown, statement)
    assert 511 in [finding.index for finding in grown.check().errors]


def test_a_key_of_another_type_is_named(grown: Filled) -> None:
    run(grown, "UPDATE ledger_key SET key = 'text' WHERE entry_index = 4")
    assert [finding.what for finding in grown.check().errors] == ["A value in ledger_key.key is of the wrong type."]


def test_a_flipped_bit_in_the_file_is_noticed_if_it_changes_the_ledger(filled: Filled, tmp_path: Path) -> None:
    """Also between the rows: the check never fails in another way, and never calls a changed ledger right."""
    filled.database.close()
    file = tmp_path / "registry.sqlite"
    original, before = file.read_bytes(), contents(file)
    assert before is not None
    in_use = [place for place, byte in enumerate(original) if byte]
    choice = random.Random(20)
    noticed = 0
    for _ in range(FLIPS):
        place, bit = choice.choice(in_use), choice.randrange(8)
        file.write_bytes(original[:place] + bytes([original[place] ^ 1 << bit]) + original[place + 1 :])
        check = check_of(filled, file)
        if check is None or not check.ok:
            noticed += 1
        else:
            assert contents(file) == before, (place, bit)
        for beside in tmp_path.glob("registry.sqlite-*"):
            beside.unlink()
    assert noticed > FLIPS // 4


def check_of(filled: Filled, file: Path) -> SelfCheck | None:
    """What the self-check says of a database file; None if it cannot be opened, which is an error of its own."""
    database = Database.open(f"sqlite:///{file}")
    try:
        return verify_ledger(database, filled.ledger, filled.objects)
    except errors.Unavailable:
        return None
    finally:
        database.close()
