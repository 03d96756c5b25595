"""Commitments to a private claim, and the disclosure of any part of one.

Each field is committed to under its own salt, so a holder can show some fields and keep the rest
to themselves, and a field whose salt is destroyed can never be guessed back:

- field digest = SHA-256("registry/field/v1\\n" || salt || JCS([name, value]))
- commitment = SHA-256("registry/claim/v1\\n" || the field digests, sorted, concatenated)
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.encoding import HASH_BYTES, hex_bytes
from registry.verify.errors import Contradiction, Malformed

SALT_BYTES = 32
MOST_FIELDS = 1_024
"""Fields in one claim: far more than any claim has, and few enough to check in a moment."""
_FIELD_DOMAIN = b"registry/field/v1\n"
_CLAIM_DOMAIN = b"registry/claim/v1\n"


@dataclass(frozen=True)
class DisclosedField:
    """One field of a claim with the salt that opens its digest."""

    name: str
    value: JsonValue
    salt: bytes

    def digest(self) -> bytes:
        """The 32-byte field digest that the commitment holds."""
        return field_digest(self.salt, self.name, self.value)


@dataclass(frozen=True)
class Disclosure:
    """Some fields of a claim, and the digests of the fields that stay private."""

    fields: tuple[DisclosedField, ...]
    undisclosed: tuple[bytes, ...]

    def verify(self, commit: bytes) -> None:
        """Raises Contradiction unless ``commit`` commits to exactly these fields."""
        if claim_commitment([*(field.digest() for field in self.fields), *self.undisclosed]) != commit:
            raise Contradiction("the disclosed fields are not the ones that the entry commits to")

    def value(self, name: str) -> JsonValue:
        """The disclosed value of ``name``, None when it is not disclosed."""
        return next((field.value for field in self.fields if field.name == name), None)

    def to_json(self) -> dict[str, JsonValue]:
        """The wire form: ``{"fields": [[salt, name, value], ...], "undisclosed": [digest, ...]}``, hex, sorted."""
        return {
            "fields": [
                [field.salt.hex(), field.name, field.value] for field in sorted(self.fields, key=lambda f: f.name)
            ],
            "undisclosed": [digest.hex() for digest in sorted(self.undisclosed)],
        }

    @classmethod
    def from_json(cls, value: object) -> "Disclosure":
        """Parse the wire form. Raises Malformed for anything that ``to_json`` would not write."""
        if not isinstance(value, dict) or set(value) != {"fields", "undisclosed"}:
            raise Malformed("a disclosure has exactly the keys fields and undisclosed")
        fields, undisclosed = value["fields"], value["undisclosed"]
        if not isinstance(fields, list) or not isinstance(undisclosed, list):
            raise Malformed("a disclosure holds two lists")
        if len(fields) + len(undisclosed) > MOST_FIELDS:
            raise Malformed(f"a claim has more than {MOST_FIELDS} fields")
        disclosure = cls(
            fields=tuple(_field(item) for item in fields),
            undisclosed=tuple(hex_bytes(item, HASH_BYTES) for item in undisclosed),
        )
        names = [field.name for field in disclosure.fields]
        if len(set(names)) != len(names):
            raise Malformed("a disclosure names the same field twice")
        if canonical_json.encode(disclosure.to_json()) != canonical_json.encode(value):
            raise Malformed("the disclosure is not in its sorted form")
        return disclosure


def field_digest(salt: bytes, name: str, value: JsonValue) -> bytes:
    """The digest of one field. Raises Malformed for a salt that is not 32 bytes or a value without canonical form."""
    if len(salt) != SALT_BYTES:
        raise Malformed(f"a salt has {len(salt)} bytes instead of {SALT_BYTES}")
    return hashlib.sha256(_FIELD_DOMAIN + salt + canonical_json.encode([name, value])).digest()


def claim_commitment(digests: Iterable[bytes]) -> bytes:
    """The commitment to the fields with these digests, in any order."""
    ordered = sorted(digests)
    if any(len(digest) != HASH_BYTES for digest in ordered):
        raise Malformed(f"a field digest is not {HASH_BYTES} bytes")
    return hashlib.sha256(_CLAIM_DOMAIN + b"".join(ordered)).digest()


def _field(item: object) -> DisclosedField:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[1], str):
        raise Malformed("a disclosed field is a list of salt, name and value")
    return DisclosedField(name=item[1], value=item[2], salt=hex_bytes(item[0], SALT_BYTES))
