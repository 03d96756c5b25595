"""RSA and ECDSA verification beside `cryptography`: the same answers."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from registry.verify import ecdsa, rsa

DIGESTS: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
CURVES: dict[str, tuple[ec.EllipticCurve, ecdsa.Curve]] = {
    "P-256": (ec.SECP256R1(), ecdsa.P256),
    "P-384": (ec.SECP384R1(), ecdsa.P384),
    "P-521": (ec.SECP521R1(), ecdsa.P521),
}
MESSAGE = b"what was signed"


@pytest.fixture(scope="module")
def rsa_key() -> rsa_keys.RSAPrivateKey:
    return rsa_keys.generate_private_key(65537, 2048)


@pytest.mark.parametrize("name", DIGESTS)
def test_an_rsa_signature_verifies_and_no_changed_one_does(rsa_key: rsa_keys.RSAPrivateKey, name: str) -> None:
    signature = rsa_key.sign(MESSAGE, padding.PKCS1v15(), DIGESTS[name])
    numbers = rsa_key.public_key().public_numbers()
    digest = hashlib.new(name, MESSAGE).digest()
    assert rsa.verifies(numbers.n, numbers.e, name, digest, signature)
    assert not rsa.verifies(numbers.n, numbers.e, name, bytes(len(digest)), signature)
    for place in range(0, 256, 15):
        changed = signature[:place] + bytes([signature[place] ^ 4]) + signature[place + 1 :]
        assert not rsa.verifies(numbers.n, numbers.e, name, digest, changed)


def test_keys_that_are_weak_or_slow_verify_nothing(rsa_key: rsa_keys.RSAPrivateKey) -> None:
    signature = rsa_key.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    modulus, digest = rsa_key.public_key().public_numbers().n, hashlib.sha256(MESSAGE).digest()
    for exponent in (1, 2, 65536, 2**33 + 1):
        assert not rsa.verifies(modulus, exponent, "sha256", digest, signature)
    assert not rsa.verifies(modulus, 65537, "sha256", digest, signature + b"\x00")
    assert not rsa.verifies(2**1023 + 1, 65537, "sha256", digest, signature[:128])
    assert not rsa.verifies(2**9000 + 1, 65537, "sha256", digest, signature)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("name", DIGESTS)
def test_an_ecdsa_signature_verifies_and_no_changed_one_does(curve: str, name: str) -> None:
    theirs, ours = CURVES[curve]
    key = ec.generate_private_key(theirs)
    r, s = decode_dss_signature(key.sign(MESSAGE, ec.ECDSA(DIGESTS[name])))
    encoded = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    point = ecdsa.decoded_point(ours, encoded)
    assert point is not None
    digest = hashlib.new(name, MESSAGE).digest()
    assert ecdsa.verifies(ours, point, digest, (r, s))
    assert not ecdsa.verifies(ours, point, hashlib.new(name, b"").digest(), (r, s))
    for forged in ((r + 1, s), (r, s + 1), (0, s), (r, 0), (r + ours.order, s), (-r, s)):
        assert not ecdsa.verifies(ours, point, digest, forged)


@pytest.mark.parametrize("curve", CURVES)
def test_what_is_no_point_of_the_curve_is_no_key(curve: str) -> None:
    theirs, ours = CURVES[curve]
    encoded = ec.generate_private_key(theirs).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert ecdsa.decoded_point(ours, encoded) is not None
    for wrong in (encoded[:-1], b"\x02" + encoded[1:], encoded[:-1] + bytes([encoded[-1] ^ 1]), b""):
        assert ecdsa.decoded_point(ours, wrong) is None


@pytest.mark.parametrize("curve", [ours for _, ours in CURVES.values()], ids=CURVES)
def test_the_base_point_is_on_the_curve_and_of_its_order(curve: ecdsa.Curve) -> None:
    encoded = b"\x04" + b"".join(one.to_bytes(curve.octets, "big") for one in curve.base)
    assert ecdsa.decoded_point(curve, encoded) == curve.base
    # With s = r = 1 and digest 0 the sum is the key itself: r is its x exactly if the arithmetic is right.
    assert not ecdsa.verifies(curve, curve.base, bytes(32), (1, 1))
