"""The witness's decisions: every status of the standard, what is kept before it answers, and clocks."""

import multiprocessing
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Broken, Refused, Unavailable
from registry.ledger.cosigner import Cosigner
from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, Ed25519Key, MlDsa44Key
from registry.verify.checkpoint import Checkpoint
from registry.verify.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, cosigners
from registry.verify.note import Note, parse_note
from registry.witness.add_checkpoint import AddCheckpoint
from registry.witness.memory import WitnessMemory, origin_hash
from registry.witness.witness import Witness
from tests.deterministic import SteppingClock
from tests.verify import rfc6962

LOG = NoteSigner("example.com/log", bytes(32))
NEXT = NoteSigner("example.com/log", bytes(range(32)))
STRANGER = NoteSigner("example.com/log", b"\7" * 32)
LEAVES = [b"leaf %d" % number for number in range(40)]
OTHER_LEAVES = [*LEAVES[:7], b"another", *LEAVES[8:]]
COSIGNERS = [
    Cosigner("example.com/witness", ED25519_COSIGNATURE, Ed25519Key(bytes(range(32)))),
    Cosigner("example.com/witness", ML_DSA_44_COSIGNATURE, MlDsa44Key(bytes(range(32)))),
]
KEYS = [cosigner.key for cosigner in COSIGNERS]
SECOND = 1000


def note(size: int, leaves: list[bytes] = LEAVES, signer: NoteSigner = LOG, extension: str = "") -> str:
    return signer.sign(Checkpoint("example.com/log", size, rfc6962.root(leaves[:size])).to_text() + extension)


def request(old: int, size: int, leaves: list[bytes] = LEAVES, signer: NoteSigner = LOG) -> bytes:
    proof = rfc6962.proof(old, leaves[:size]) if 0 < old < size else []
    return AddCheckpoint(old, tuple(proof), note(size, leaves, signer)).to_bytes()


def witness_in(folder: Path, clock: SteppingClock | None = None) -> Witness:
    logs = [LOG.verifier_key, NEXT.verifier_key]
    return Witness(COSIGNERS, logs, WitnessMemory(folder), clock or SteppingClock(step=SECOND))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return witness_in(tmp_path)


def status(witness: Witness, body: bytes) -> int:
    return witness.add_checkpoint(body).status


def kept(witness: Witness) -> str | None:
    return witness.newest(origin_hash("example.com/log"))


def test_a_log_that_grows_is_cosigned_at_each_step(witness: Witness) -> None:
    old = 0
    for size in (0, 0, 1, 2, 7, 7, 8, 33):
        answer = witness.add_checkpoint(request(old, size))
        assert answer.status == HTTPStatus.OK
        signed = parse_note(note(size) + answer.body)
        assert set(cosigners(signed, KEYS, COSIGNATURE_CHECKS)) == set(KEYS)
        assert kept(witness) == str(signed)
        old = size


def test_what_was_cosigned_is_known_to_the_next_process(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, 5))
    assert status(witness_in(tmp_path), request(0, 9)) == HTTPStatus.CONFLICT
    assert status(witness_in(tmp_path), request(5, 9)) == HTTPStatus.OK


def test_an_old_size_that_is_another_is_answered_with_the_right_one(witness: Witness) -> None:
    assert witness.add_checkpoint(request(3, 5)).body == "0\n"
    witness.add_checkpoint(request(0, 5))
    for old in (0, 4, 6):
        answer = witness.add_checkpoint(request(old, 9))
        assert (answer.status, answer.body, answer.media_type) == (HTTPStatus.CONFLICT, "5\n", "text/x.tlog.size")


def test_a_log_that_nobody_named_is_not_found(witness: Witness) -> None:
    other = NoteSigner("example.com/other", bytes(32))
    signed = other.sign(Checkpoint("example.com/other", 1, bytes(32)).to_text())
    assert status(witness, AddCheckpoint(0, (), signed).to_bytes()) == HTTPStatus.NOT_FOUND


def test_a_signature_by_another_key_or_a_wrong_one_is_forbidden(witness: Witness) -> None:
    assert status(witness, request(0, 5, signer=STRANGER)) == HTTPStatus.FORBIDDEN
    forged = note(5).replace("\n5\n", "\n6\n")
    assert status(witness, AddCheckpoint(0, (), forged).to_bytes()) == HTTPStatus.FORBIDDEN
    parsed = parse_note(note(5))
    beside = Note(parsed.text, (*parsed.signatures, parse_note(note(6, signer=NEXT)).signatures[0]))
    assert status(witness, AddCheckpoint(0, (), str(beside)).to_bytes()) == HTTPStatus.FORBIDDEN
    assert kept(witness) is None


def test_either_of_a_logs_two_keys_will_do(witness: Witness) -> None:
    assert status(witness, request(0, 5, signer=LOG)) == HTTPStatus.OK
    assert status(witness, request(5, 9, signer=NEXT)) == HTTPStatus.OK


def test_signatures_that_were_not_verified_are_not_kept(witness: Witness) -> None:
    parsed = parse_note(note(5))
    stranger = parse_note(NoteSigner("example.com/x", bytes(32)).sign("text\n")).signatures
    body = AddCheckpoint(0, (), str(Note(parsed.text, (*stranger, *parsed.signatures)))).to_bytes()
    assert status(witness, body) == HTTPStatus.OK
    assert "example.com/x" not in (kept(witness) or "")


