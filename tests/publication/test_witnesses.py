"""Two installations watch each other over HTTP; policies, and witnesses that fail, lie or know more than we do."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.api.app import create_app
from registry.api.witness_app import create_witness_app
from registry.clock import SystemClock
from registry.errors import Broken, RegistryError, Unavailable
from registry.ids import SystemRandomness
from registry.installation import Installation
from registry.ledger.cosigner import Cosigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, Ed25519Key
from registry.publication.export import export
from registry.settings import Settings
from registry.verify.checkpoint import open_checkpoint
from registry.verify.cosignature import ED25519_COSIGNATURE, CosignerKey, cosigners
from registry.verify.note import VerifierKey, parse_note
from registry.verify.policy import Policy
from registry.witness.opening import open_witness
from registry.witness.witness import Witness
from tests.api.appended import append
from tests.api.served import served

Handler = Callable[[bytes], Response]


@dataclass
class House:
    """One home: a ledger, and a witness of other ledgers."""

    home: Path
    policy: str = ""
    required: bool = False

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        file = self.home.with_suffix(".policy")
        file.write_text(self.policy)
        given = {"witness_policy": file, "witness_required": self.required} if self.policy else {}
        with Installation.open(Settings.load(home=self.home, **given)) as installation:
            yield installation

    def witness(self, *logs: str) -> tuple[Witness, CosignerKey]:
        parsed = [VerifierKey.parse(log) for log in logs]
        witness, keys = open_witness(Settings.load(home=self.home), parsed, SystemClock(), SystemRandomness())
        return witness, keys[0]


@pytest.fixture
def ours(tmp_path: Path) -> House:
    return House(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path: Path) -> House:
    return House(tmp_path / "theirs")


def key_of(house: House) -> str:
    with house.opened() as installation:
        return installation.ledger.verifier_key


@contextmanager
def watched(house: House, *witnesses: House, threshold: str = "all", required: bool = False) -> Iterator[None]:
    """Runs the witnesses of ``house`` on ports of this machine and makes its policy of them."""
    log = key_of(house)
    with ExitStack() as running:
        lines = []
        for number, other in enumerate(witnesses):
            witness, key = other.witness(log)
            address = running.enter_context(served(create_witness_app(witness)))
            lines.append(f"witness w{number} {key} {address}")
        names = " ".join(f"w{number}" for number in range(len(witnesses)))
        house.policy = "\n".join([*lines, f"group g {threshold} {names}", "quorum g", ""])
        house.required = required
        yield


def shown(installation: Installation) -> str:
    with installation.database.read() as session:
        return installation.publication.checkpoint(session)


def cosigners_of(house: House, note: str) -> int:
    policy = Policy.parse(house.policy.encode())
    return len(cosigners(parse_note(note), policy.witness_keys, COSIGNATURE_CHECKS))


def test_two_installations_watch_each_other(ours: House, theirs: House, tmp_path: Path) -> None:
    with watched(ours, theirs, required=True), watched(theirs, ours, required=True):
        for house in (ours, theirs):
            with house.opened() as installation:
                for _ in range(3):
                    append(installation, 2)
                    installation.publication.witness_round()
                    note = shown(installation)
                    assert cosigners_of(house, note) == 1
                    key = VerifierKey.parse(installation.ledger.verifier_key)
                with served(create_app(installation)) as address:
                    assert httpx2.get(f"{address}/log/checkpoint").text == note
                assert open_checkpoint(note, key).size == 6
                export(installation.publication, tmp_path / "export" / house.home.name)
                assert (tmp_path / "export" / house.home.name / "checkpoint").read_text() == note


def test_the_service_submits_while_it_serves(ours: House, theirs: House) -> None:
    with watched(ours, theirs, required=True), ours.opened() as installation:
        append(installation, 1)
        with installation.publication.rounds(0.01):
            while True:
                try:
                    note = shown(installation)
                except Unavailable:
                    continue
                if "\n1\n" in note:
                    break
        assert cosigners_of(ours, note) == 1


def test_before_enough_have_cosigned_nothing_is_shown(ours: House, theirs: House, tmp_path: Path) -> None:
    with watched(ours, theirs, House(tmp_path / "third"), required=True):
        policy = ours.policy
    ours.policy, ours.required = policy, True  # the witnesses have ended
    with ours.opened() as installation:
        append(installation, 1)
        installation.publication.witness_round()
        with served(create_app(installation)) as address:
            answer = httpx2.get(f"{address}/log/checkpoint")
            assert (answer.status_code, answer.json()["code"]) == (503, "checkpoint_not_witnessed")
        with pytest.raises(Unavailable):
            export(installation.publication, tmp_path / "log")
    assert not (tmp_path / "log" / "checkpoint").exists()


def test_what_is_not_cosigned_yet_is_not_shown_beside_what_is(ours: House, theirs: House) -> None:
    with watched(ours, theirs, required=True), ours.opened() as installation:
        append(installation, 2)
        installation.publication.witness_round()
    with ours.opened() as installation:
        append(installation, 2)
        installation.publication.witness_round()
        with served(create_app(installation)) as address:
            assert "\n2\n" in httpx2.get(f"{address}/log/checkpoint").text
            assert httpx2.get(f"{address}/log/tile/0/000.p/2").status_code == 200
            assert httpx2.get(f"{address}/log/tile/0/000.p/3").status_code == 404


def test_too_few_cosignatures_are_told_loudly_and_shown_unless_required(
    ours: House, theirs: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with watched(ours, theirs, threshold="1"):
        one = ours.policy
        ours.policy = one.replace("group g 1 w0", f"witness w1 {another_key()} http://127.0.0.1:1\ngroup g all w0 w1")
        with ours.opened() as installation:
            append(installation, 1)
            installation.publication.witness_round()
            assert cosigners_of(ours, shown(installation)) == 1
    assert any(record.levelname == "CRITICAL" and "fewer cosignatures" in record.message for record in caplog.records)


def another_key() -> CosignerKey:
    return Cosigner("example.com/away", ED25519_COSIGNATURE, Ed25519Key(b"\3" * 32)).key


def test_k_of_n_is_enough(ours: House, theirs: House, tmp_path: Path) -> None:
    with watched(ours, theirs, House(tmp_path / "third"), threshold="2", required=True):
        ours.policy = ours.policy.replace(
            "group g 2 w0 w1", f"witness w2 {another_key()} http://127.0.0.1:1\ngroup g 2 w0 w1 w2"
        )
        with ours.opened() as installation:
            append(installation, 1)
            installation.publication.witness_round()
            assert cosigners_of(ours, shown(installation)) == 2


def test_a_database_restored_from_a_backup_is_noticed_by_the_witness(ours: House, theirs: House) -> None:
    with watched(ours, theirs):
        with ours.opened() as installation:
            append(installation, 2)
        backup = Path(shutil.copytree(ours.home, ours.home.with_name("backup")))
        with ours.opened() as installation:
            append(installation, 3)
            installation.publication.witness_round()
        shutil.rmtree(ours.home)
        backup.rename(ours.home)  # the whole home is old, its own memory included
        with ours.opened() as installation:
            with pytest.raises(Broken) as caught:
                installation.publication.witness_round()
            assert caught.value.code == "ledger_rolled_back"
            with installation.publication.rounds(60):
                pass
            for use in (lambda: append(installation, 1), lambda: shown(installation)):
                with pytest.raises(Broken):
                    use()


def test_a_fork_is_refused_by_the_witness(ours: House, theirs: House) -> None:
    with watched(ours, theirs):
        with ours.opened() as installation:
            append(installation, 2)
        backup = Path(shutil.copytree(ours.home, ours.home.with_name("backup")))
        with ours.opened() as installation:
            append(installation, 1)
            installation.publication.witness_round()
        shutil.rmtree(ours.home)
        backup.rename(ours.home)
        with ours.opened() as installation:
            append(installation, 1)
            with pytest.raises(Broken) as caught:
                installation.publication.witness_round()
            assert caught.value.code == "witness_contradicts"


@contextmanager
def witness_that(answers: Handler) -> Iterator[str]:
    async def add_checkpoint(request: Request) -> Response:
        return answers(await request.body())

    with served(Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])) as address:
        yield address


def stale(body: bytes) -> Response:
    """A witness's own cosignature of the very checkpoint, from an hour ago."""
    note = parse_note(body.decode().partition("\n\n")[2])
    hour_ago = SystemClock().milliseconds() // 1000 - 3600
    return Response(AWAY.cosign(note.text, hour_ago).to_line())


