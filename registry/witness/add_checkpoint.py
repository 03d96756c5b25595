"""The request ``add-checkpoint`` (https://c2sp.org/tlog-witness): an old size, a consistency proof, a checkpoint."""

from dataclasses import dataclass

from registry.verify.encoding import base64_hash, base64_text, decimal, utf8, utf8_text
from registry.verify.errors import Malformed
from registry.verify.note import LARGEST_NOTE

MOST_PROOF_LINES = 63
LARGEST_REQUEST = 2 * LARGEST_NOTE
SIZE_MEDIA_TYPE = "text/x.tlog.size"
_OLD = "old "


@dataclass(frozen=True)
class AddCheckpoint:
    """``proof`` leads from the tree of ``old_size`` to the one of the checkpoint in ``note``."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str

    def to_bytes(self) -> bytes:
        """The body of the request."""
        lines = [f"{_OLD}{self.old_size}", *map(base64_text, self.proof), "", self.note]
        return utf8("\n".join(lines))

    @classmethod
    def parse(cls, body: bytes) -> "AddCheckpoint":
        """Malformed unless ``body`` is what ``to_bytes`` writes; the note itself is not looked at."""
        if len(body) > LARGEST_REQUEST:
            raise Malformed(f"The request is larger than {LARGEST_REQUEST} bytes.")
        head, separator, note = utf8_text(body).partition("\n\n")
        first, *proof = head.split("\n")
        if not separator or not first.startswith(_OLD):
            raise Malformed("The request is an old size, a proof, an empty line and a checkpoint.")
        if len(proof) > MOST_PROOF_LINES:
            raise Malformed(f"The proof has more than {MOST_PROOF_LINES} lines.")
        return cls(decimal(first.removeprefix(_OLD)), tuple(map(base64_hash, proof)), note)
