"""What the self-check answers: of whose ledger it is, in which words and order, how much of it, and how far it is."""

from typing import Any

from sqlalchemy import delete, insert, update

from registry.ledger.finding import MOST_FINDINGS, Finding
from registry.ledger.models import LedgerCheckpoint, LedgerClaim, LedgerEntry, LedgerHead, LedgerNode
from registry.ledger.note_signer import NoteSigner
from registry.ledger.self_check import verify_ledger
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.checkpoint import Checkpoint
from registry.verify.entry import parse_entry
from registry.verify.tree import leaf_hash
from tests.ledger.changed_ledger import check_with, named
from tests.ledger.conftest import SIGNER, SIZE, Filled, new_ledger, title_openings


def test_an_untouched_ledger_is_right(filled: Filled) -> None:
    check = filled.check()
    assert check.to_json() == {"size": SIZE, "root": check.root, "ok": True, "errors": []}
    with filled.database.read() as session:
        assert check.root == filled.ledger.head(session).root


def test_an_empty_ledger_is_right(database: Database, ledger: Any, objects: ObjectStore) -> None:
    check = verify_ledger(database, ledger, objects)
    assert (check.size, check.ok) == (0, True)


def test_a_ledger_cut_back_under_its_signed_checkpoints_is_told(filled: Filled) -> None:
    """As after a careless restore of some tables."""
    with filled.database.read() as session:
        newest = parse_entry(filled.ledger.entry(session, 5))
        root = Checkpoint.parse(filled.ledger.checkpoint(session, 6).partition("\n\n")[0] + "\n").root
        leaf = leaf_hash(filled.ledger.entry(session, 5))
    check = check_with(
        filled,
        delete(LedgerEntry).where(LedgerEntry.index >= 6),
        update(LedgerHead).values(size=6, root=root, last_leaf=leaf, last_time=newest.time),
    )
    assert any("entries were lost" in finding.what for finding in check.errors)


def test_a_second_history_signed_by_somebody_else_is_named(filled: Filled) -> None:
    forger = NoteSigner(SIGNER.verifier_key.name, bytes(32))
    with filled.database.read() as session:
        text_ = filled.ledger.checkpoint(session, 7).partition("\n\n")[0] + "\n"
    for note in (forger.sign(text_), NoteSigner("example.com/other", bytes(32)).sign(text_), text_):
        check = check_with(filled, update(LedgerCheckpoint).where(LedgerCheckpoint.size == 7).values(note=note))
        assert named(check) == [6]


def test_a_root_that_we_signed_wrongly_ourselves_is_named(filled: Filled) -> None:
    note = SIGNER.sign(Checkpoint(SIGNER.verifier_key.name, 7, bytes(32)).to_text())
    check = check_with(filled, update(LedgerCheckpoint).where(LedgerCheckpoint.size == 7).values(note=note))
    assert named(check) == [6]


def test_another_ledgers_key_does_not_verify_it(filled: Filled) -> None:
    stranger = new_ledger(signer=NoteSigner("example.com/other", bytes(32)))
    check = verify_ledger(filled.database, stranger, filled.objects)
    assert not check.ok


def test_what_was_changed_is_said_in_words(filled: Filled) -> None:
    claim = update(LedgerClaim).where(LedgerClaim.entry_index == 4)
    entry = update(LedgerEntry).where(LedgerEntry.index == 5)
    head = update(LedgerHead)
    for statement, expected in (
        (
            claim.values(openings=title_openings(filled, 4, lambda one: one.replace(b"Work", b"Walk"))),
            "The claim field 'title' was changed: its salt, name and value do not have its digest.",
        ),
        (
            claim.values(openings=title_openings(filled, 4, lambda one: one[:-1])),
            "'title' was changed: its salt, name and value cannot be read.",
        ),
        (claim.values(openings=b"\0\0\0\7"), "The claim was changed. The openings of a claim are cut off."),
        (entry.values(leaf_hash=bytes(32)), "The entry's bytes do not have the leaf hash that is stored beside them."),
        (entry.values(kind="amend"), "The kind or subject that is stored beside the entry is not the entry's own."),
        (head.values(root=bytes(32)), f"The head does not fit its {SIZE} entries: root."),
        (head.values(last_leaf=bytes(32)), "root, leaf hash."),
        (head.values(last_time=1), "root, leaf hash, time."),
        (head.values(origin="x"), "The head names another origin or verifier key than this ledger's."),
    ):
        check = check_with(filled, statement)
        assert expected in " ".join(finding.what for finding in check.errors)


def test_a_changed_node_is_said_in_words(grown: Filled) -> None:
    check = check_with(grown, update(LedgerNode).where(LedgerNode.position == 1).values(hash=bytes(32)))
    assert check.errors == [Finding(511, "Tree node 1 on level 8 was changed.")]


def test_many_faults_are_cut_off(filled: Filled) -> None:
    with filled.database.write() as session:
        session.execute(
            insert(LedgerCheckpoint), [{"size": 100 + number, "note": "x"} for number in range(MOST_FINDINGS + 5)]
        )
    check = filled.check()
    assert len(check.errors) == MOST_FINDINGS + 1
    assert "the rest is not listed" in check.errors[-1].what


def test_findings_come_in_the_order_of_the_entries(filled: Filled) -> None:
    entry = LedgerEntry
    check = check_with(
        filled,
        update(LedgerHead).values(last_time=1),
        update(entry).where(entry.index == 8).values(kind="x"),
        update(entry).where(entry.index == 3).values(bucket=1),
        update(LedgerCheckpoint).where(LedgerCheckpoint.size == 0).values(note="x"),
    )
    assert named(check) == [3, 8, None, None]


def test_progress_is_told_entry_by_entry(filled: Filled) -> None:
    told: list[tuple[int, int]] = []
    verify_ledger(filled.database, filled.ledger, filled.objects, lambda checked, total: told.append((checked, total)))
    assert told == [(number, SIZE) for number in range(1, SIZE + 1)]


def test_a_head_that_lies_about_its_size_is_told_at_once(filled: Filled) -> None:
    for size in (-1, 0, 5, 2**40, 2**63 - 1):
        assert not check_with(filled, update(LedgerHead).values(size=size)).ok


def test_appends_during_the_check_do_not_disturb_it(filled: Filled) -> None:
    def append(checked: int, _: int) -> None:
        if checked in (1, 5):
            with filled.database.write() as session:
                filled.ledger.append(session, "amend", "wrk_3", {"title": "meanwhile"})

    check = verify_ledger(filled.database, filled.ledger, filled.objects, append)
    assert (check.size, check.errors) == (SIZE, [])
    assert filled.check().size == SIZE + 2
