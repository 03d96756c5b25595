"""Proofs of OpenTimestamps: public ones, with what their makers' own library reads in them, and hostile ones."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile

from registry.verify.bitcoin_block import Header
from registry.verify.errors import Malformed
from registry.verify.opentimestamps import (
    APPEND,
    DEEPEST,
    LARGEST_MESSAGE,
    MAGIC,
    PREPEND,
    SHA256,
    Attestation,
    Operation,
    Proof,
    Step,
    Timestamp,
    attested,
    parse_timestamp,
)
from tests.evidence.in_bitcoin import mined
from tests.verify.test_bitcoin_block import HELLO_WORLD

HELLO_WORLD_PROOF = base64.b64decode(
    "AE9wZW5UaW1lc3RhbXBzAABQcm9vZgC/ieLohOiSlAEIA7ogTlDRJuRnTABeBNguhMITZngK8fQ71Uo3gWtqs0AD8cgBAQAAAAHkgvnTLsw7ple2nYmA"
    "EIV7VEV6kEl5gv9W+XxOxY5vmAEAAABrSDBFAiEAslOt0dHPkIRDOKR1oE/xP8nnvSQrB3Yt6gf1YIst42cCIACyaMqcM0KzdpzdBiiRMXzc74eqwxC2"
    "hV6dk4mOu+jsASECDY5NEH0rM5sAUO/dS0oJJFqgVgSPElOWN06moqsHCcb/////AmUz5gUAAAAAGXapFAvwV9QPu6Z0SGJRX1tVojEN5XcviKyghgEA"
    "AAAAABl2qRTwBoisAAAAAAgI8SCph/cWxTORPDFMeONdNYhMrJQ/pCysSdKyxp9AA/hfiAgI8SDexVs0h+Hj9yKkm1WneDIVhieF9KOss5KEYBn3HcZK"
    "nQgI8SCyyhj0heCAR44CXas9RktBbA4ey2Ypya786MghTQQkMggI8CARsOkGYRlv9LCBPD7aFBurXpFgSDe996DJ3zfbDjoRmAgI8CDDS8GkoQk//RSM"
    "AWseZkdCkU6Tnvq+TT01ZRWRSybZ4ggI8CDD5ufDjGn2ryTCvjTrrEglft5h7AohuVNeREMne+MGRggI8SAHmL+GBuAAJOXV1UvwyWD2Kd+52taRV0Vb"
    "byZSwOjegQgI8CA/mtptYLqiRABrsKrVFEitL6+51LZIegmZz/JrkfD1NggI8SDHAwGelZqN0/rvdIm7MoukhVdHWOcJHwFGTrZYcsl1yAgI8CDL/v/1"
    "E/+EuRXj/tb515lnZjD4Nk6ipsdVf62UpbXXiAgI8SAL4jcJhZkTur1EYLvd+O0hPnyHc6Sx+s4w+Kz98JO3BQgIAAWIlg1z1xkBA/fvFQ=="
)
"""examples/hello-world.txt.ots of opentimestamps-client."""
TWO_NOTARIES = (
    bytes.fromhex(
        "004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e892940108d288b2ee212b01e3e5f6d333df3a4d53f292cc3f07b09013c0b4"
        "0c8e7dcb9c03f01046d842bd5d8377e0f42041bec9bda66708fff010332c572f9c4b8d5db9d99758d48fff3408f10457e89f38f00873c6dc4d0cbc"
        "29f00083dfe30d2ef90c8e2c2b68747470733a2f2f626f622e6274632e63616c656e6461722e6f70656e74696d657374616d70732e6f7267f010e7"
        "ad29076f188033d20767602ca3a8e008f10457e89f37f00862df56371ae23d8d0001020304050607082e"
    )
    + b"x" * 46
)
"""examples/known-and-unknown-notary.txt.ots of opentimestamps-client."""


def read_by_library(content: bytes) -> DetachedTimestampFile:
    return DetachedTimestampFile.deserialize(BytesDeserializationContext(content))


def written_by_library(proof: DetachedTimestampFile) -> bytes:
    context = BytesSerializationContext()
    proof.serialize(context)
    made: bytes = context.getbytes()
    return made


def proof(*items: Attestation | Step) -> bytes:
    return Proof(bytes(32), items).to_bytes()


IN_BLOCK = Attestation.in_block(7)


def chain(length: int) -> Timestamp:
    made: Timestamp = (IN_BLOCK,)
    for _ in range(length):
        made = (Step(Operation(SHA256), made),)
    return made


def test_the_first_public_proof_is_over_its_file_and_leads_to_its_block_but_for_one_old_operation() -> None:
    read = Proof.parse(HELLO_WORLD_PROOF)
    assert read.digest == hashlib.sha256(b"Hello World!\n").digest()
    (found,) = read.attested()
    assert (found.attestation.height, found.message) == (358391, None)
    assert found.unfollowed is not None
    assert found.unfollowed.name == "ripemd160"


def test_behind_that_operation_the_way_leads_to_the_merkle_root_of_the_real_block() -> None:
    (step,) = Proof.parse(HELLO_WORLD_PROOF).timestamp
    assert isinstance(step, Step)
    (operation,) = read_by_library(HELLO_WORLD_PROOF).timestamp.ops
    (found,) = attested(step.after, operation(hashlib.sha256(b"Hello World!\n").digest()))
    assert found.message == Header.parse(HELLO_WORLD).merkle_root


def test_attestations_of_calendars_and_of_unknown_notaries_are_told_apart() -> None:
    found = Proof.parse(TWO_NOTARIES).attested()
    assert [one.attestation.address for one in found] == ["https://bob.btc.calendar.opentimestamps.org", None]
    assert found[1].attestation == Attestation(bytes(range(1, 9)), b"x" * 46)
    messages = {message for message, _ in read_by_library(TWO_NOTARIES).timestamp.all_attestations()}
    assert {one.message for one in found} == messages


@pytest.mark.parametrize("content", [HELLO_WORLD_PROOF, TWO_NOTARIES])
def test_public_proofs_reproduce_themselves(content: bytes) -> None:
    assert Proof.parse(content).to_bytes() == content


def test_a_proof_of_ours_is_read_alike_by_its_makers_library_and_written_alike() -> None:
    made, header = mined(b"a checkpoint")
    read = read_by_library(made.to_bytes())
    assert written_by_library(read) == made.to_bytes()
    ((message, attestation),) = read.timestamp.all_attestations()
    assert (attestation.height, message) == (1, header[36:68])


ATTESTATIONS = st.one_of(
    st.builds(Attestation.in_block, st.integers(0, 2**32 - 1)),
    st.builds(Attestation.pending, st.text("abc./:-_019", max_size=40)),
    st.builds(Attestation, st.just(bytes(range(8))), st.binary(max_size=40)),
)
OPERATIONS = st.one_of(
    st.just(Operation(SHA256)),
    st.builds(Operation, st.sampled_from([APPEND, PREPEND]), st.binary(min_size=1, max_size=40)),
)


def timestamps(inside: st.SearchStrategy[Timestamp]) -> st.SearchStrategy[Timestamp]:
    return st.lists(st.builds(Step, OPERATIONS, inside), min_size=1, max_size=3, unique_by=_operation).map(tuple)


def _operation(step: Step) -> Operation:
    return step.operation


@given(st.recursive(st.lists(ATTESTATIONS, min_size=1, max_size=3, unique=True).map(tuple), timestamps, max_leaves=8))
def test_whatever_is_written_is_read_again_and_the_library_finds_the_same_messages(timestamp: Timestamp) -> None:
    content = Proof(bytes(32), timestamp).to_bytes()
    read = Proof.parse(content)
    assert read == Proof(bytes(32), timestamp)
    messages = {message for message, _ in read_by_library(content).timestamp.all_attestations()}
    assert {one.message for one in read.attested()} == messages


@given(st.binary(max_size=200))
def test_any_bytes_are_a_proof_that_reproduces_itself_or_malformed(content: bytes) -> None:
    for begun in (content, MAGIC + b"\x01\x08" + bytes(32) + content):
        try:
            assert Proof.parse(begun).to_bytes() == begun
        except Malformed:
            continue


def test_every_cut_of_a_proof_is_malformed() -> None:
    for length in range(len(HELLO_WORLD_PROOF)):
        with pytest.raises(Malformed):
            Proof.parse(HELLO_WORLD_PROOF[:length])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\x01" + HELLO_WORLD_PROOF[1:], "no proof of OpenTimestamps"),
        (HELLO_WORLD_PROOF[:31] + b"\x02" + HELLO_WORLD_PROOF[32:], "another version"),
        (HELLO_WORLD_PROOF[:32] + b"\x02" + HELLO_WORLD_PROOF[33:], "another digest"),
        (HELLO_WORLD_PROOF + b"\x00", "does not reproduce itself"),
        (proof(Attestation(IN_BLOCK.kind, b"\x87\x00")), "not in its one form"),
        (proof(Attestation(IN_BLOCK.kind, b"\x07\x07")), "not in its one form"),
        (proof(Attestation(IN_BLOCK.kind, b"")), "ends within a value"),
        (proof(Attestation(IN_BLOCK.kind, b"\xff" * 6)), "larger than"),
        (proof(Attestation.pending("https://a?b")), "a character that none has"),
        (proof(Attestation.pending("a" * 1001)), "1001 bytes"),
        (proof(Attestation(bytes(8), bytes(8193))), "8193 bytes"),
        (proof(Step(Operation(APPEND, b""), (IN_BLOCK,))), "0 bytes"),
        (proof(Step(Operation(APPEND, bytes(4097)), (IN_BLOCK,))), "4097 bytes"),
        (MAGIC + b"\x01\x08" + bytes(32) + b"\x42", "the operation 42"),
        (proof(*chain(DEEPEST + 1)), "deeper"),
        (proof(*map(Attestation.in_block, range(65))), "more than 64 attestations"),
        (proof(*[Step(Operation(APPEND, bytes([one])), chain(240)) for one in range(17)]), "more than 4096 operations"),
        (proof(IN_BLOCK, IN_BLOCK), "the same of a message twice"),
        (proof(Step(Operation(SHA256), (IN_BLOCK,)), Step(Operation(SHA256), chain(1))), "the same of a message twice"),
        (bytes(70_000), "at most 65536 bytes"),
    ],
)
def test_what_is_no_proof_is_told(content: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        Proof.parse(content)


def test_a_proof_may_be_as_deep_as_its_makers_library_reads() -> None:
    content = proof(*chain(DEEPEST))
    assert len(Proof.parse(content).attested()) == 1
    read_by_library(content)


def test_a_message_that_grows_too_long_is_malformed() -> None:
    long = Step(Operation(APPEND, bytes(LARGEST_MESSAGE - 32)), (IN_BLOCK,))
    assert len(Proof.parse(proof(long)).attested()) == 1
    longer = Step(Operation(PREPEND, b"1"), (long,))
    with pytest.raises(Malformed, match="longer than 4096"):
        Proof.parse(proof(longer)).attested()


def test_what_a_calendar_answers_is_read_as_strictly() -> None:
    content = HELLO_WORLD_PROOF[65:]
    assert parse_timestamp(content) == Proof.parse(HELLO_WORLD_PROOF).timestamp
    with pytest.raises(Malformed):
        parse_timestamp(content + b"\x00")
