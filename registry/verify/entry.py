"""The ledger entry: the bytes of a leaf, as RFC 8785 canonical JSON."""

from dataclasses import dataclass
from typing import Final

from registry.verify import canonical_json
from registry.verify.encoding import HASH_BYTES, LARGEST_INDEX, hex_bytes
from registry.verify.errors import Malformed

VERSION: Final = 1
LARGEST_ENTRY = 65_535
"""Bytes: what the u16 length prefix of a C2SP tlog-tiles entry bundle can hold."""
NO_PREVIOUS = bytes(HASH_BYTES)
"""What entry 0 names as the leaf hash before it."""
KINDS = frozenset({"register", "amend", "transfer", "withdraw", "erase", "capture", "decide", "anchor", "key"})
_KEYS = {"v", "index", "kind", "time", "prev", "subject", "commit"}
LONGEST_SUBJECT = 64


@dataclass(frozen=True)
class Entry:
    """One ledger entry.

    ``time`` is in milliseconds since the Unix epoch, UTC, as claimed by the operator. ``previous``
    is the leaf hash of the entry before, ``commit`` the commitment to the private claim, both 32 bytes.
    """

    index: int
    kind: str
    time: int
    previous: bytes
    subject: str
    commit: bytes

    def to_bytes(self) -> bytes:
        """The leaf's bytes. Raises Malformed when the entry has no valid form."""
        encoded = canonical_json.encode(
            {
                "v": VERSION,
                "index": self.index,
                "kind": self.kind,
                "time": self.time,
                "prev": self.previous.hex(),
                "subject": self.subject,
                "commit": self.commit.hex(),
            }
        )
        parse_entry(encoded)
        return encoded


def parse_entry(encoded: bytes) -> Entry:
    """The entry of exactly these bytes. Raises Malformed for anything else than a canonical version 1 entry."""
    if len(encoded) > LARGEST_ENTRY:
        raise Malformed(f"the entry has {len(encoded)} bytes, more than {LARGEST_ENTRY}")
    value = canonical_json.parse(encoded)
    if not isinstance(value, dict) or set(value) != _KEYS:
        raise Malformed(f"an entry has exactly the keys {', '.join(sorted(_KEYS))}")
    if value["v"] != VERSION or isinstance(value["v"], bool):
        raise Malformed(f"entry version {value['v']!r} is not known here")
    kind, subject = value["kind"], value["subject"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise Malformed(f"entry kind {kind!r} is not known here")
    if not isinstance(subject, str) or not subject or len(subject) > LONGEST_SUBJECT or not _is_plain(subject):
        raise Malformed("the subject is not an opaque identifier")
    return Entry(
        index=_natural(value["index"], "index"),
        kind=kind,
        time=_natural(value["time"], "time"),
        previous=hex_bytes(value["prev"], HASH_BYTES),
        subject=subject,
        commit=hex_bytes(value["commit"], HASH_BYTES),
    )


def _natural(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_INDEX:
        raise Malformed(f"{name} is not a whole number from 0")
    return value


def _is_plain(text: str) -> bool:
    return text.isascii() and all(character.isalnum() or character in "_-" for character in text)
