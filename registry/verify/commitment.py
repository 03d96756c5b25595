"""Commitments to a private claim, and the disclosure of any part of one.

Each field is committed to under a salt of its own, so that a holder can show some fields and keep
the others, and nobody can guess at a field whose salt was destroyed:

- field digest = SHA-256("registry/field/v1\\n" || salt || JCS([name, value]))
- commitment = SHA-256("registry/claim/v1\\n" || the field digests, sorted, concatenated)

JCS is canonical JSON (RFC 8785). The number of fields is visible to whoever sees a disclosure. A
commitment cannot show that no two hidden fields have the same name; who makes one must see to it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.encoding import HASH_BYTES, hex_bytes, quoted
from registry.verify.errors import Contradiction, Malformed

SALT_BYTES = 32
MOST_FIELDS = 1_024
"""In one claim: far more than any has, and few enough to check in a moment."""
LARGEST_FIELD = 1_048_576
"""Bytes of one field in canonical JSON: room for a list of some thousand drafts."""
DEEPEST_VALUE = 16
"""Nesting inside one field's value; a receipt nests it four levels deeper, below what canonical JSON allows."""
_NAME = re.compile(r"[!-~]{1,128}", re.ASCII)
"""Visible ASCII: names are made by programs, and look the same to everyone."""
_FIELD_DOMAIN = b"registry/field/v1\n"
_CLAIM_DOMAIN = b"registry/claim/v1\n"


@dataclass(frozen=True)
class ClaimField:
    """One field of a claim with the 32-byte salt that opens its digest."""

    name: str
    value: JsonValue
    salt: bytes

    def digest(self) -> bytes:
        """What the commitment holds of this field. Malformed for a name, value or salt that cannot be one."""
        if not _NAME.fullmatch(self.name):
            raise Malformed(f"{quoted(self.name)} cannot be the name of a field.")
        if len(self.salt) != SALT_BYTES:
            raise Malformed(f"A salt has {len(self.salt)} bytes instead of {SALT_BYTES}.")
        encoded = canonical_json.encode([self.name, self.value])
        if len(encoded) > LARGEST_FIELD:
            raise Malformed(f"The value of {self.name} is larger than {LARGEST_FIELD} bytes.")
        if _depth(self.value) > DEEPEST_VALUE:
            raise Malformed(f"The value of {self.name} is nested deeper than {DEEPEST_VALUE} levels.")
        return hashlib.sha256(_FIELD_DOMAIN + self.salt + encoded).digest()


def commitment(digests: Iterable[bytes]) -> bytes:
    """The 32-byte commitment to the fields with these digests, in whatever order they come."""
    ordered = sorted(digests)
    if len(ordered) > MOST_FIELDS:
        raise Malformed(f"A claim has more than {MOST_FIELDS} fields.")
    if any(len(digest) != HASH_BYTES for digest in ordered):
        raise Malformed(f"A field digest is not {HASH_BYTES} bytes long.")
    return hashlib.sha256(_CLAIM_DOMAIN + b"".join(ordered)).digest()


@dataclass(frozen=True)
class Disclosure:
    """Some fields of a claim, and the digests of the fields that stay private."""

    fields: tuple[ClaimField, ...]
    undisclosed: tuple[bytes, ...]

    def verify(self, commit: bytes) -> None:
        """Contradiction unless ``commit`` commits to exactly these fields; Malformed if they cannot be fields."""
        found = commitment([*(field.digest() for field in self.fields), *self.undisclosed])
        if found != commit:
            raise Contradiction(
                "The disclosed fields are not the ones that the entry commits to.", expected=commit, found=found
            )

    def values(self) -> dict[str, JsonValue]:
        """The disclosed values by name."""
        return {field.name: field.value for field in self.fields}

    def to_json(self) -> dict[str, JsonValue]:
        """``{"disclosed":[{"name","salt","value"},...],"undisclosed":[digest,...]}``, sorted by name and by digest.

        Salts and digests are hexadecimal.
        """
        return {
            "disclosed": [
                {"name": field.name, "salt": field.salt.hex(), "value": field.value}
                for field in sorted(self.fields, key=lambda field: field.name)
            ],
            "undisclosed": [digest.hex() for digest in sorted(self.undisclosed)],
        }

    @classmethod
    def from_json(cls, value: object) -> "Disclosure":
        """Malformed for everything that ``to_json`` would not write."""
        if not isinstance(value, dict) or value.keys() != {"disclosed", "undisclosed"}:
            raise Malformed("A disclosure has exactly the keys disclosed and undisclosed.")
        disclosed, undisclosed = value["disclosed"], value["undisclosed"]
        if not isinstance(disclosed, list) or not isinstance(undisclosed, list):
            raise Malformed("A disclosure holds two lists.")
        if len(disclosed) + len(undisclosed) > MOST_FIELDS:
            raise Malformed(f"A claim has more than {MOST_FIELDS} fields.")
        parsed = cls(
            fields=tuple(_field(item) for item in disclosed),
            undisclosed=tuple(hex_bytes(item, HASH_BYTES) for item in undisclosed),
        )
        if len(parsed.values()) != len(parsed.fields):
            raise Malformed("A disclosure names the same field twice.")
        if parsed.to_json() != value:
            raise Malformed("A disclosure is sorted by name and by digest.")
        return parsed


def _field(item: object) -> ClaimField:
    if not isinstance(item, dict) or item.keys() != {"name", "salt", "value"} or not isinstance(item["name"], str):
        raise Malformed("A disclosed field has exactly the keys name, salt and value.")
    field = ClaimField(name=item["name"], value=item["value"], salt=hex_bytes(item["salt"], SALT_BYTES))
    field.digest()
    return field


def _depth(value: object) -> int:
    """How many lists and objects stand inside each other; canonical JSON has limited it by now."""
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list | tuple):
        return 1 + max(map(_depth, value), default=0)
    return 0
