"""Proof files (https://c2sp.org/tlog-proof): that one leaf is in a log, with the checkpoint that it leads to."""

from dataclasses import dataclass

from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import base64_bytes, base64_hash, base64_text, decimal
from registry.verify.errors import Malformed
from registry.verify.note import VerifierKey, parse_note
from registry.verify.tree import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
MOST_HASHES = 63
"""The height of the largest tree whose size fits a signed 64-bit integer."""
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True)
class TlogProof:
    """``hashes`` go from the sibling of the leaf at ``index`` up to the root's child.

    ``checkpoint`` is the signed note, verbatim. ``extra`` is for the application and covered by no
    signature; None where there is none.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def to_text(self) -> str:
        """The proof file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(_EXTRA + base64_text(self.extra))
        lines += [f"{_INDEX}{self.index}", *map(base64_text, self.hashes), "", self.checkpoint]
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Malformed unless ``text`` is a proof file, character for character."""
        head, separator, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines.pop(0) != HEADER:
            raise Malformed(f"A proof file begins with {HEADER} and ends with a checkpoint.")
        extra = None
        if lines and lines[0].startswith(_EXTRA):
            extra = base64_bytes(lines.pop(0).removeprefix(_EXTRA))
            if not extra:
                raise Malformed("A proof file without extra data has no extra line.")
        if not lines or not lines[0].startswith(_INDEX):
            raise Malformed("A proof file names the index of its leaf.")
        index = decimal(lines.pop(0).removeprefix(_INDEX))
        if len(lines) > MOST_HASHES:
            raise Malformed(f"A proof file has at most {MOST_HASHES} hashes.")
        Checkpoint.parse(parse_note(checkpoint).text)
        proof = cls(index, tuple(map(base64_hash, lines)), checkpoint, extra)
        if proof.to_text() != text:
            raise Malformed("The proof file does not reproduce itself.")
        return proof

    def verify(self, leaf: bytes, key: VerifierKey) -> Checkpoint:
        """The checkpoint, once ``key`` has verified it and ``leaf`` (a leaf hash) is shown to be in its tree.

        Contradiction or Malformed if not.
        """
        checkpoint = open_checkpoint(self.checkpoint, key)
        verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint
