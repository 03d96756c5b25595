"""ML-DSA-44 in plain Python against OpenSSL's, as ``cryptography`` has it, and against a published key."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ledger.private_key import check_ml_dsa_44
from registry.verify.ml_dsa_44 import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, verifies

KEY = MLDSA44PrivateKey.from_seed_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
MESSAGE = b"a message"
SIGNATURE = KEY.sign(MESSAGE)


def test_the_key_of_the_standards_example_seed_is_the_published_one() -> None:
    """RFC 9881, appendix C.1.1: the seed 00 01 02 ... 1f."""
    assert PUBLIC.hex().startswith("d7b2b47254aae0db45e7930d4a98d2c97d8f1397d1789dafa17024b316e9bec9")


@settings(max_examples=30)
@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
def test_both_accept_what_was_signed(message: bytes, seed: bytes) -> None:
    key = MLDSA44PrivateKey.from_seed_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verifies(public, message, signature)
    assert check_ml_dsa_44(public, message, signature)
    assert not verifies(public, message + b"\0", signature)


@settings(max_examples=60)
@given(st.integers(0, 8 * SIGNATURE_BYTES - 1))
def test_both_refuse_a_signature_with_any_bit_changed(bit: int) -> None:
    changed = (int.from_bytes(SIGNATURE, "little") ^ 1 << bit).to_bytes(SIGNATURE_BYTES, "little")
    assert not verifies(PUBLIC, MESSAGE, changed)
    assert not check_ml_dsa_44(PUBLIC, MESSAGE, changed)


@settings(max_examples=30)
@given(st.integers(0, 8 * PUBLIC_KEY_BYTES - 1))
def test_both_refuse_under_a_key_with_any_bit_changed(bit: int) -> None:
    changed = (int.from_bytes(PUBLIC, "little") ^ 1 << bit).to_bytes(PUBLIC_KEY_BYTES, "little")
    assert not verifies(changed, MESSAGE, SIGNATURE)
    assert not check_ml_dsa_44(changed, MESSAGE, SIGNATURE)


@pytest.mark.parametrize(
    "hints",
    [
        bytes(80) + b"\x01\x00\x00\x00",
        bytes(80) + b"\x51\x51\x51\x51",
        b"\x02\x01" + bytes(78) + b"\x02\x02\x02\x02",
        b"\x01\x01" + bytes(78) + b"\x02\x02\x02\x02",
        b"\x00\x01" + bytes(78) + b"\x00\x00\x00\x00",
    ],
    ids=["going back", "beyond", "out of order", "twice", "not named"],
)
def test_hints_that_no_signer_writes_are_refused(hints: bytes) -> None:
    assert not verifies(PUBLIC, MESSAGE, SIGNATURE[:-84] + hints)


@pytest.mark.parametrize("length", [0, SIGNATURE_BYTES - 1, SIGNATURE_BYTES + 1])
def test_another_length_is_refused(length: int) -> None:
    content = hashlib.shake_128(b"").digest(length)
    assert not verifies(PUBLIC, MESSAGE, content)
    assert not verifies(content, MESSAGE, SIGNATURE)
