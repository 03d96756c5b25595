"""The ledger against a simple model of it: a list. What else acts on a ledger adds its rules in a subclass."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy.orm import Session

from registry.errors import Conflict, Refused
from registry.ledger.appends import Appends
from registry.ledger.group_call import Wanted
from registry.ledger.log import Appended, Ledger
from registry.ledger.self_check import verify_ledger
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.entry import parse_entry
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import verify_consistency
from tests.deterministic import SeededRandomness, SteppingClock
from tests.ledger.conftest import SIGNER

CLAIMS = st.dictionaries(st.sampled_from(["title", "creator", "size"]), st.text(max_size=5) | st.integers(0, 9))
FEW = st.integers(0, 7)


class Handle:
    """One process's worth of connections and objects."""

    def __init__(self, url: str, number: int) -> None:
        self.database = Database.open(url)
        self.ledger = Ledger(SIGNER, SteppingClock(step=0), SeededRandomness(str(number).encode()))
        self.sequencer = Sequencer(self.database, self.ledger)

    def close(self) -> None:
        self.database.close()


@dataclass
class Recorded:
    """What the model knows of an entry."""

    kind: str
    subject: str
    claim: dict[str, Any]
    leaf_hash: bytes
    erased: bool = False


class LedgerMachine(RuleBasedStateMachine):
    """Appends, duplicates, refusals, erasures and restarts, through several handles."""

    handles: Bundle[Handle] = Bundle("handles")
    keys: Bundle[tuple[Wanted, Appended]] = Bundle("keys")

    def __init__(self, url: str, objects: ObjectStore) -> None:
        super().__init__()
        self._url = url
        self._objects = objects
        self._opened: list[Handle] = []
        self._count = 0
        self.model: list[Recorded] = []
        self.seen: list[Checkpoint] = []

    @initialize(target=handles)
    def found(self) -> Handle:
        handle = self._open()
        with handle.database.write() as session:
            handle.ledger.found(session)
        return handle

    @rule(target=handles)
    def another_handle(self) -> Handle:
        return self._open()

    @rule(target=handles, handle=consumes(handles))
    def restart(self, handle: Handle) -> Handle:
        handle.close()
        self._opened.remove(handle)
        return self._open()

    @rule(target=keys, handle=handles, subject=FEW, claims=st.lists(CLAIMS, min_size=1, max_size=6))
    def append(self, handle: Handle, subject: int, claims: list[dict[str, Any]]) -> Any:
        wanted = [Wanted("decide", f"cse_{subject}", claim, f"key {self._number()}") for claim in claims]
        outcomes = handle.sequencer.append_all(wanted)
        answered = []
        for one, outcome in zip(wanted, outcomes, strict=True):
            assert isinstance(outcome, Appended)
            assert outcome.index == len(self.model)
            self._note(one.kind, one.subject, dict(one.claim), outcome.leaf_hash)
            answered.append((one, outcome))
        assert all(outcome.checkpoint_size == len(self.model) for _, outcome in answered)
        return multiple(*answered)

    @rule(handle=handles, known=keys)
    def append_again(self, handle: Handle, known: tuple[Wanted, Appended]) -> None:
        assert handle.sequencer.append(known[0]) == known[1]

    @rule(handle=handles, known=keys)
    def use_a_key_for_something_else(self, handle: Handle, known: tuple[Wanted, Appended]) -> None:
        other = Wanted("anchor", known[0].subject, known[0].claim, known[0].key)
        (outcome,) = handle.sequencer.append_all([other])
        assert isinstance(outcome, Conflict)

    @rule(handle=handles)
    def append_what_is_refused(self, handle: Handle) -> None:
        (outcome,) = handle.sequencer.append_all([Wanted("decide", "cse_0", {"weight": 0.5})])  # type: ignore[dict-item]
        assert isinstance(outcome, Refused)

    @rule(handle=handles, subject=FEW, fails=st.booleans())
    def work_of_a_domain(self, handle: Handle, subject: int, fails: bool) -> None:
        placed = []

        def work(_: Session, appends: Appends) -> None:
            placed.append(appends.add("register", f"cse_{subject}", {"title": "work"}))
            if fails:
                raise Conflict("work_ended", "No.", hint="None.")

        try:
            handle.sequencer.run(work)
        except Conflict:
            assert fails
        else:
            self._note("register", f"cse_{subject}", {"title": "work"}, placed[0].leaf_hash)

    @rule(handle=handles, subject=FEW)
    def erase(self, handle: Handle, subject: int) -> None:
        name = f"cse_{subject}"

        def work(session: Session, appends: Appends) -> tuple[int, bytes]:
            return handle.ledger.forget(session, name), appends.add("erase", name, {}).leaf_hash

        forgotten, leaf = handle.sequencer.run(work)
        of_subject = [one for one in self.model if one.subject == name and not one.erased]
        assert forgotten == sum(len(one.claim) for one in of_subject)
        for one in of_subject:
            one.erased = True
        self._note("erase", name, {}, leaf)

    @rule(handle=handles, data=st.data())
    def prove(self, handle: Handle, data: st.DataObject) -> None:
        if not self.model:
            return
        index = data.draw(st.integers(0, len(self.model) - 1))
        expected, key = self.model[index], VerifierKey.parse(handle.ledger.verifier_key)
        with handle.database.read() as session:
            entry = parse_entry(handle.ledger.entry(session, index))
            size = handle.ledger.covering(session, index)
            proof = TlogProof.parse(handle.ledger.tlog_proof(session, index, size))
            shown = handle.ledger.disclosure(session, index)
        assert (entry.kind, entry.subject) == (expected.kind, expected.subject)
        assert proof.verify(expected.leaf_hash, key).size == size
        assert shown.values() == ({} if expected.erased else expected.claim)
        assert len(shown.undisclosed) == (len(expected.claim) if expected.erased else 0)

    @invariant()
    def the_head_is_where_the_model_ends_and_continues_all_before(self) -> None:
        if not self._opened:
            return
        handle = self._opened[-1]
        with handle.database.read() as session:
            head = handle.ledger.head(session)
            assert head.size == len(self.model)
            now = open_checkpoint(head.checkpoint, VerifierKey.parse(handle.ledger.verifier_key))
            for before in self.seen[-2:]:
                hashes = handle.ledger.consistency_proof(session, before.size, now.size)
                verify_consistency(before.size, before.root, now.size, now.root, hashes)
        if not self.seen or self.seen[-1] != now:
            self.seen.append(now)

    def teardown(self) -> None:
        if self._opened:
            handle = self._opened[-1]
            check = verify_ledger(handle.database, handle.ledger, self._objects)
            assert (check.size, check.errors) == (len(self.model), [])
        for handle in self._opened:
            handle.close()

    def _open(self) -> Handle:
        handle = Handle(self._url, self._number())
        self._opened.append(handle)
        return handle

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _note(self, kind: str, subject: str, claim: dict[str, Any], leaf_hash: bytes) -> None:
        self.model.append(Recorded(kind, subject, claim, leaf_hash))
