"""Appends of many callers in one transaction: nothing lost, nothing twice, nobody failed by another."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from registry import errors
from registry.accounts.models import Account
from registry.ledger import sequencer as sequencing
from registry.ledger.appends import Appends
from registry.ledger.group_call import Wanted
from registry.ledger.log import Appended, Ledger
from registry.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead
from registry.ledger.self_check import verify_ledger
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.entry import parse_entry
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from tests.deterministic import SteppingClock
from tests.ledger.conftest import new_ledger

THREADS, EACH = 8, 12


@pytest.fixture
def sequencer(database: Database, ledger: Ledger) -> Sequencer:
    return Sequencer(database, ledger)


def wanted(number: int, key: str | None = None, **claim: Any) -> Wanted:
    return Wanted("decide", f"cse_{number}", claim or {"verdict": "copy", "number": number}, key)


def size_of(database: Database, ledger: Ledger) -> int:
    with database.read() as session:
        return ledger.head(session).size


class Held:
    """Work that stays in its group's transaction until it is let go, so that others gather behind it."""

    def __init__(self) -> None:
        self.inside, self._go = threading.Event(), threading.Event()

    def __call__(self, _session: Session, _appends: Appends) -> None:
        self.inside.set()
        self._go.wait()

    def let_go(self) -> None:
        self._go.set()


def behind(sequencer: Sequencer, *calls: Callable[[], Any]) -> list[Any]:
    """Makes ``calls`` while a group is under way, so that they share the next; their answers or errors."""
    held = Held()
    with ThreadPoolExecutor(len(calls) + 1) as threads:
        first = threads.submit(sequencer.run, held)
        held.inside.wait()
        futures = []
        for number, call in enumerate(calls, 1):
            futures.append(threads.submit(call))
            while len(sequencer._waiting) < number:
                threading.Event().wait(0.001)
        held.let_go()
        first.result()
        return [future.exception() or future.result() for future in futures]


def test_an_append_is_answered_with_its_entry_and_the_checkpoint_over_it(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    appended = sequencer.append(wanted(1))
    assert (appended.index, appended.checkpoint_size) == (0, 1)
    with database.read() as session:
        assert ledger.entry(session, 0) == appended.entry
        proof = TlogProof.parse(ledger.tlog_proof(session, 0, appended.checkpoint_size))
    assert proof.verify(appended.leaf_hash, VerifierKey.parse(ledger.verifier_key)).size == 1


def test_those_who_wait_share_one_transaction_and_one_checkpoint(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    answers = behind(sequencer, *(lambda number=number: sequencer.append(wanted(number)) for number in range(5)))
    assert [one.index for one in answers] == [0, 1, 2, 3, 4]
    assert {one.checkpoint_size for one in answers} == {5}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerCheckpoint)) == 2


def test_one_who_is_refused_fails_nobody_else(
    database: Database, ledger: Ledger, objects: ObjectStore, sequencer: Sequencer
) -> None:
    def raises(session: Session, appends: Appends) -> None:
        session.add(Account(id="acc_1", name="Gone", created_at=0))
        appends.add("register", "wrk_gone", {"title": "gone"})
        raise errors.Conflict("work_ended", "No.", hint="None.")

    def breaks_a_constraint(session: Session, appends: Appends) -> None:
        appends.add("register", "wrk_gone", {"title": "gone"})
        for _ in range(2):
            session.execute(insert(Account).values(id="acc_2", name="Twice", created_at=0))

    def works(session: Session, appends: Appends) -> int:
        session.add(Account(id="acc_3", name="Kept", created_at=0))
        return appends.add("register", "wrk_kept", {"title": "kept"}).index

    answers = behind(
        sequencer,
        lambda: sequencer.append(wanted(0)),
        lambda: sequencer.run(raises),
        lambda: sequencer.append(wanted(1, verdict=0.5)),
        lambda: sequencer.append(Wanted("nonsense", "cse_1", {})),
        lambda: sequencer.append(Wanted("decide", "a name", {})),
        lambda: sequencer.run(breaks_a_constraint),
        lambda: sequencer.run(works),
        lambda: sequencer.append(wanted(2)),
    )
    assert [getattr(one, "code", type(one).__name__) for one in answers[1:6]] == [
        "work_ended",
        "claim_malformed",
        "entry_malformed",
        "entry_malformed",
        "gkpj",  # SQLAlchemy's number of an IntegrityError
    ]
    assert (answers[0].index, answers[6], answers[7].index) == (0, 1, 2)
    with database.read() as session:
        assert list(session.scalars(select(Account.id))) == ["acc_3"]
        assert [parse_entry(one).subject for one in ledger.entries(session, 0, 3)] == ["cse_0", "wrk_kept", "cse_2"]
    assert verify_ledger(database, ledger, objects).errors == []


def test_the_same_key_gets_the_first_answer_now_and_later(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    first, again = behind(
        sequencer, lambda: sequencer.append(wanted(1, "key")), lambda: sequencer.append(wanted(1, "key"))
    )
    assert first == again
    sequencer.append(wanted(2))
    assert sequencer.append(wanted(1, "key")) == first
    assert Sequencer(database, new_ledger()).append(wanted(1, "key")) == first
    assert size_of(database, ledger) == 2


@pytest.mark.parametrize(
    "other", [wanted(2, "key"), wanted(1, "key", verdict="else"), Wanted("anchor", "cse_1", {}, "key")]
)
def test_a_key_that_was_used_for_something_else_is_a_conflict(sequencer: Sequencer, other: Wanted) -> None:
    sequencer.append(wanted(1, "key"))
    with pytest.raises(errors.Conflict) as caught:
        sequencer.append(other)
    assert caught.value.code == "idempotency_key_reused"


def test_the_answer_under_a_key_outlives_the_erasure_of_its_claim(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    first = sequencer.append(wanted(1, "key"))
    with database.write() as session:
        ledger.forget(session, "cse_1")
        ledger.append(session, "erase", "cse_1", {})
    assert sequencer.append(wanted(1, "key")) == first


def test_many_threads_and_handles_give_one_chain_and_nothing_twice(database_url: str, objects: ObjectStore) -> None:
    """Two handles stand for two processes; every key is used by two threads at once."""
    databases = [Database.open(database_url) for _ in range(2)]
    with databases[0].write() as session:
        new_ledger().found(session)
    sequencers = [Sequencer(one, new_ledger(clock=SteppingClock(step=0))) for one in databases]

    def write(thread: int) -> list[Appended]:
        mine = range(thread // 2 * EACH, (thread // 2 + 1) * EACH)
        return [sequencers[thread % 2].append(wanted(number, f"key {number}")) for number in mine]

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(write, range(THREADS)))
    for one, other in zip(answers[::2], answers[1::2], strict=True):
        assert one == other
    assert sorted(one.index for answer in answers[::2] for one in answer) == list(range(THREADS // 2 * EACH))
    check = verify_ledger(databases[0], new_ledger(), objects)
    assert (check.size, check.errors) == (THREADS // 2 * EACH, [])
    for one_database in databases:
        one_database.close()


def test_many_at_one_call_are_answered_each_for_itself(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    some = [wanted(number, str(number % 1_500)) for number in range(2_000)]
    some[1_999] = wanted(3, "bad", verdict=0.5)
    outcomes = sequencer.append_all(some)
    assert isinstance(outcomes.pop(), errors.Refused)
    placed = [one for one in outcomes[:1_500] if isinstance(one, Appended)]
    assert [one.index for one in placed] == list(range(1_500))
    assert {one.code for one in outcomes[1_500:] if isinstance(one, errors.RegistryError)} == {"idempotency_key_reused"}
    assert size_of(database, ledger) == 1_500


def test_who_comes_when_too_many_wait_is_told_so_at_once(
    database: Database, ledger: Ledger, sequencer: Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MOST_WAITING", 3)
    held = Held()
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(sequencer.run, held)
        held.inside.wait()
        second = threads.submit(sequencer.append_all, [wanted(number) for number in range(3)])
        while not sequencer._waiting:
            threading.Event().wait(0.001)
        with pytest.raises(errors.Unavailable) as caught:
            sequencer.append(wanted(9))
        held.let_go()
        first.result()
        assert len(second.result()) == 3
    assert caught.value.code == "ledger_busy"
    assert sequencer.append(wanted(9)).index == 3


def test_after_a_head_that_moved_nothing_is_appended_any_more(database: Database, sequencer: Sequencer) -> None:
    def moves_the_head(session: Session, appends: Appends) -> None:
        appends.add("decide", "cse_1", {})
        session.execute(update(LedgerHead).values(root=bytes(32)))

    for attempt in (lambda: sequencer.run(moves_the_head), lambda: sequencer.append(wanted(1))):
        with pytest.raises(errors.Broken) as caught:
            attempt()
        assert caught.value.code == "ledger_head_moved"
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_each_of_a_group_that_fails_gets_an_error_of_its_own(database: Database, sequencer: Sequencer) -> None:
    with database.write() as session:
        session.execute(update(LedgerHead).values(origin="example.com/other"))
    one, other = behind_failing(sequencer)
    assert (one.code, other.code) == ("ledger_key_differs", "ledger_key_differs")
    assert one is not other


def behind_failing(sequencer: Sequencer) -> list[errors.Broken]:
    barrier = threading.Barrier(2)

    def append(number: int) -> errors.Broken:
        barrier.wait()
        with pytest.raises(errors.Broken) as caught:
            sequencer.append(wanted(number))
        return caught.value

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(append, range(2)))


def test_an_interrupted_leader_leaves_nobody_waiting(database: Database, ledger: Ledger, sequencer: Sequencer) -> None:
    def interrupted(_session: Session, _appends: Appends) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sequencer.run(interrupted)
    assert sequencer.append(wanted(1)).index == 0


def test_an_append_inside_a_unit_of_work_is_a_mistake(database: Database, sequencer: Sequencer) -> None:
    with database.write(), pytest.raises(RuntimeError, match="inside write"):
        sequencer.append(wanted(1))


def test_work_sees_what_the_same_group_recorded_before_it(
    database: Database, ledger: Ledger, sequencer: Sequencer
) -> None:
    def forget(session: Session, appends: Appends) -> int:
        appends.add("erase", "cse_1", {})
        return ledger.forget(session, "cse_1")

    answers = behind(sequencer, lambda: sequencer.append(wanted(1)), lambda: sequencer.run(forget))
    assert answers[1] == 2
    with database.read() as session:
        assert ledger.disclosure(session, 0).fields == ()


def test_work_that_appends_nothing_signs_nothing(database: Database, sequencer: Sequencer) -> None:
    assert sequencer.run(lambda session, _: session.scalar(select(func.count()).select_from(LedgerEntry))) == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(LedgerCheckpoint)) == 1
