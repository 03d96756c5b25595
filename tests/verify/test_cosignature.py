"""Cosignatures: the standard's own example, and everything that must not pass for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.cosigner import Cosigner
from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import COSIGNATURE_CHECKS, Ed25519Key, MlDsa44Key
from registry.verify import ed25519
from registry.verify.checkpoint import Checkpoint
from registry.verify.cosignature import (
    ED25519_COSIGNATURE,
    ML_DSA_44_COSIGNATURE,
    CosignerKey,
    cosigned_message,
    cosigners,
    time_before,
    with_time,
)
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.note import Note, NoteSignature, VerifierKey, parse_note

LOG = NoteSigner("example.com/log", bytes(32))
TEXT = Checkpoint("example.com/log", 5, bytes(range(32))).to_text()
ED25519 = Cosigner("example.com/witness", ED25519_COSIGNATURE, Ed25519Key(bytes(range(32))))
ML_DSA = Cosigner("example.com/witness", ML_DSA_44_COSIGNATURE, MlDsa44Key(bytes(range(32))))
TIME = 1_700_000_000
EXAMPLE_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def cosigned(*lines: NoteSignature, text: str = TEXT) -> Note:
    return parse_note(str(Note(text, (*parse_note(LOG.sign(text)).signatures, *lines))))


def test_the_message_is_the_standards_example() -> None:
    message = cosigned_message(ED25519.key, 1679315147, EXAMPLE_TEXT)
    assert message == b"cosignature/v1\ntime 1679315147\n" + EXAMPLE_TEXT.encode()


def test_the_message_of_ml_dsa_is_laid_out_as_the_standard_says() -> None:
    root = Checkpoint.parse(EXAMPLE_TEXT).root
    assert cosigned_message(ML_DSA.key, 1679315147, EXAMPLE_TEXT) == (
        b"subtree/v1\n\0"
        + b"\x13example.com/witness"
        + (1679315147).to_bytes(8, "big")
        + b"\x1bexample.com/behind-the-sofa"
        + bytes(8)
        + (20852163).to_bytes(8, "big")
        + root
    )


@pytest.mark.parametrize("cosigner", [ED25519, ML_DSA], ids=["Ed25519", "ML-DSA-44"])
def test_a_cosignature_verifies_and_tells_its_time(cosigner: Cosigner) -> None:
    note = cosigned(cosigner.cosign(TEXT, TIME))
    assert cosigners(note, [cosigner.key], COSIGNATURE_CHECKS) == {cosigner.key: TIME}
    assert CosignerKey.parse(str(cosigner.key)) == cosigner.key
    assert note.verified_by([LOG.verifier_key]) == (LOG.verifier_key,)


def test_a_verifier_without_ml_dsa_passes_it_over() -> None:
    note = cosigned(ED25519.cosign(TEXT, TIME), ML_DSA.cosign(TEXT, TIME))
    assert cosigners(note, [ED25519.key, ML_DSA.key], {ED25519_COSIGNATURE: ed25519.verifies}) == {ED25519.key: TIME}


def test_the_standard_library_alone_checks_both_types() -> None:
    note = cosigned(ED25519.cosign(TEXT, TIME), ML_DSA.cosign(TEXT, TIME))
    assert cosigners(note, [ED25519.key, ML_DSA.key]) == {ED25519.key: TIME, ML_DSA.key: TIME}


def test_of_several_cosignatures_the_newest_counts() -> None:
    note = cosigned(*(ED25519.cosign(TEXT, TIME + step) for step in (0, 9, 3)))
    assert cosigners(note, [ED25519.key]) == {ED25519.key: TIME + 9}


def test_cosigners_that_are_not_known_are_passed_over() -> None:
    other = Cosigner("example.com/other", ED25519_COSIGNATURE, Ed25519Key(bytes(32)))
    assert cosigners(cosigned(other.cosign(TEXT, TIME)), [ED25519.key]) == {}


@pytest.mark.parametrize("cosigner", [ED25519, ML_DSA], ids=["Ed25519", "ML-DSA-44"])
def test_a_cosignature_of_another_checkpoint_or_time_fails_hard(cosigner: Cosigner) -> None:
    key = cosigner.key
    line = cosigner.cosign(TEXT, TIME)
    time, signature = time_before(line.signature)
    for wrong in (
        cosigned(cosigner.cosign(TEXT.replace("\n5\n", "\n6\n"), TIME)),
        cosigned(NoteSignature(key.name, key.key_id, with_time(time + 1, signature))),
        cosigned(NoteSignature(key.name, key.key_id, with_time(time, signature[:-1]))),
        cosigned(NoteSignature(key.name, key.key_id, with_time(time, bytes([signature[0] ^ 1]) + signature[1:]))),
        cosigned(line, cosigner.cosign(TEXT.replace("\n5\n", "\n6\n"), TIME)),
    ):
        with pytest.raises(Contradiction):
            cosigners(wrong, [key], COSIGNATURE_CHECKS)


def test_a_plain_signature_is_no_cosignature_and_the_other_way_round() -> None:
    private = Ed25519Key(bytes(range(32)))
    plain = NoteSigner("example.com/witness", bytes(range(32)))
    assert cosigners(cosigned(plain.line(TEXT)), [ED25519.key]) == {}
    with pytest.raises(Contradiction):
        cosigned(ED25519.cosign(TEXT, TIME)).verified_by([VerifierKey("example.com/witness", private.public_key)])


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_time_that_is_none_is_malformed(time: int) -> None:
    with pytest.raises(Malformed):
        cosigned_message(ED25519.key, time, TEXT)


def test_an_ed25519_cosignature_covers_extension_lines() -> None:
    extended = TEXT + "something more\n"
    note = cosigned(ED25519.cosign(extended, TIME), text=extended)
    assert cosigners(note, [ED25519.key]) == {ED25519.key: TIME}
    with pytest.raises(Contradiction):
        cosigners(cosigned(ED25519.cosign(TEXT, TIME), text=extended), [ED25519.key])


@pytest.mark.parametrize(
    "text",
    [
        "",
        str(LOG.verifier_key),
        str(ED25519.key) + "\n",
        str(ED25519.key).replace("witness", "witless"),
        str(CosignerKey("x", ED25519_COSIGNATURE, bytes(31))),
        str(CosignerKey("x", ED25519_COSIGNATURE, (1).to_bytes(32, "little"))),
        str(CosignerKey("x", ML_DSA_44_COSIGNATURE, bytes(1311))),
        str(CosignerKey("x", 0x05, bytes(32))),
    ],
)
def test_everything_else_is_no_key_of_a_cosigner(text: str) -> None:
    with pytest.raises(Malformed):
        CosignerKey.parse(text)


@given(st.binary(max_size=90))
def test_arbitrary_cosignatures_raise_nothing_else(signature: bytes) -> None:
    note = Note(TEXT, (NoteSignature(ED25519.key.name, ED25519.key.key_id, signature),))
    with pytest.raises(VerificationError):
        cosigners(note, [ED25519.key])
