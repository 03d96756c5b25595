"""Signed notes and verifier keys (https://c2sp.org/signed-note), for Ed25519.

A note is a text that ends in a line feed, an empty line, and one line for each signature:

    <em dash> <key name> base64(4-byte key id || signature)

The text proves nothing before :meth:`Note.verified_by` has answered.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from registry.verify import ed25519
from registry.verify.encoding import base64_bytes, base64_text, quoted, utf8
from registry.verify.errors import Contradiction, Malformed

ED25519 = 0x01
"""The signature type of a plain Ed25519 signature of the note's text."""
MOST_SIGNATURES = 100
"""The limit of Go's x/mod/sumdb/note; the document asks for 16 at least."""
LARGEST_NOTE = 1_000_000
"""Characters: room for 100 post-quantum signatures of 5 kB each, which are the longest the document speaks of."""
KEY_ID_BYTES = 4
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
"""Below U+0020, but for the line feed."""
_BEFORE_SIGNATURE = "\u2014 "

SignatureCheck = Callable[[bytes, bytes, bytes], bool]
"""(public key, message, signature) -> whether it verifies, as :func:`registry.verify.ed25519.verifies` answers."""


@dataclass(frozen=True)
class VerifierKey:
    """What checks a signer's notes: the signer's ``name`` and 32-byte Ed25519 public key."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """What stands before each of its signatures."""
        return key_id(self.name, ED25519, self.public_key)

    def __str__(self) -> str:
        return key_text(self.name, ED25519, self.public_key)

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """``name+hex(key id)+base64(type || public key)``. Malformed for everything else, and for other types."""
        name, signature_type, public_key = parse_key_text(text)
        if signature_type != ED25519:
            raise Malformed(f"Verifier keys of type {signature_type:02x} cannot be used here.")
        if not ed25519.is_public_key(public_key):
            raise Malformed("The verifier key holds no Ed25519 public key.")
        return cls(name, public_key)


def key_id(name: str, signature_type: int, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256(name || 0A || type || public key)."""
    hashed = utf8(name) + b"\n" + bytes([signature_type]) + public_key
    return hashlib.sha256(hashed).digest()[:KEY_ID_BYTES]


def key_text(name: str, signature_type: int, public_key: bytes) -> str:
    """A verifier key of any type as text."""
    encoded = base64_text(bytes([signature_type]) + public_key)
    return f"{name}+{key_id(name, signature_type, public_key).hex()}+{encoded}"


def parse_key_text(text: str) -> tuple[str, int, bytes]:
    """Name, signature type and public key in a verifier key; whether there can be such a key is not asked.

    Malformed unless ``text`` is what ``key_text`` writes.
    """
    name, _, rest = text.partition("+")
    its_id, _, encoded = rest.partition("+")
    check_name(name)
    if not _KEY_ID.fullmatch(its_id) or not encoded:
        raise Malformed(f"{quoted(text)} is not a verifier key: name+keyid+key.")
    content = base64_bytes(encoded)
    signature_type, public_key = content[0], content[1:]
    if key_text(name, signature_type, public_key) != text:
        raise Malformed("The key id in the verifier key does not belong to its name and key.")
    return name, signature_type, public_key


@dataclass(frozen=True)
class NoteSignature:
    """One signature line; ``signature`` is what follows the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def to_line(self) -> str:
        """The line with its line feed."""
        return f"{_BEFORE_SIGNATURE}{self.name} {base64_text(self.key_id + self.signature)}\n"


@dataclass(frozen=True)
class Note:
    """``text``, which ends in a line feed, and the signatures below it, none of them checked yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.to_line() for signature in self.signatures)

    def verified_by(
        self, keys: Sequence[VerifierKey], check: SignatureCheck = ed25519.verifies
    ) -> tuple[VerifierKey, ...]:
        """Those of ``keys`` that signed; never none. Signatures of other keys are passed over.

        Contradiction if a signature that bears the name and id of one of ``keys`` does not verify,
        even beside others that do, or if none bears any.
        """
        message = utf8(self.text)
        signed = []
        for key in keys:
            its_own = [line for line in self.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
            for line in its_own:
                if not check(key.public_key, message, line.signature):
                    raise Contradiction(f"The signature of {quoted(key.name)} does not verify.")
            if its_own:
                signed.append(key)
        if not signed:
            raise Contradiction("The note bears no signature of a known key.")
        return tuple(signed)


def parse_note(text: str) -> Note:
    """Malformed unless ``text`` is a signed note, character for character."""
    if len(text) > LARGEST_NOTE:
        raise Malformed(f"The note is longer than {LARGEST_NOTE} characters.")
    utf8(text)
    if _CONTROL.search(text):
        raise Malformed("The note holds a control character.")
    # The last empty line separates; the text itself may hold others.
    body, separator, lines = text.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise Malformed("A signed note is a text, an empty line and lines with signatures.")
    signatures = lines[:-1].split("\n")
    if len(signatures) > MOST_SIGNATURES:
        raise Malformed(f"The note has more than {MOST_SIGNATURES} signatures.")
    note = Note(body + "\n", tuple(_signature(line) for line in signatures))
    if str(note) != text:
        raise Malformed("The note does not reproduce itself.")
    return note


def check_name(name: str) -> None:
    """Malformed unless ``name`` can be a key's: not empty, without white space, control characters or a plus sign."""
    utf8(name)
    if not name or "+" in name or _CONTROL.search(name) or any(character.isspace() for character in name):
        raise Malformed(f"{quoted(name)} cannot be the name of a key.")


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_BEFORE_SIGNATURE):
        raise Malformed("A signature line begins with an em dash and a space.")
    name, _, encoded = line.removeprefix(_BEFORE_SIGNATURE).partition(" ")
    check_name(name)
    content = base64_bytes(encoded)
    if len(content) <= KEY_ID_BYTES:
        raise Malformed("A signature line holds a key id and a signature.")
    return NoteSignature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])
