"""The stored checkpoints: each validly signed for its size, and each naming the one before it."""

from registry.ledger.finding import Findings
from registry.ledger.key_history import KeyHistory
from registry.ledger.private_key import check_ed25519
from registry.ledger.stored_rows import CheckpointRow, StoredRows
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.encoding import quoted, utf8_text
from registry.verify.errors import VerificationError


class CheckpointCheck:
    """Checks checkpoints in the order of their sizes. ``newest`` is the size of the last one."""

    def __init__(self, rows: StoredRows, findings: Findings, keys: KeyHistory) -> None:
        self.newest = 0
        self._rows = rows
        self._findings = findings
        self._keys = keys

    def signed(self, size: int, row: CheckpointRow | None) -> Checkpoint | None:
        """What the log signed for ``size``; None if that is missing or not valid."""
        index = size - 1 if size else None
        if row is None:
            self._findings.add(index, f"The checkpoint of size {size} is missing.")
            return None
        self._check_order(size, row)
        try:
            checkpoint = open_checkpoint(utf8_text(row.note), *self._keys.at(size), check=check_ed25519)
        except VerificationError as error:
            self._findings.add(index, f"The checkpoint of size {size} is not valid. {error}")
            return None
        if checkpoint.size != size:
            self._findings.add(
                index, f"The checkpoint that is stored for size {size} is one of size {checkpoint.size}."
            )
            return None
        return checkpoint

    def signed_between(self, first: int, last: int) -> Checkpoint | None:
        """Checks the checkpoints of sizes ``first`` to ``last`` by themselves; answers that of ``last``, if any."""
        signed: Checkpoint | None = None
        while found := self._rows.checkpoints(first, last):
            for size, row in found.items():
                signed = self.signed(size, row)
            first = max(found) + 1
        return signed if signed is not None and signed.size == last else None

    def _check_order(self, size: int, row: CheckpointRow) -> None:
        """Each checkpoint names the one before it, so that none can be taken away."""
        before, self.newest = self.newest, size
        if row.follows == (before if size else None):
            return
        if isinstance(row.follows, int) and before < row.follows < size:
            self._findings.add(row.follows - 1, f"The checkpoint of size {row.follows} is missing.")
        else:
            self._findings.add(
                size - 1 if size else None,
                f"The checkpoint of size {size} is said to follow one of size {quoted(row.follows)}, not {before}.",
            )
