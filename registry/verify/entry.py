"""The ledger entry, version 1: the bytes of a leaf, as RFC 8785 canonical JSON.

    {"commit":"<64 hex>","index":0,"kind":"register","prev":"<64 hex>","subject":"wrk_...","time":1700000000000,"v":1}

An entry says nothing about a person: ``commit`` hides the claim (see :mod:`registry.verify.commitment`)
and ``subject`` is random. ``prev`` chains it to the entry before, inside what the tree commits to.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from registry.verify import canonical_json
from registry.verify.canonical_json import LARGEST_INTEGER
from registry.verify.encoding import HASH_BYTES, hex_bytes, quoted
from registry.verify.errors import Malformed

VERSION = 1
LARGEST_ENTRY = 65_535
"""Bytes: what the 16-bit length before each entry of a C2SP tlog-tiles bundle can say."""
NO_PREVIOUS = bytes(HASH_BYTES)
"""What entry 0 has as the leaf hash of the entry before."""
KINDS = frozenset({"register", "amend", "transfer", "withdraw", "erase", "capture", "decide", "anchor", "key"})
_SUBJECT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""Room for any random identifier; too narrow for a name, an address or a sentence."""
Values = tuple[str, int, str, str, str, int | str]
"""Commitment in hex, index, kind, leaf hash of the entry before in hex, subject, time."""
_KEYS = frozenset({"v", "index", "kind", "time", "prev", "subject", "commit"})


@dataclass(frozen=True)
class Entry:
    """One ledger entry.

    ``time`` is in milliseconds since the Unix epoch, UTC, as the operator claims it. ``previous`` is
    the leaf hash of the entry before, ``commit`` the commitment to the private claim, 32 bytes each.
    """

    index: int
    kind: str
    time: int
    previous: bytes
    subject: str
    commit: bytes

    def to_bytes(self) -> bytes:
        """The leaf's bytes. Malformed if this is no valid entry."""
        if len(self.previous) != HASH_BYTES or len(self.commit) != HASH_BYTES:
            raise Malformed(f"A hash in an entry has {HASH_BYTES} bytes.")
        if not 0 <= self.index <= LARGEST_INTEGER or not 0 <= self.time <= LARGEST_INTEGER:
            raise Malformed("The entry's index and time are whole numbers from 0 to 2^53 - 1.")
        check_kind(self.kind)
        check_subject(self.subject)
        return encoded(
            index=self.index,
            kind=self.kind,
            time=self.time,
            previous=self.previous,
            subject=self.subject,
            commit=self.commit,
        )


def encoded(*, index: int, kind: str, time: int, previous: bytes, subject: str, commit: bytes) -> bytes:
    """The leaf's bytes of values that were checked before.

    As :func:`canonical_forms` writes them; for one entry, going through that would take half the time again.
    """
    return (
        f'{{"commit":"{commit.hex()}","index":{index},"kind":"{kind}","prev":"{previous.hex()}",'
        f'"subject":"{subject}","time":{time},"v":1}}'
    ).encode("ascii")


def canonical_forms(entries: Iterable[Values]) -> list[str]:
    """RFC 8785's form of each of ``entries``, whose values were checked before: none of them needs an escape."""
    return [
        f'{{"commit":"{commit}","index":{index},"kind":"{kind}","prev":"{previous}","subject":"{subject}",'
        f'"time":{time},"v":1}}'
        for commit, index, kind, previous, subject, time in entries
    ]


def check_kind(kind: object) -> None:
    """Malformed unless ``kind`` is one of KINDS."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise Malformed(f"Entry kind {quoted(kind)} is not known here.")


def check_subject(subject: object) -> None:
    """Malformed unless ``subject`` can be an entry's."""
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise Malformed(f"The subject {quoted(subject)} is not an opaque identifier.")


def parse_entry(encoded: bytes) -> Entry:
    """The entry of exactly these bytes. Malformed unless they are a canonical entry of version 1."""
    if len(encoded) > LARGEST_ENTRY:
        raise Malformed(f"The entry has {len(encoded)} bytes, more than {LARGEST_ENTRY}.")
    value = canonical_json.parse(encoded)
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise Malformed(f"An entry has exactly the keys {', '.join(sorted(_KEYS))}.")
    if value["v"] is True or value["v"] != VERSION:
        raise Malformed(f"Entry version {quoted(value['v'])} is not known here.")
    kind, subject = value["kind"], value["subject"]
    check_kind(kind)
    check_subject(subject)
    return Entry(
        index=_natural(value["index"], "index"),
        kind=str(kind),
        time=_natural(value["time"], "time"),
        previous=hex_bytes(value["prev"], HASH_BYTES),
        subject=str(subject),
        commit=hex_bytes(value["commit"], HASH_BYTES),
    )


def _natural(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed(f"The entry's {name} is not a whole number from 0.")
    return value
