"""A ledger driven at random through appends, restarts, exports, cosigning and changes of keys, against a model."""

import shutil
import tempfile
from pathlib import Path

import httpx2
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from registry.clock import SystemClock
from registry.ids import SystemRandomness
from registry.installation import Installation
from registry.ledger.receipt import receipt
from registry.ledger.self_check import verify_ledger
from registry.monitor.follow import follow
from registry.monitor.followed import Followed
from registry.monitor.log_source import FolderSource, PublishedLog
from registry.outbound.http_requests import HttpRequests
from registry.publication.export import export
from registry.publication.witnesses import Witnesses
from registry.settings import Settings
from registry.verify import canonical_json
from registry.verify.note import VerifierKey
from registry.verify.policy import Policy
from registry.verify.receipt import verify_receipt
from registry.witness.opening import open_witness
from registry.witness.witness import Witness


class LedgerInPublic(RuleBasedStateMachine):
    """The model: titles in order, the keys, and what a monitor has seen."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="firstmark-model-"))
        self.titles: list[str] = []
        self.receipts: list[bytes] = []
        self.seen = Followed()
        self.changing = False
        self.keys: list[VerifierKey] = []

    @initialize()
    def open(self) -> None:
        self.here = Installation.open(Settings.load(home=self.place / "home"))
        self.keys = [VerifierKey.parse(self.here.ledger.verifier_key)]

    def teardown(self) -> None:
        self.here.close()
        shutil.rmtree(self.place)

    @rule(titles=st.lists(st.text(max_size=5), min_size=1, max_size=4))
    def append(self, titles: list[str]) -> None:
        with self.here.database.write() as session:
            for title in titles:
                self.here.ledger.append(session, "register", f"wrk_{len(self.titles)}", {"title": title})
                self.titles.append(title)

    @rule()
    def restart(self) -> None:
        self.here.close()
        self.here = Installation.open(Settings.load(home=self.place / "home"))

    @rule()
    def export_and_look(self) -> None:
        export(self.here.publication, self.place / "log")
        self.seen = follow(PublishedLog(FolderSource(self.place / "log")), tuple(self.keys), self.seen)
        assert self.seen.size == len(self.titles)

    @rule()
    def cosign(self) -> None:
        """By a real witness, asked without a network between."""
        witness, cosigned_by = open_witness(
            Settings.load(home=self.place / "witness"), self.keys, SystemClock(), SystemRandomness()
        )
        policy = Policy.parse(f"witness w {cosigned_by[0]} http://witness\nquorum w\n".encode())
        asked = Witnesses(policy, SystemClock(), lambda: HttpRequests(connection=connected_to(witness)))
        with self.here.database.read() as session:
            note = self.here.ledger.checkpoint(session)
        assert asked.enough(asked.cosigned(note, self.here.publication._proof))

    @precondition(lambda self: not self.changing)
    @rule()
    def begin_key_change(self) -> None:
        self.keys.append(self.here.begin_key_change())
        self.titles.append("")
        self.changing = True
        self.restart()

    @precondition(lambda self: self.changing)
    @rule()
    def finish_key_change(self) -> None:
        assert self.here.finish_key_change() == self.keys[-1]
        self.titles.append("")
        self.changing = False
        self.restart()

    @precondition(lambda self: bool(self.titles))
    @rule(data=st.data())
    def keep_a_receipt(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.titles) - 1))
        with self.here.database.read() as session:
            self.receipts.append(canonical_json.encode(receipt(self.here.ledger, session, index)) + b"\n")

    @invariant()
    def everything_verifies(self) -> None:
        check = verify_ledger(self.here.database, self.here.ledger, self.here.objects)
        assert check.errors == []
        assert check.size == len(self.titles)

    @invariant()
    def every_receipt_verifies(self) -> None:
        for kept in self.receipts[-3:]:
            assert verify_receipt(kept).verdict == "proven"


def connected_to(witness: Witness) -> httpx2.MockTransport:
    def answer(request: httpx2.Request) -> httpx2.Response:
        answered = witness.add_checkpoint(request.read())
        return httpx2.Response(
            int(answered.status), content=answered.body.encode(), headers={"Content-Type": answered.media_type}
        )

    return httpx2.MockTransport(answer)


LedgerInPublic.TestCase.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)
TestLedgerInPublic = LedgerInPublic.TestCase
