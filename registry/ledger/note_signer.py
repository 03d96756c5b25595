"""The key that signs checkpoints, in the text form of Go's ``x/mod/sumdb/note``."""

from typing import Self

from registry.ids import Randomness
from registry.ledger.private_key import (
    SEED_BYTES,
    Ed25519Key,
    PrivateKey,
    parse_private_key_text,
    private_key_text,
)
from registry.verify.encoding import utf8
from registry.verify.errors import Malformed
from registry.verify.note import ED25519, Note, NoteSignature, VerifierKey, check_name, parse_note


class NoteSigner:
    """Signs notes with Ed25519 (RFC 8032), which is deterministic: the same text always gets the same signature.

    ``repr`` shows the public half alone.
    """

    def __init__(self, name: str, key: bytes | PrivateKey) -> None:
        """``key`` is a 32-byte seed, or a key that is held elsewhere.

        Malformed for a name that cannot be a key's; ValueError for a seed of another length.
        """
        check_name(name)
        self._seed = key if isinstance(key, bytes) else None
        self._private: PrivateKey = Ed25519Key(key) if isinstance(key, bytes) else key
        self.verifier_key = VerifierKey(name, self._private.public_key)

    def __repr__(self) -> str:
        return f"NoteSigner({self.verifier_key})"

    @classmethod
    def generate(cls, name: str, randomness: Randomness) -> Self:
        """A new key called ``name``."""
        return cls(name, randomness.take(SEED_BYTES))

    @classmethod
    def from_private_key_text(cls, text: str) -> Self:
        """``PRIVATE+KEY+name+keyid+base64(type || seed)``. Malformed for everything else, without repeating it."""
        name, signature_type, seed = parse_private_key_text(text)
        if signature_type != ED25519:
            raise Malformed("A ledger's key is an Ed25519 key of type 01.")
        return cls(name, seed)

    def private_key_text(self) -> str:
        """The secret, as text for a file that only its owner can read. TypeError for a key that is held elsewhere."""
        if self._seed is None:
            raise TypeError("the key is held elsewhere and cannot be written down")
        return private_key_text(self.verifier_key.name, ED25519, self._seed)

    def line(self, text: str) -> NoteSignature:
        """The signature alone."""
        key = self.verifier_key
        return NoteSignature(key.name, key.key_id, self._private.sign(utf8(text)))

    def sign(self, text: str) -> str:
        """``text``, which ends in a line feed, as a signed note. Malformed if no note can hold it."""
        if not text.endswith("\n"):
            raise Malformed("The text of a note ends in a line feed.")
        signed = str(Note(text, (self.line(text),)))
        parse_note(signed)
        return signed
