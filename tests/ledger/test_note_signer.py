"""The signing key, against a log that another program wrote."""

import hashlib
from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.note_signer import NoteSigner
from registry.ledger.private_key import check_ed25519
from registry.ledger.tree import Frontier, Place, inclusion_proof
from registry.verify import ed25519
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import base64_hash, base64_text
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.deterministic import SeededRandomness
from tests.verify import rfc6962
from tests.verify.ed25519_cases import cases
from tests.verify.known_answers import (
    LOG_LEAVES,
    LOG_PROOF_FILE_SHA256,
    LOG_PROOF_OF_6_IN_15,
    LOG_SIGNER,
)

SIGNER = NoteSigner.from_private_key_text(LOG_SIGNER)


def checkpoint_of(size: int) -> str:
    root = rfc6962.root(LOG_LEAVES[:size])
    return SIGNER.sign(Checkpoint(SIGNER.verifier_key.name, size, root).to_text())


CHECKPOINTS = "c366c82fdd7c77311b8141fbd3769670884dba48445f343867c348455de269fd"
"""SHA-256 of the files checkpoint.0 to checkpoint.15 of that log, one after the other."""


def test_the_key_of_the_known_log() -> None:
    assert str(SIGNER.verifier_key).startswith("example.com/log/testdata+33d7b496+")
    assert SIGNER.private_key_text() == LOG_SIGNER


def test_every_checkpoint_of_the_known_log() -> None:
    signed = [checkpoint_of(size) for size in range(len(LOG_LEAVES) + 1)]
    frontier = Frontier()
    for size, text in enumerate(signed):
        assert open_checkpoint(text, SIGNER.verifier_key) == Checkpoint("example.com/log/testdata", size, frontier.root)
        if size < len(LOG_LEAVES):
            frontier.append(leaf_hash(LOG_LEAVES[size]))
    assert hashlib.sha256("".join(signed).encode()).hexdigest() == CHECKPOINTS


def test_the_proof_file_of_the_known_log() -> None:
    nodes: dict[Place, bytes] = {}
    frontier = Frontier()
    for index, leaf in enumerate(LOG_LEAVES):
        nodes[0, index] = leaf_hash(leaf)
        nodes.update(frontier.append(leaf_hash(leaf)))

    def read(places: Collection[Place]) -> Mapping[Place, bytes]:
        return {place: nodes[place] for place in places}

    proof = TlogProof(6, tuple(inclusion_proof(6, 15, read)), checkpoint_of(15))
    begins, ends = LOG_PROOF_FILE_SHA256
    digest = hashlib.sha256(proof.to_text().encode()).hexdigest()
    assert proof.hashes == tuple(base64_hash(text) for text in LOG_PROOF_OF_6_IN_15)
    assert digest.startswith(begins)
    assert digest.endswith(ends)
    assert proof.verify(leaf_hash(b"seven"), SIGNER.verifier_key).size == 15


@given(st.binary(min_size=32, max_size=32))
def test_a_key_that_was_made_is_read_again(seed: bytes) -> None:
    signer = NoteSigner("example.com/log", seed)
    again = NoteSigner.from_private_key_text(signer.private_key_text())
    assert again.verifier_key == VerifierKey.parse(str(signer.verifier_key))
    assert again.sign("text\n") == signer.sign("text\n")


def test_a_generated_key_takes_its_seed_from_the_randomness_it_is_given() -> None:
    assert NoteSigner.generate("x", SeededRandomness()).private_key_text() == (
        NoteSigner("x", SeededRandomness().take(32)).private_key_text()
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        LOG_SIGNER + "\n",
        LOG_SIGNER.removeprefix("PRIVATE+KEY+"),
        LOG_SIGNER.replace("PRIVATE", "private"),
        LOG_SIGNER.replace("33d7b496", "33d7b497"),
        LOG_SIGNER.replace("33d7b496", "33D7B496"),
        LOG_SIGNER.replace("testdata", "testdate"),
        LOG_SIGNER.replace("example.com/log/testdata", ""),
        LOG_SIGNER.replace("example.com/log/testdata", "a b"),
        LOG_SIGNER.rpartition("+")[0] + "+" + base64_text(b"\1" + bytes(31)),
        LOG_SIGNER.rpartition("+")[0] + "+" + base64_text(b"\4" + bytes(32)),
        str(SIGNER.verifier_key),
    ],
)
def test_everything_else_is_no_signers_key(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        NoteSigner.from_private_key_text(text)
    assert "AeymY" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "text", "a\tb\n", "a\x00\n", "\ud800\n"])
def test_what_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed):
        SIGNER.sign(text)


def test_the_secret_is_not_shown() -> None:
    assert "AeymY" not in repr(SIGNER)
    assert "example.com/log/testdata+33d7b496+" in repr(SIGNER)


def test_the_fast_check_answers_as_the_small_verifier() -> None:
    for case in cases():
        if ed25519.is_public_key(case.key):
            fast = check_ed25519(case.key, case.message, case.signature)
            assert fast == ed25519.verifies(case.key, case.message, case.signature), case.name
    assert not check_ed25519(bytes(31), b"", bytes(64))
    assert not check_ed25519(SIGNER.verifier_key.public_key, b"", b"short")
