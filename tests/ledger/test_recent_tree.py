"""What was appended last is proven from memory, in the same words as from the database."""

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.ledger.group_call import Wanted
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode
from registry.ledger.recent_tree import LARGEST_GROUP, MOST_NODES, MOST_NOTES, RecentTree
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from tests.ledger.conftest import new_ledger

GROUPS = (1, 1, 2, 3, 1, 7, 64, LARGEST_GROUP, 1, 90, LARGEST_GROUP + 1, 5)


def append_group(database: Database, ledger: Ledger, size: int) -> list[int]:
    """Appends ``size`` entries under one checkpoint; answers their indices."""
    wanted = [Wanted("decide", f"cse_{number}", {"number": number}) for number in range(size)]
    return [one.index for one in Sequencer(database, ledger).append_all(wanted)]  # type: ignore[union-attr]


def test_proofs_from_memory_are_those_of_the_database(database: Database, ledger: Ledger) -> None:
    for size in GROUPS:
        indices = append_group(database, ledger, size)
        with database.read() as session:
            for index in {indices[0], indices[size // 2], indices[-1]}:
                end = indices[-1] + 1
                assert ledger.tlog_proof(session, index, end) == new_ledger().tlog_proof(session, index, end)


def test_the_proof_of_what_was_just_appended_needs_no_row_of_the_database(database: Database, ledger: Ledger) -> None:
    append_group(database, ledger, 300)
    indices = append_group(database, ledger, 3)
    with database.read() as session:
        told = [new_ledger().tlog_proof(session, index, 303) for index in indices]
    with database.write() as session:
        for table in (LedgerEntry, LedgerNode, LedgerCheckpoint):
            session.execute(delete(table))
        assert [ledger.tlog_proof(session, index, 303) for index in indices] == told


def test_what_was_rolled_back_is_not_kept(database: Database, ledger: Ledger) -> None:
    append_group(database, ledger, 1)

    def append_and_fail(session: Session) -> None:
        ledger.append(session, "decide", "cse_1", {})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.write() as session:
        append_and_fail(session)
    with database.read() as session, pytest.raises(NotFound):
        ledger.tlog_proof(session, 1, 2)


def test_only_the_newest_is_kept() -> None:
    recent = RecentTree()
    for size in range(1, MOST_NODES + 100):
        recent.add(size, f"note {size}", [((0, size - 1), size.to_bytes(32, "big")), ((20, 0), bytes(32))])
    assert len(recent.nodes) == MOST_NODES
    assert recent.nodes[20, 0] == bytes(32)  # used in every group, so never the oldest
    assert (0, 0) not in recent.nodes
    assert recent.note(MOST_NODES + 99 - MOST_NOTES) is None
    assert recent.note(MOST_NODES + 99) == f"note {MOST_NODES + 99}"
