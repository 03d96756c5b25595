"""The small Ed25519 verifier, against RFC 8032, another implementation, and signatures made to tell verifiers apart."""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.verify.ed25519 import is_public_key, verifies
from tests.verify.ed25519_cases import Case, P, cases, encode, torsion

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
"""Section 7.1: tests 1, 2, 3 and SHA(abc)."""
CASES = list(cases())


def other_verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_the_vectors_of_the_standard(key: str, message: bytes, signature: str) -> None:
    assert verifies(bytes.fromhex(key), message, bytes.fromhex(signature))
    assert is_public_key(bytes.fromhex(key))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_signatures_that_verifiers_disagree_on(case: Case) -> None:
    """The answers are those of Go's crypto/ed25519, which the tests with Go check."""
    assert verifies(case.key, case.message, case.signature) == (case.valid and case.key_canonical)


def test_some_of_those_signatures_are_valid_and_some_are_not() -> None:
    shifted = [case for case in CASES if case.name.startswith("key shifted by torsion 1")]
    assert {case.valid for case in shifted} == {True, False}


@settings(max_examples=60)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.data())
def test_it_answers_as_another_implementation(seed: bytes, message: bytes, data: st.DataObject) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = private.public_key().public_bytes_raw()
    signature = private.sign(message)
    assert verifies(key, message, signature)
    changed = bytearray(signature)
    changed[data.draw(st.integers(0, 63))] ^= 1 << data.draw(st.integers(0, 7))
    assert verifies(key, message, bytes(changed)) == other_verifies(key, message, bytes(changed))
    assert not verifies(key, message + b"\0", signature)


def test_a_signature_with_any_one_bit_changed_does_not_verify() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = private.public_key().public_bytes_raw(), private.sign(b"message")
    for bit in range(512):
        changed = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
        assert not verifies(key, b"message", changed)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_and_signatures_of_another_length_do_not_verify(length: int) -> None:
    key, message, signature = RFC_8032[0]
    assert not verifies(bytes(length), message, bytes.fromhex(signature))
    assert not verifies(bytes.fromhex(key), message, bytes(length))
    assert not verifies(bytes.fromhex(key), message, bytes.fromhex(signature) + b"\0")
    assert not is_public_key(bytes(length))


def test_points_of_small_order_are_nobodys_key() -> None:
    for point in torsion():
        assert not is_public_key(encode(point))


def test_a_key_has_one_encoding() -> None:
    for y in range(P, 2**255):
        for sign in (0, 1 << 255):
            assert not is_public_key((y | sign).to_bytes(32, "little"))
    assert not is_public_key((1 | 1 << 255).to_bytes(32, "little"))  # minus zero


def test_half_of_all_encodings_are_no_point() -> None:
    points = sum(is_public_key(number.to_bytes(32, "little")) for number in range(2, 102))
    assert 30 < points < 70
