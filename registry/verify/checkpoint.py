"""Checkpoints (C2SP tlog-checkpoint): the size and root of a log, as the text of a signed note."""

from dataclasses import dataclass

from registry.verify import ed25519
from registry.verify.encoding import base64_hash, base64_text, decimal
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import Note, SignatureCheck, VerifierKey, check_name, parse_note


@dataclass(frozen=True)
class Checkpoint:
    """``root`` is the 32-byte tree hash of the first ``size`` entries of the log named ``origin``."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """The note text: three lines, no extension lines."""
        return f"{self.origin}\n{self.size}\n{base64_text(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Raises Malformed unless ``text`` is a checkpoint of exactly three lines."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise Malformed("a checkpoint here has exactly three lines: origin, size, root")
        check_name(lines[0])
        return cls(lines[0], decimal(lines[1]), base64_hash(lines[2]))


def open_checkpoint(
    signed: str, key: VerifierKey, origin: str | None = None, check: SignatureCheck = ed25519.verifies
) -> Checkpoint:
    """The checkpoint in the signed note ``signed``, verified by ``key``; its origin is the key's name unless given.

    Raises Malformed, or Contradiction when the signature or the origin is another's.
    """
    note = parse_note(signed)
    note.verified_by([key], check)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != (origin or key.name):
        raise Contradiction(f"the checkpoint is of another log, {checkpoint.origin}")
    return checkpoint


def unverified_checkpoint(signed: str) -> tuple[Checkpoint, Note]:
    """The checkpoint and its note with no signature checked."""
    note = parse_note(signed)
    return Checkpoint.parse(note.text), note