def test_extension_lines_of_other_logs_are_cosigned(witness: Witness) -> None:
    body = AddCheckpoint(0, (), note(5, extension="more\n")).to_bytes()
    assert status(witness, body) == HTTPStatus.OK
    assert status(witness, request(5, 9)) == HTTPStatus.OK


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n\n",
        b"old 0\n" + note(5).encode(),
        b"old 00\n\n" + note(5).encode(),
        b"old -1\n\n" + note(5).encode(),
        b"old x\n\n" + note(5).encode(),
        b"older 0\n\n" + note(5).encode(),
        b"old 0\nAA==\n\n" + note(5).encode(),
        b"old 0\r\n\r\n" + note(5).encode(),
        request(0, 5)[:-1],
        request(0, 5) + b"\n",
        b"\xff" + request(0, 5),
        AddCheckpoint(1, (bytes(32),) * 64, note(5)).to_bytes(),
        AddCheckpoint(6, (), note(5)).to_bytes(),
        AddCheckpoint(0, (), LOG.sign("example.com/log\n5\n")).to_bytes(),
    ],
)
def test_what_is_no_request_is_bad(witness: Witness, body: bytes) -> None:
    assert status(witness, body) == HTTPStatus.BAD_REQUEST
    assert kept(witness) is None


def test_sixty_three_proof_lines_are_read(witness: Witness) -> None:
    witness.add_checkpoint(request(0, 1))
    body = AddCheckpoint(1, (bytes(32),) * 63, note(5)).to_bytes()
    assert status(witness, body) == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_proof_that_does_not_lead_there_is_unprocessable(witness: Witness) -> None:
    empty = Checkpoint("example.com/log", 0, bytes(32)).to_text()
    assert status(witness, AddCheckpoint(0, (), LOG.sign(empty)).to_bytes()) == HTTPStatus.UNPROCESSABLE_ENTITY
    with_proof = AddCheckpoint(0, (bytes(32),), note(5)).to_bytes()
    assert status(witness, with_proof) == HTTPStatus.UNPROCESSABLE_ENTITY
    witness.add_checkpoint(request(0, 9))
    before = kept(witness)
    for wrong in (
        request(9, 20, OTHER_LEAVES),
        request(9, 9, OTHER_LEAVES),
        AddCheckpoint(9, (), note(20)).to_bytes(),
        AddCheckpoint(9, tuple(rfc6962.proof(8, LEAVES[:20])), note(20)).to_bytes(),
    ):
        assert status(witness, wrong) == HTTPStatus.UNPROCESSABLE_ENTITY
    assert kept(witness) == before


def test_a_clock_set_back_gets_no_cosignature_and_a_small_step_the_time_before(tmp_path: Path) -> None:
    start = 1_700_000_000
    witness_in(tmp_path, SteppingClock(start * SECOND)).add_checkpoint(request(0, 5))
    answer = witness_in(tmp_path, SteppingClock((start - 30) * SECOND)).add_checkpoint(request(5, 6))
    assert cosigners(parse_note(note(6) + answer.body), KEYS[:1]) == {KEYS[0]: start}
    with pytest.raises(Refused) as caught:
        witness_in(tmp_path, SteppingClock((start - 3600) * SECOND)).add_checkpoint(request(6, 7))
    assert caught.value.code == "clock_went_back"


def test_a_memory_that_cannot_be_written_or_read_cosigns_nothing(witness: Witness, tmp_path: Path) -> None:
    witness.add_checkpoint(request(0, 5))
    file = tmp_path / origin_hash("example.com/log") / "checkpoint"
    file.write_text("something else\n")
    with pytest.raises(Broken):
        witness.add_checkpoint(request(5, 6))
    (tmp_path / "in the way").write_text("")
    with pytest.raises(Unavailable):
        witness_in(tmp_path / "in the way").add_checkpoint(request(0, 5))


@pytest.mark.parametrize("hashed", ["", "..", "A" * 64, "0" * 63, "0" * 65, "../" * 20 + "etcd"])
def test_only_the_hash_of_an_origin_names_a_log(witness: Witness, hashed: str) -> None:
    assert witness.newest(hashed) is None


def ask(folder: Path, sizes: list[int]) -> None:
    witness = witness_in(folder, SteppingClock(step=0))
    old = 0
    for size in sizes:
        while (answer := witness.add_checkpoint(request(old, size))).status == HTTPStatus.CONFLICT:
            old = int(answer.body)
            if old > size:
                break
        else:
            old = size


def test_requests_at_once_never_roll_it_back(witness: Witness, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    askers = [context.Process(target=ask, args=(tmp_path, list(range(start, 41, 2)))) for start in (1, 2)]
    for asker in askers:
        asker.start()
    seen: list[int] = []
    while any(asker.is_alive() for asker in askers):
        if (newest := kept(witness)) is not None:
            seen.append(int(newest.split("\n")[1]))
    for asker in askers:
        asker.join()
        assert asker.exitcode == 0
    assert seen == sorted(seen)
    assert witness.add_checkpoint(request(0, 40)).body == "40\n"


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(body: bytes) -> None:
    assert witness_in(Path("/nonexistent")).add_checkpoint(body).status == HTTPStatus.BAD_REQUEST
