"""Signed notes (C2SP signed-note) and their verifier keys, for Ed25519."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from registry.verify import ed25519
from registry.verify.encoding import base64_bytes, base64_text
from registry.verify.errors import Contradiction, Malformed

ED25519 = 0x01
"""The signature type of a plain Ed25519 note signature."""
MOST_SIGNATURES = 100
"""The limit of Go's x/mod/sumdb/note and of the C2SP document."""
LARGEST_NOTE = 1_000_000
"""Characters; the limit of Go's x/mod/sumdb/note."""
KEY_ID_BYTES = 4
_KEY_HASH = re.compile(r"[0-9a-f]{8}", re.ASCII)
_SIGNATURE_LINE = "\u2014 "

SignatureCheck = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) -> whether it verifies."""


@dataclass(frozen=True)
class VerifierKey:
    """A key that checks note signatures: ``name`` and the 32-byte Ed25519 public key."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        return key_id(self.name, ED25519, self.public_key)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64_text(bytes([ED25519]) + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """``name+keyid+base64(type || public key)``. Raises Malformed for anything else."""
        name, _, rest = text.partition("+")
        key_hash, _, encoded = rest.partition("+")
        check_name(name)
        key = base64_bytes(encoded)
        if not _KEY_HASH.fullmatch(key_hash) or not key:
            raise Malformed("a verifier key is name+keyid+key")
        if key[0] != ED25519:
            raise Malformed(f"keys of type {key[0]:02x} cannot be checked here")
        if len(key) != 1 + ed25519.PUBLIC_KEY_BYTES:
            raise Malformed("an Ed25519 verifier key has 32 bytes")
        parsed = cls(name, key[1:])
        if str(parsed) != text:
            raise Malformed("the key id of the verifier key does not belong to its name and key")
        return parsed


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: ``signature`` is what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def to_line(self) -> str:
        """The line with its line feed."""
        return f"{_SIGNATURE_LINE}{self.name} {base64_text(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """A text, which ends in a line feed, and the signatures under it, not yet checked."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)

    def verified_by(
        self, keys: Iterable[VerifierKey], check: SignatureCheck = ed25519.verifies
    ) -> tuple[VerifierKey, ...]:
        """The keys that signed, in their given order; signatures by unknown keys are passed over.

        Raises Contradiction when a signature under a known key does not verify, or when no known key signed.
        """
        signed = []
        for key in keys:
            for signature in self.signatures:
                if (signature.name, signature.key_id) != (key.name, key.key_id):
                    continue
                if not check(key.public_key, self.text.encode("utf-8"), signature.signature):
                    raise Contradiction(f"the signature of {key.name} does not verify")
                signed.append(key)
                break
        if not signed:
            raise Contradiction("the note carries no signature of a known key")
        return tuple(signed)


def parse_note(text: str) -> Note:
    """A signed note. Raises Malformed unless the text is one, character for character."""
    if len(text) > LARGEST_NOTE:
        raise Malformed("the note is too long")
    if any(character < " " and character != "\n" for character in text):
        raise Malformed("the note holds a control character")
    body, separator, lines = text.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise Malformed("a signed note is a text, an empty line and signature lines")
    signature_lines = lines[:-1].split("\n")
    if len(signature_lines) > MOST_SIGNATURES:
        raise Malformed(f"the note has more than {MOST_SIGNATURES} signatures")
    note = Note(body + "\n", tuple(_signature(line) for line in signature_lines))
    seen = [(signature.name, signature.key_id) for signature in note.signatures]
    if len(set(seen)) != len(seen):
        raise Malformed("the note has two signatures of the same key")
    if str(note) != text:
        raise Malformed("the note is not in its canonical form")
    return note


def key_id(name: str, signature_type: int, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256(name || 0A || type || public key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([signature_type]) + public_key).digest()[:KEY_ID_BYTES]


def check_name(name: str) -> None:
    """Raises Malformed unless ``name`` can be a key's: not empty, no white space, no plus."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise Malformed(f"{name[:60]!r} cannot be the name of a key")


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_SIGNATURE_LINE):
        raise Malformed("a signature line begins with an em dash and a space")
    name, _, encoded = line[len(_SIGNATURE_LINE) :].partition(" ")
    check_name(name)
    content = base64_bytes(encoded)
    if len(content) <= KEY_ID_BYTES:
        raise Malformed("a signature line holds a key id and a signature")
    return NoteSignature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])
