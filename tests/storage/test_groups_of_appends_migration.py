"""A ledger of the first schema, with a claim in many rows and every tree node, goes on under the third."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from registry.ledger.commitment import commit_to
from registry.ledger.entry import EMPTY, Tip
from registry.ledger.log import Ledger
from registry.ledger.note_signer import NoteSigner
from registry.ledger.openings import unpack
from registry.ledger.self_check import verify_ledger
from registry.ledger.tree import Frontier
from registry.storage import schema
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.canonical_json import JsonValue, encode
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import ClaimField
from registry.verify.entry import Entry
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.deterministic import SeededRandomness, SteppingClock

SIGNER = NoteSigner("example.com/log", bytes(range(32)))
SIZE = 300
ERASED = 7


def claim_of(number: int) -> dict[str, JsonValue]:
    return {"title": f"Work {number} \u00e9\u6d77", 'odd"\\name': number, "drafts": [{"final": True}, None]}


def subject_of(number: int) -> str:
    return f"wrk_{ERASED if number == SIZE - 1 else number}"


def fill(connection: Connection) -> None:
    """Writes what the first version wrote."""
    randomness, tip, frontier = SeededRandomness(), EMPTY, Frontier()
    notes = [SIGNER.sign(Checkpoint("example.com/log", 0, frontier.root).to_text())]
    for number in range(SIZE):
        last = number == SIZE - 1
        committed = commit_to({} if last else claim_of(number), randomness)
        kind = "erase" if last else "register"
        entry = Entry(number, kind, 1_000 + number, tip.last_leaf, subject_of(number), committed.commit)
        encoded = entry.to_bytes()
        leaf = leaf_hash(encoded)
        connection.execute(
            text('INSERT INTO ledger_entry ("index", kind, subject, encoded, leaf_hash) VALUES (:i, :k, :s, :e, :l)'),
            {"i": number, "k": entry.kind, "s": entry.subject, "e": encoded, "l": leaf},
        )
        for field in map(ClaimField.from_opening, unpack(committed.openings)):
            held = number != ERASED
            connection.execute(
                text("INSERT INTO ledger_claim_field VALUES (:i, :d, :s, :n, :v)"),
                {
                    "i": number,
                    "d": field.digest(),
                    "s": field.salt if held else None,
                    "n": field.name if held else None,
                    "v": encode(field.value).decode() if held else None,
                },
            )
        for (level, position), node in frontier.append(leaf):
            connection.execute(
                text("INSERT INTO ledger_node VALUES (:l, :p, :h)"), {"l": level, "p": position, "h": node}
            )
        notes.append(SIGNER.sign(Checkpoint("example.com/log", frontier.size, frontier.root).to_text()))
        tip = Tip(number + 1, leaf, entry.time)
    for size, note in enumerate(notes):
        connection.execute(text("INSERT INTO ledger_checkpoint VALUES (:s, :n)"), {"s": size, "n": note})
    connection.execute(
        text("INSERT INTO ledger_head VALUES (1, 'example.com/log', :k, :s, :r, :l, :t)"),
        {"k": str(SIGNER.verifier_key), "s": SIZE, "r": frontier.root, "l": tip.last_leaf, "t": tip.last_time},
    )


@pytest.fixture
def first_version(empty_database_url: str) -> str:
    """Address of a filled database of the first schema."""
    database = Database.open(empty_database_url)
    with database.schema_change() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.folder()))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        fill(connection)
    database.close()
    return empty_database_url


def test_a_ledger_of_the_first_version_verifies_and_goes_on(first_version: str, tmp_path: Path) -> None:
    database = Database.open(first_version)
    database.migrate()
    ledger = Ledger(SIGNER, SteppingClock(), SeededRandomness(b"later"))
    objects = ObjectStore.open((tmp_path / "objects").as_uri())
    check = verify_ledger(database, ledger, objects)
    assert (check.size, check.errors) == (SIZE, [])
    key = VerifierKey.parse(ledger.verifier_key)
    with database.write() as session:
        for index in (0, ERASED, 255, 256, SIZE - 2):
            encoded = ledger.entry(session, index)
            for size in {index + 1, 256, SIZE} - set(range(index + 1)):
                assert TlogProof.parse(ledger.tlog_proof(session, index, size)).verify(leaf_hash(encoded), key)
            shown = ledger.disclosure(session, index)
            assert shown.values() == ({} if index == ERASED else claim_of(index))
            assert ledger.covering(session, index) == index + 1
        assert ledger.forget(session, "wrk_5") == 3
        ledger.append(session, "erase", "wrk_5", {})
    assert verify_ledger(database, ledger, objects).errors == []
    database.close()


def test_a_damaged_claim_is_not_carried_over(first_version: str) -> None:
    database = Database.open(first_version)
    with database.write() as session:
        session.execute(text("UPDATE ledger_claim_field SET value = '\"x\"' WHERE entry_index = 3"))
    with pytest.raises(RuntimeError, match="entry 3 is damaged"):
        database.migrate()
    assert database.migration()[0] == "0001"
    database.close()
