"""Checkpoints (https://c2sp.org/tlog-checkpoint): size and root of a log, as the text of a signed note."""

from dataclasses import dataclass

from registry.verify import ed25519
from registry.verify.encoding import base64_hash, base64_text, decimal
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import Note, SignatureCheck, VerifierKey, check_name, parse_note


@dataclass(frozen=True)
class Checkpoint:
    """``root`` is the 32-byte tree hash of the first ``size`` entries of the log called ``origin``.

    ``extensions`` are further lines, which only other logs have.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def to_text(self) -> str:
        """The note's text: origin, size and root, a line each."""
        return "\n".join((self.origin, str(self.size), base64_text(self.root), *self.extensions, ""))

    @classmethod
    def parse(cls, text: str, *, extensions: bool = False) -> "Checkpoint":
        """Malformed unless ``text`` is a checkpoint; one with extension lines, too, which this log never writes,
        unless ``extensions`` allows them."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            raise Malformed("A checkpoint has at least three lines: origin, size and root.")
        if len(lines) > 3 and not extensions:
            raise Malformed("A checkpoint has exactly three lines: origin, size and root.")
        if not all(lines):
            raise Malformed("A checkpoint has no empty line.")
        check_name(lines[0])
        return cls(lines[0], decimal(lines[1]), base64_hash(lines[2]), tuple(lines[3:]))


def open_checkpoint(
    signed: str,
    *keys: VerifierKey,
    check: SignatureCheck = ed25519.verifies,
    extensions: bool = False,
) -> Checkpoint:
    """The checkpoint in the note ``signed``, once one of ``keys`` has verified it and its origin is that key's name.

    A log has several keys while it changes from one to the next. Malformed, or Contradiction if signature or
    origin are another's. ``extensions`` as in :meth:`Checkpoint.parse`.
    """
    note = parse_note(signed)
    key = note.verified_by(keys, check)[0]
    checkpoint = Checkpoint.parse(note.text, extensions=extensions)
    if checkpoint.origin != key.name:
        raise Contradiction(
            "The checkpoint is one of another log than its key.", expected=key.name, found=checkpoint.origin
        )
    return checkpoint


def unverified_checkpoint(signed: str, *, extensions: bool = False) -> tuple[Checkpoint, Note]:
    """The checkpoint and its note with no signature checked: for display, never for a decision."""
    note = parse_note(signed)
    return Checkpoint.parse(note.text, extensions=extensions), note
