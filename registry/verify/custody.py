"""The custody record of an evidence file: who did what when with which tool, in the manner of ISO/IEC 27037.

Each line is canonical JSON with the keys ``v``, ``time`` (milliseconds, UTC), ``by``, ``action``, ``tool``,
``digests`` (SHA-256 in hex, by what they are of) and ``previous``: the SHA-256 of the line before with its line feed,
64 zeros in the first. The operator states it; the links only show that no line was taken out or put in later.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.verify import canonical_json
from registry.verify.encoding import HASH_BYTES, hex_bytes, quoted
from registry.verify.errors import Contradiction, Malformed

VERSION = 1
MOST_LINES = 10_000
_KEYS = frozenset({"v", "time", "by", "action", "tool", "digests", "previous"})


@dataclass(frozen=True)
class CustodyEvent:
    """One thing that was done. ``time`` is in milliseconds since the Unix epoch."""

    time: int
    by: str
    action: str
    tool: str
    digests: Mapping[str, bytes]


def custody_record(events: Sequence[CustodyEvent]) -> bytes:
    """The record of ``events``, oldest first."""
    record, previous = b"", bytes(HASH_BYTES)
    for event in events:
        line = canonical_json.encode(
            {
                "v": VERSION,
                "time": event.time,
                "by": event.by,
                "action": event.action,
                "tool": event.tool,
                "digests": {name: digest.hex() for name, digest in event.digests.items()},
                "previous": previous.hex(),
            }
        )
        record += line + b"\n"
        previous = hashlib.sha256(line + b"\n").digest()
    return record


def parse_custody_record(record: bytes) -> tuple[CustodyEvent, ...]:
    """Malformed unless ``record`` is what ``custody_record`` writes; Contradiction if a line does not follow."""
    if not record.endswith(b"\n"):
        raise Malformed("The custody record has no line, or one without an end.")
    lines = record[:-1].split(b"\n")
    if len(lines) > MOST_LINES:
        raise Malformed(f"The custody record has more than {MOST_LINES} lines.")
    events: list[CustodyEvent] = []
    previous = bytes(HASH_BYTES)
    for number, line in enumerate(lines, 1):
        value = canonical_json.parse(line)
        if not isinstance(value, dict) or value.keys() != _KEYS or value["v"] is True or value["v"] != VERSION:
            raise Malformed(f"Line {number} of the custody record is not of version {VERSION}.")
        if hex_bytes(value["previous"], HASH_BYTES) != previous:
            raise Contradiction(
                f"Line {number} of the custody record does not follow the line before.",
                expected=previous,
                found=quoted(value["previous"]),
            )
        events.append(_event(value, number))
        previous = hashlib.sha256(line + b"\n").digest()
    return tuple(events)


def _event(value: Mapping[str, object], number: int) -> CustodyEvent:
    time, by, action, tool, digests = (value[name] for name in ("time", "by", "action", "tool", "digests"))
    if (
        not isinstance(time, int)
        or isinstance(time, bool)
        or time < 0
        or not isinstance(by, str)
        or not isinstance(action, str)
        or not isinstance(tool, str)
        or not isinstance(digests, dict)
    ):
        raise Malformed(f"Line {number} of the custody record has a value of another type than its form says.")
    return CustodyEvent(
        time, by, action, tool, {name: hex_bytes(digest, HASH_BYTES) for name, digest in digests.items()}
    )
