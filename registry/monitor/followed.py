"""How far a monitor has followed a log, and keeping that in a file."""

from dataclasses import dataclass
from pathlib import Path

from registry import errors
from registry.ledger.tree import Frontier
from registry.storage import durable_file
from registry.verify import canonical_json
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.encoding import HASH_BYTES, hex_bytes
from registry.verify.errors import Malformed, VerificationError

VERSION = "registry/monitor/v1"
LARGEST_STATE = 4_000_000
"""Bytes: the longest note, and 63 hashes."""


@dataclass(frozen=True)
class Followed:
    """``note`` is the newest checkpoint that was verified, ``peaks`` are the hashes of its tree's peaks."""

    note: str | None = None
    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def notes(self, newer: str) -> tuple[str, ...]:
        """What proves a contradiction: the checkpoint known before, if there is one, and ``newer``."""
        return (newer,) if self.note is None else (self.note, newer)

    def to_bytes(self) -> bytes:
        """The file: canonical JSON and a line feed."""
        value: dict[str, canonical_json.JsonValue] = {
            "v": VERSION,
            "checkpoint": self.note,
            "peaks": [peak.hex() for peak in self.peaks],
        }
        return canonical_json.encode(value) + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Followed":
        """Malformed unless ``content`` is what ``to_bytes`` writes, with peaks that have the checkpoint's root."""
        value = canonical_json.parse(content.removesuffix(b"\n"))
        if not isinstance(value, dict) or value.keys() != {"v", "checkpoint", "peaks"} or value["v"] != VERSION:
            raise Malformed(f"This is no file of the form {VERSION}.")
        note, hashes = value["checkpoint"], value["peaks"]
        if not isinstance(note, str) or not isinstance(hashes, list):
            raise Malformed("The file holds no checkpoint or no peaks.")
        checkpoint, _ = unverified_checkpoint(note, extensions=True)
        found = tuple(hex_bytes(one, HASH_BYTES) for one in hashes)
        if len(found) != checkpoint.size.bit_count() or Frontier(checkpoint.size, found).root != checkpoint.root:
            raise Malformed("The peaks are not those of the checkpoint's tree.")
        parsed = cls(note, checkpoint.size, found)
        if parsed.to_bytes() != content:
            raise Malformed("The file does not reproduce itself.")
        return parsed


def load(file: Path) -> Followed:
    """What was kept in ``file``; the beginning if there is none. Refused (``monitor_state``)."""
    try:
        with file.open("rb") as opened:
            return Followed.parse(opened.read(LARGEST_STATE))
    except FileNotFoundError:
        return Followed()
    except (VerificationError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise errors.Refused(
            "monitor_state",
            f"{file} does not hold what a monitor keeps of a log: {why}",
            hint="Name the right file. Without it the log is read from its beginning, and a rewriting of it before "
            "now goes unnoticed.",
        ) from error


def keep(file: Path, followed: Followed) -> None:
    """Keeps it; a crash leaves what was kept before. Unavailable (``state_not_kept``)."""
    try:
        durable_file.replace(file, followed.to_bytes())
    except OSError as error:
        raise errors.Unavailable(
            "state_not_kept",
            f"{file} cannot be written: {error.strerror or error}.",
            hint="Name a file in a folder that exists and that you may write to.",
        ) from error
