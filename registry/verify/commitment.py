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
from functools import lru_cache

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
FIELD_DOMAIN = b"registry/field/v1\n"
CLAIM_DOMAIN = b"registry/claim/v1\n"
"""What is hashed under them is nothing else that is hashed here."""


@dataclass(frozen=True)
class ClaimField:
    """One field of a claim with the 32-byte salt that opens its digest."""

    name: str
    value: JsonValue
    salt: bytes

    def digest(self) -> bytes:
        """What the commitment holds of this field. Malformed for a name, value or salt that cannot be one."""
        return opening_digest(self.opening())

    def opening(self) -> bytes:
        """What the digest is made of: salt || JCS([name, value]). Malformed as :meth:`digest`."""
        if len(self.salt) != SALT_BYTES:
            raise Malformed(f"A salt has {len(self.salt)} bytes instead of {SALT_BYTES}.")
        return self.salt + field_content(self.name, self.value)

    @classmethod
    def from_opening(cls, opening: bytes) -> "ClaimField":
        """Malformed for everything that :meth:`opening` would not write."""
        content = canonical_json.parse(opening[SALT_BYTES:])
        if not isinstance(content, list) or len(content) != 2 or not isinstance(content[0], str):
            raise Malformed("A field of a claim is a name and a value.")
        field = cls(content[0], content[1], opening[:SALT_BYTES])
        field.opening()
        return field


def opening_digest(opening: bytes) -> bytes:
    """The 32-byte digest of the field with this opening (salt || JCS([name, value]))."""
    return hashlib.sha256(FIELD_DOMAIN + opening).digest()


def commitment(digests: Iterable[bytes]) -> bytes:
    """The 32-byte commitment to the fields with these digests, in whatever order they come."""
    ordered = sorted(digests)
    if len(ordered) > MOST_FIELDS:
        raise Malformed(f"A claim has more than {MOST_FIELDS} fields.")
    if any(len(digest) != HASH_BYTES for digest in ordered):
        raise Malformed(f"A field digest is not {HASH_BYTES} bytes long.")
    return commitment_to_sorted(b"".join(ordered))


def commitment_to_sorted(digests: bytes) -> bytes:
    """The 32-byte commitment to the field digests that ``digests`` holds in ascending order, one behind the other."""
    return hashlib.sha256(CLAIM_DOMAIN + digests).digest()


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


def field_content(name: str, value: JsonValue) -> bytes:
    """JCS([name, value]). Malformed for a name or value that cannot be a field's."""
    if isinstance(value, str):  # most are; a text has no depth
        encoded = canonical_json.encode(value)
    else:
        encoded = canonical_json.encode([value])[1:-1]  # one level deeper, as it stands in the field
        if _depth(value) > DEEPEST_VALUE:
            raise Malformed(f"The value of {name} is nested deeper than {DEEPEST_VALUE} levels.")
    content = b"[%b,%b]" % (_checked_name(name), encoded)
    if len(content) > LARGEST_FIELD:
        raise Malformed(f"The value of {name} is larger than {LARGEST_FIELD} bytes.")
    return content


@lru_cache(maxsize=MOST_FIELDS)
def _checked_name(name: str) -> bytes:
    """``name`` in canonical JSON, once it is shown to be one."""
    if not _NAME.fullmatch(name):
        raise Malformed(f"{quoted(name)} cannot be the name of a field.")
    return canonical_json.encode(name)


def _depth(value: object) -> int:
    """How many lists and objects stand inside each other; canonical JSON has limited it by now."""
    if isinstance(value, Mapping):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list | tuple):
        return 1 + max(map(_depth, value), default=0)
    return 0
