"""Keys that sign, behind one interface: in a file of the home, or in a device or service that never gives them out."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from registry.verify.cosignature import ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE
from registry.verify.encoding import base64_bytes, base64_text
from registry.verify.errors import Malformed
from registry.verify.note import ED25519, SignatureCheck, check_name, key_id

SEED_BYTES = 32
"""An Ed25519 private key (RFC 8032, section 5.1.5), and an ML-DSA seed (FIPS 204, algorithm 6)."""
_PREFIX = "PRIVATE+KEY+"


class PrivateKey(Protocol):
    """Whatever can sign under one public key. An implementation on an HSM or a KMS holds a handle, not the key.

    Errors of a device or service should be :class:`registry.errors.Unavailable`; then nothing is recorded.
    """

    @property
    def public_key(self) -> bytes:
        """The raw public key: 32 bytes of Ed25519, 1312 of ML-DSA-44."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature: 64 bytes of Ed25519 (RFC 8032), 2420 of ML-DSA-44 (FIPS 204, empty context)."""


class Ed25519Key:
    """An Ed25519 key in memory. ``repr`` shows the public half alone. ValueError unless the seed is 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"Ed25519Key({self.public_key.hex()})"

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


class MlDsa44Key:
    """An ML-DSA-44 key in memory. Its signatures are hedged: the same message gets another one each time."""

    def __init__(self, seed: bytes) -> None:
        self._private = MLDSA44PrivateKey.from_seed_bytes(seed)
        self.public_key = self._private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"MlDsa44Key({self.public_key[:8].hex()}...)"

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


_FROM_SEED: Mapping[int, Callable[[bytes], PrivateKey]] = {
    ED25519: Ed25519Key,
    ED25519_COSIGNATURE: Ed25519Key,
    ML_DSA_44_COSIGNATURE: MlDsa44Key,
}


def key_from_seed(signature_type: int, seed: bytes) -> PrivateKey:
    """The key in memory that makes signatures of this type."""
    return _FROM_SEED[signature_type](seed)


def private_key_text(name: str, signature_type: int, seed: bytes) -> str:
    """``PRIVATE+KEY+name+keyid+base64(type || seed)``, as Go's ``x/mod/sumdb/note`` writes it, for any type."""
    public_key = key_from_seed(signature_type, seed).public_key
    encoded = base64_text(bytes([signature_type]) + seed)
    return f"{_PREFIX}{name}+{key_id(name, signature_type, public_key).hex()}+{encoded}"


def parse_private_key_text(text: str) -> tuple[str, int, bytes]:
    """Name, signature type and seed. Malformed, without repeating it, unless ``private_key_text`` wrote it."""
    name, _, rest = text.removeprefix(_PREFIX).partition("+")
    _, _, encoded = rest.partition("+")
    try:
        content = base64_bytes(encoded)
    except Malformed:
        content = b""
    if not text.startswith(_PREFIX) or len(content) != 1 + SEED_BYTES or content[0] not in _FROM_SEED:
        raise Malformed(f"A signer's key has the form {_PREFIX}name+keyid+key.") from None
    check_name(name)
    if private_key_text(name, content[0], content[1:]) != text:
        raise Malformed("The key id in the signer's key does not belong to its name and key.")
    return name, content[0], content[1:]


def check_ed25519(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """As :func:`registry.verify.ed25519.verifies` for every key that a signer here can have, and much faster."""
    try:
        _ed25519(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_ml_dsa_44(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``message`` by the ML-DSA-44 key (FIPS 204, empty context)."""
    try:
        _ml_dsa_44(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _ed25519(encoded: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(encoded)


@lru_cache(maxsize=16)
def _ml_dsa_44(encoded: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(encoded)


def _has_ml_dsa() -> bool:
    """Whether the OpenSSL below ``cryptography`` knows ML-DSA; what the locks install does."""
    try:
        MLDSA44PrivateKey.from_seed_bytes(bytes(SEED_BYTES))
    except UnsupportedAlgorithm:
        return False
    return True


COSIGNATURE_CHECKS: Mapping[int, SignatureCheck] = {ED25519_COSIGNATURE: check_ed25519} | (
    {ML_DSA_44_COSIGNATURE: check_ml_dsa_44} if _has_ml_dsa() else {}
)
"""The types of cosignatures that this machine can make, with quick checks that answer as the verifier's do."""
