"""Checkpoints (https://c2sp.org/tlog-checkpoint): size and root of a log, as the text of a signed note."""

from dataclasses import dataclass

from registry.verify import ed25519
from registry.verify.encoding import base64_hash, base64_text, decimal
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import Note, SignatureCheck, VerifierKey, check_name, parse_note


@dataclass(frozen=True)
class Checkpoint:
    """``root`` is the 32-byte tree hash of the first ``size`` entries of the log called ``origin``."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """The note's text: origin, size and root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64_text(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Malformed unless ``text`` is a checkpoint without extension lines, which this log never writes."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise Malformed("A checkpoint has exactly three lines: origin, size and root.")
        check_name(lines[0])
        return cls(lines[0], decimal(lines[1]), base64_hash(lines[2]))


def open_checkpoint(signed: str, key: VerifierKey, check: SignatureCheck = ed25519.verifies) -> Checkpoint:
    """The checkpoint in the note ``signed``, once ``key`` has verified it and its origin is the key's name.

    Malformed, or Contradiction if signature or origin are another's.
    """
    note = parse_note(signed)
    note.verified_by([key], check)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != key.name:
        raise Contradiction(
            "The checkpoint is one of another log than its key.", expected=key.name, found=checkpoint.origin
        )
    return checkpoint


def unverified_checkpoint(signed: str) -> tuple[Checkpoint, Note]:
    """The checkpoint and its note with no signature checked: for display, never for a decision."""
    note = parse_note(signed)
    return Checkpoint.parse(note.text), note
