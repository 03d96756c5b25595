"""The key that signs checkpoints, in the text form of Go's ``x/mod/sumdb/note``."""

from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from registry.ids import Randomness
from registry.verify.encoding import base64_bytes, base64_text, utf8
from registry.verify.errors import Malformed
from registry.verify.note import ED25519, Note, NoteSignature, VerifierKey, check_name, parse_note

SEED_BYTES = 32
"""An Ed25519 private key (RFC 8032, section 5.1.5)."""
_PREFIX = "PRIVATE+KEY+"


class NoteSigner:
    """Signs notes with Ed25519 (RFC 8032), which is deterministic: the same text always gets the same signature.

    ``repr`` shows the public half alone.
    """

    def __init__(self, name: str, seed: bytes) -> None:
        """Malformed for a name that cannot be a key's; ValueError unless ``seed`` is 32 bytes."""
        check_name(name)
        self._seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier_key = VerifierKey(name, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"NoteSigner({self.verifier_key})"

    @classmethod
    def generate(cls, name: str, randomness: Randomness) -> Self:
        """A new key called ``name``."""
        return cls(name, randomness.take(SEED_BYTES))

    @classmethod
    def from_private_key_text(cls, text: str) -> Self:
        """``PRIVATE+KEY+name+keyid+base64(type || seed)``. Malformed for everything else, without repeating it."""
        name, _, rest = text.removeprefix(_PREFIX).partition("+")
        _, _, encoded = rest.partition("+")
        try:
            key = base64_bytes(encoded)
        except Malformed:
            key = b""
        if not text.startswith(_PREFIX) or len(key) != 1 + SEED_BYTES or key[0] != ED25519:
            raise Malformed(f"A signer's key has the form {_PREFIX}name+keyid+key, with an Ed25519 key.") from None
        signer = cls(name, key[1:])
        if signer.private_key_text() != text:
            raise Malformed("The key id in the signer's key does not belong to its name and key.")
        return signer

    def private_key_text(self) -> str:
        """The secret, as text for a file that only its owner can read."""
        encoded = base64_text(bytes([ED25519]) + self._seed)
        return f"{_PREFIX}{self.verifier_key.name}+{self.verifier_key.key_id.hex()}+{encoded}"

    def sign(self, text: str) -> str:
        """``text``, which ends in a line feed, as a signed note. Malformed if no note can hold it."""
        if not text.endswith("\n"):
            raise Malformed("The text of a note ends in a line feed.")
        key = self.verifier_key
        signature = NoteSignature(key.name, key.key_id, self._private.sign(utf8(text)))
        signed = str(Note(text, (signature,)))
        parse_note(signed)
        return signed


def check_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """As :func:`registry.verify.ed25519.verifies` for every key that a signer here can have, and much faster."""
    try:
        _public_key(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=16)
def _public_key(encoded: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(encoded)
