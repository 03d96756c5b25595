"""Appending and reading, on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from registry import errors
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerCheckpoint, LedgerClaim, LedgerEntry, LedgerHead, LedgerKey, LedgerNode
from registry.ledger.note_signer import NoteSigner
from registry.storage.database import Base, Database
from registry.verify.checkpoint import open_checkpoint
from registry.verify.entry import parse_entry
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import EMPTY_ROOT, leaf_hash, verify_consistency, verify_inclusion
from tests.deterministic import SeededRandomness, SteppingClock
from tests.ledger.conftest import GROWN, SIGNER, SIZE, Filled, new_ledger
from tests.verify import rfc6962

TABLES: tuple[type[Base], ...] = (LedgerHead, LedgerEntry, LedgerNode, LedgerCheckpoint, LedgerClaim, LedgerKey)


def contents(session: Session) -> list[list[tuple[object, ...]]]:
    """Every row of the ledger."""
    return [
        sorted((tuple(row) for row in session.execute(select(*table.__table__.columns))), key=repr) for table in TABLES
    ]


def code_of(raises: type[errors.RegistryError], call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(raises) as caught:
        call(*arguments)
    return caught.value.code


def test_the_same_appends_give_the_same_root_on_both_databases(filled: Filled) -> None:
    """Clock, salts and key are fixed; the constant is the same for SQLite and PostgreSQL, and for ever."""
    with filled.database.read() as session:
        head = filled.ledger.head(session)
    assert (head.size, head.root) == (SIZE, "eb7574e2864969f7ddaa379a518455686fdf6f2b758d7117e0c3444149964df0")


def test_a_new_ledger_is_empty_and_signed(database: Database, ledger: Ledger) -> None:
    with database.read() as session:
        head = ledger.head(session)
    assert (head.size, head.root, head.time) == (0, EMPTY_ROOT.hex(), 0)
    assert open_checkpoint(head.checkpoint, VerifierKey.parse(ledger.verifier_key)).size == 0


def test_founding_it_again_changes_nothing(filled: Filled) -> None:
    with filled.database.read() as session:
        before = contents(session)
    with filled.database.write() as session:
        filled.ledger.found(session)
    with filled.database.read() as session:
        filled.ledger.found(session)
        assert contents(session) == before


def test_entries_are_chained_and_numbered_from_nothing(filled: Filled) -> None:
    previous, time = bytes(32), 0
    with filled.database.read() as session:
        for index in range(SIZE):
            encoded = filled.ledger.entry(session, index)
            entry = parse_entry(encoded)
            assert (entry.index, entry.previous) == (index, previous)
            assert entry.time > time
            previous, time = leaf_hash(encoded), entry.time
        assert filled.ledger.head(session).time == time


def test_what_is_answered_is_what_is_recorded(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        first = ledger.append(session, "register", "wrk_1", {"title": "One"})
        second = ledger.append(session, "amend", "wrk_1", {"title": "Two"})
    assert (first.index, second.index) == (0, 1)
    assert (first.checkpoint_size, second.checkpoint_size) == (1, 2)
    with database.read() as session:
        for appended in (first, second):
            assert ledger.entry(session, appended.index) == appended.entry
            assert leaf_hash(appended.entry) == appended.leaf_hash
            assert parse_entry(appended.entry).time == appended.time


def test_every_checkpoint_and_proof_verifies(filled: Filled) -> None:
    ledger, key = filled.ledger, VerifierKey.parse(filled.ledger.verifier_key)
    with filled.database.read() as session:
        entries = [ledger.entry(session, index) for index in range(SIZE)]
        roots = []
        for size in range(SIZE + 1):
            checkpoint = open_checkpoint(ledger.checkpoint(session, size), key)
            assert (checkpoint.size, checkpoint.root) == (size, rfc6962.root(entries[:size]))
            roots.append(checkpoint.root)
        for size in range(1, SIZE + 1):
            for index in range(size):
                hashes = ledger.inclusion_proof(session, index, size)
                verify_inclusion(leaf_hash(entries[index]), index, size, hashes, roots[size])
                proof = TlogProof.parse(ledger.tlog_proof(session, index, size))
                assert proof.verify(leaf_hash(entries[index]), key).size == size
        for new in range(SIZE + 1):
            for old in range(new + 1):
                hashes = ledger.consistency_proof(session, old, new)
                verify_consistency(old, roots[old], new, roots[new], hashes)


def test_without_a_size_the_newest_is_meant(filled: Filled) -> None:
    ledger = filled.ledger
    with filled.database.read() as session:
        assert ledger.checkpoint(session) == ledger.checkpoint(session, SIZE) == ledger.head(session).checkpoint
        assert ledger.tlog_proof(session, 3) == ledger.tlog_proof(session, 3, SIZE)


def test_what_does_not_exist_is_not_found(filled: Filled) -> None:
    ledger = filled.ledger
    with filled.database.read() as session:
        for index in (-1, SIZE, 2**63 - 1):
            for read in (ledger.entry, ledger.disclosure, ledger.tlog_proof):
                assert code_of(errors.NotFound, read, session, index) == "no_such_entry"
        for size in (-1, SIZE + 1, 2**63 - 1):
            assert code_of(errors.NotFound, ledger.checkpoint, session, size) == "no_such_checkpoint"
            for prove in (ledger.inclusion_proof, ledger.tlog_proof, ledger.consistency_proof):
                assert code_of(errors.NotFound, prove, session, 0, size) == "no_such_checkpoint"
        assert code_of(errors.NotFound, ledger.inclusion_proof, session, 4, 4) == "no_such_entry"
        assert code_of(errors.Refused, ledger.consistency_proof, session, 5, 4) == "sizes_reversed"
        assert code_of(errors.Refused, ledger.consistency_proof, session, -1, 4) == "sizes_reversed"


def test_a_unit_of_work_that_fails_leaves_nothing(filled: Filled) -> None:
    with filled.database.read() as session:
        before = contents(session)

    def append_and_fail() -> None:
        with filled.database.write() as session:
            filled.ledger.append(session, "register", "wrk_x", {"title": "x"})
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        append_and_fail()
    with filled.database.read() as session:
        assert contents(session) == before
    assert filled.check().ok


def test_what_is_appended_is_seen_after_the_commit_only(filled: Filled) -> None:
    with filled.database.write() as session:
        filled.ledger.append(session, "register", "wrk_x", {"title": "x"})
        with filled.database.read() as other:
            assert filled.ledger.head(other).size == SIZE
    with filled.database.read() as other:
        assert filled.ledger.head(other).size == SIZE + 1


def test_a_refused_claim_leaves_the_unit_of_work_usable(database: Database, ledger: Ledger) -> None:
    with database.write() as session:
        refused: dict[str, Any] = {"weight": 0.5}
        assert code_of(errors.Refused, ledger.append, session, "register", "wrk_1", refused) == "claim_malformed"
        assert ledger.append(session, "register", "wrk_1", {"weight": "0.5"}).index == 0


def test_the_clock_may_step_back_a_little_but_not_far(database: Database) -> None:
    clock = SteppingClock(now=1_700_000_000_000, step=0)
    ledger = new_ledger(clock=clock)
    with database.write() as session:
        ledger.found(session)
        first = ledger.append(session, "register", "wrk_1", {})
        clock.now -= 60_000
        assert ledger.append(session, "register", "wrk_2", {}).time == first.time
        clock.now -= 1
        assert code_of(errors.Refused, ledger.append, session, "register", "wrk_3", {}) == "clock_went_back"
        clock.now += 120_000
        assert ledger.append(session, "register", "wrk_3", {}).time == first.time + 59_999


@pytest.mark.parametrize(
    "other", [NoteSigner("example.com/log", bytes(32)), NoteSigner("example.com/other", bytes(range(32)))]
)
def test_another_ledgers_database_is_not_written(filled: Filled, other: NoteSigner) -> None:
    stranger = new_ledger(signer=other)
    with filled.database.write() as session:
        before = contents(session)
        for use in (stranger.found, stranger.lock):
            assert code_of(errors.Broken, use, session) == "ledger_key_differs"
        assert code_of(errors.Broken, stranger.append, session, "register", "wrk_x", {}) == "ledger_key_differs"
        assert contents(session) == before


def test_a_ledger_without_a_head_is_broken(filled: Filled) -> None:
    with filled.database.write() as session:
        session.execute(delete(LedgerHead))
        for use in (filled.ledger.found, filled.ledger.head, filled.ledger.lock):
            assert code_of(errors.Broken, use, session) == "ledger_head_missing"


def test_nothing_is_built_on_a_head_that_was_changed(filled: Filled) -> None:
    append = filled.ledger.append
    with filled.database.write() as session:
        for change in ({"peaks": bytes(96)}, {"peaks": b""}, {"root": bytes(32)}):
            with session.begin_nested() as changed:
                session.execute(update(LedgerHead).values(change))
                before = contents(session)
                assert code_of(errors.Broken, append, session, "register", "wrk_x", {}) == "ledger_tree_differs"
                assert contents(session) == before
                changed.rollback()


def test_a_proof_that_needs_a_missing_node_is_not_made_up(grown: Filled) -> None:
    with grown.database.write() as session:
        session.execute(delete(LedgerNode).where(LedgerNode.position == 1))
        assert code_of(errors.Broken, new_ledger().tlog_proof, session, 3) == "ledger_node_missing"


def test_proofs_of_a_ledger_with_stored_nodes_verify(grown: Filled) -> None:
    ledger, key = grown.ledger, VerifierKey.parse(grown.ledger.verifier_key)
    with grown.database.read() as session:
        entries = ledger.entries(session, 0, GROWN)
        roots = {size: rfc6962.root(entries[:size]) for size in (1, 255, 256, 257, 300, 512, 513, GROWN)}
        for size, root in roots.items():
            for index in {0, 1, size // 2, size - 1} & set(range(size)):
                hashes = ledger.inclusion_proof(session, index, size)
                verify_inclusion(leaf_hash(entries[index]), index, size, hashes, root)
            for new, new_root in roots.items():
                if size <= new:
                    verify_consistency(size, root, new, new_root, ledger.consistency_proof(session, size, new))
        for index in (0, 255, 256, 599):
            covering = ledger.covering(session, index)
            assert covering == (index // 100 + 1) * 100
            proof = TlogProof.parse(ledger.tlog_proof(session, index, covering))
            assert proof.verify(leaf_hash(entries[index]), key).size == covering


def test_entries_are_read_by_their_range_or_one_here_and_one_there(grown: Filled) -> None:
    with grown.database.read() as session:
        assert grown.ledger.entries(session, 7, 7) == []
        assert grown.ledger.entries(session, 255, 257) == [grown.ledger.entry(session, index) for index in (255, 256)]
        assert grown.ledger.entries_at(session, []) == []
        assert grown.ledger.entries_at(session, [256, 3]) == [grown.ledger.entry(session, index) for index in (256, 3)]
        assert code_of(errors.NotFound, grown.ledger.entries, session, GROWN - 1, GROWN + 1) == "no_such_entry"
        assert code_of(errors.NotFound, grown.ledger.entries_at, session, [3, GROWN]) == "no_such_entry"


class MeddlingRandomness(SeededRandomness):
    """Moves the head while an append is under way, as only a fault of the lock could."""

    session: Session

    def take(self, count: int) -> bytes:
        self.session.execute(update(LedgerHead).values(root=bytes(32)))
        return super().take(count)


def test_a_head_that_moved_in_spite_of_the_lock_stops_the_append(filled: Filled) -> None:
    randomness = MeddlingRandomness()
    meddled = Ledger(SIGNER, SteppingClock(), randomness)
    with filled.database.write() as session:
        randomness.session = session
        assert (
            code_of(errors.Broken, meddled.append, session, "register", "wrk_x", {"title": "x"}) == "ledger_head_moved"
        )


def test_holding_the_head_answers_the_size(filled: Filled) -> None:
    with filled.database.write() as session:
        assert filled.ledger.lock(session) == SIZE
        assert filled.ledger.append(session, "register", "wrk_x", {}).index == SIZE


def test_no_index_comes_from_a_sequence(filled: Filled) -> None:
    with filled.database.write() as session:
        highest = session.scalar(select(func.max(LedgerEntry.index)))
        assert highest == SIZE - 1
        if filled.database.dialect == "postgresql":
            assert session.scalar(text("SELECT count(*) FROM information_schema.sequences")) == 0