AWAY = Cosigner("example.com/away", ED25519_COSIGNATURE, Ed25519Key(b"\3" * 32))
LYING: dict[str, tuple[Handler, str]] = {
    "another checkpoint's": (
        lambda _: Response(AWAY.cosign("example.com/log\n0\n" + "A" * 43 + "=\n", 1_700_000_000).to_line()),
        "does not verify",
    ),
    "a replayed cosignature": (stale, "replayed"),
    "nothing": (lambda _: Response(""), "no signature of its key"),
    "no lines": (lambda _: Response("hello"), "witness"),
    "a flood": (lambda _: Response("x" * 100_000), "longer than"),
    "sizes without end": (
        lambda _: Response("0\n", HTTPStatus.CONFLICT, headers={"Content-Type": "text/x.tlog.size"}),
        "another size",
    ),
    "a size that is none": (
        lambda _: Response("-1\n", HTTPStatus.CONFLICT, headers={"Content-Type": "text/x.tlog.size"}),
        "decimal",
    ),
    "an error": (lambda _: Response("no", HTTPStatus.INTERNAL_SERVER_ERROR), "500"),
}


@pytest.mark.parametrize("what", LYING)
def test_a_witness_that_answers_something_else_adds_nothing(
    ours: House, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    handler, complaint = LYING[what]
    with witness_that(handler) as address:
        ours.policy = f"witness w {AWAY.key} {address}\nquorum w\n"
        with ours.opened() as installation:
            append(installation, 1)
            installation.publication.witness_round()
            assert cosigners_of(ours, shown(installation)) == 0
    assert complaint in caplog.text


@pytest.mark.parametrize(
    "policy",
    ["nonsense\n", "quorum none\n", f"witness w {AWAY.key}\nquorum w\n", f"witness w {AWAY.key} ftp://x\nquorum w\n"],
)
def test_a_policy_that_cannot_be_used_is_said_at_the_start(ours: House, policy: str) -> None:
    ours.policy = policy
    with pytest.raises(RegistryError) as caught, ours.opened():
        pass
    assert caught.value.code in ("witness_policy", "peer_address")
