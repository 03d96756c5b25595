"""Checkpoints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.note_signer import NoteSigner
from registry.verify.checkpoint import Checkpoint, open_checkpoint, unverified_checkpoint
from registry.verify.encoding import LARGEST_INDEX
from registry.verify.errors import Contradiction, Malformed
from registry.verify.tree import EMPTY_ROOT

SIGNER = NoteSigner("example.com/log", bytes(32))
KEY = SIGNER.verifier_key
CHECKPOINT = Checkpoint("example.com/log", 7, bytes(range(32)))
TEXT = "example.com/log\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def test_the_form_of_the_standard() -> None:
    assert CHECKPOINT.to_text() == TEXT
    assert Checkpoint.parse(TEXT) == CHECKPOINT


@given(st.integers(0, LARGEST_INDEX), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_that_was_signed_is_opened_again(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(KEY.name, size, root)
    signed = SIGNER.sign(checkpoint.to_text())
    assert open_checkpoint(signed, KEY) == checkpoint
    assert unverified_checkpoint(signed)[0] == checkpoint


def test_the_checkpoint_of_nothing_has_the_empty_root() -> None:
    assert Checkpoint("x", 0, EMPTY_ROOT).to_text() == "x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        TEXT.removesuffix("\n"),
        TEXT + "\n",
        TEXT + "extension\n",
        "\n" + TEXT,
        TEXT.replace("\n7\n", "\n07\n"),
        TEXT.replace("\n7\n", "\n-7\n"),
        TEXT.replace("\n7\n", "\n 7\n"),
        TEXT.replace("\n7\n", "\n7.0\n"),
        TEXT.replace("\n7\n", "\n\u0667\n"),
        TEXT.replace("\n7\n", f"\n{2**63}\n"),
        TEXT.replace("Hh8=", "Hh9="),
        TEXT.replace("Hh8=", "Hh8"),
        TEXT.replace("Hh8=", "HhAA"),
        TEXT.replace("example.com/log", ""),
        TEXT.replace("example.com/log", "example.com log"),
    ],
)
def test_everything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_a_checkpoint_of_another_origin_than_its_key_is_refused() -> None:
    signed = SIGNER.sign(TEXT.replace("example.com/log", "example.com/other"))
    with pytest.raises(Contradiction) as caught:
        open_checkpoint(signed, KEY)
    assert (caught.value.expected, caught.value.found) == ("example.com/log", "example.com/other")


def test_a_checkpoint_that_another_key_signed_is_refused() -> None:
    for other in (NoteSigner(KEY.name, bytes(range(32))), NoteSigner("example.com/other", bytes(32))):
        with pytest.raises(Contradiction):
            open_checkpoint(other.sign(TEXT), KEY)


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(Malformed):
        open_checkpoint(SIGNER.sign("text\n"), KEY)
