"""Proof files (C2SP tlog-proof): one leaf's inclusion, with the checkpoint it leads to."""

from dataclasses import dataclass

from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import base64_bytes, base64_hash, base64_text, decimal
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey, parse_note
from registry.verify.tree import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63
"""The height of the largest tree whose size fits a signed 64-bit integer."""


@dataclass(frozen=True)
class TlogProof:
    """``hashes`` from leaf to root for the leaf at ``index``; ``checkpoint`` is the signed note, verbatim.

    ``extra`` is the optional application-specific part, None where there is none.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def to_text(self) -> str:
        """The proof file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64_text(self.extra)}")
        lines += [f"index {self.index}", *map(base64_text, self.hashes), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Raises Malformed unless ``text`` is a proof file, character for character."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != HEADER:
            raise Malformed(f"a proof file begins with {HEADER}")
        extra = base64_bytes(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
        if not lines or not lines[0].startswith("index "):
            raise Malformed("a proof file names its index")
        index = decimal(lines.pop(0).removeprefix("index "))
        if len(lines) > MOST_HASHES:
            raise Malformed(f"a proof has at most {MOST_HASHES} hashes")
        proof = cls(index, tuple(map(base64_hash, lines)), checkpoint, extra)
        parse_note(checkpoint)
        if proof.to_text() != text:
            raise Malformed("the proof file is not in its canonical form")
        return proof

    def verify(self, leaf: bytes, key: VerifierKey) -> Checkpoint:
        """The checkpoint, once its signature verifies and ``leaf`` (a leaf hash) is proven to be in it."""
        checkpoint = open_checkpoint(self.checkpoint, key)
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint
