"""What no entry leads to: rows beyond a ledger's end or before its beginning, and values of the wrong type."""

from registry.ledger.finding import MOST_FINDINGS, Findings
from registry.ledger.key_history import KeyHistory
from registry.ledger.private_key import check_ed25519
from registry.ledger.stored_rows import StoredRows
from registry.verify.checkpoint import open_checkpoint
from registry.verify.encoding import LARGEST_INDEX, utf8_text
from registry.verify.errors import VerificationError

ENOUGH = MOST_FINDINGS + 1
"""Of one kind of fault: one more than is listed, so that the list says that there are more."""


def check_outside(rows: StoredRows, findings: Findings, keys: KeyHistory, size: int) -> None:
    """What is stored beyond the ledger's end, or before its beginning, or is no value of its column."""
    for entry in rows.entries_outside(size, ENOUGH):
        findings.add(entry.index, f"The entry is stored, but the ledger's head says {size} entries.")
    for beyond, row in rows.checkpoints_outside(size, ENOUGH).items():
        what = f"A checkpoint of size {beyond} is stored, but the ledger's head says {size} entries."
        if _is_ours(keys, row.note):
            what += " It is validly signed: entries were lost after it was made."
        findings.add(beyond - 1 if beyond > 0 else None, what)
    for level, position in rows.nodes_outside(size, ENOUGH):
        findings.add(
            completed_by((level, position)),
            f"Tree node {position} on level {level} is stored, but no {size} entries complete it.",
        )
    for claim in rows.claims_outside(size, ENOUGH):
        index = claim.entry_index if isinstance(claim.entry_index, int) else None
        findings.add(index, "A claim is stored for an entry that does not exist.")
    for index in rows.keys_outside(size, ENOUGH):
        findings.add(
            index if isinstance(index, int) else None,
            "An idempotency key leads to an entry that does not exist, or is kept in another bucket than that.",
        )
    for wrong in rows.mistyped(ENOUGH):
        findings.add(wrong.index, wrong.what)


def _is_ours(keys: KeyHistory, note: bytes) -> bool:
    try:
        open_checkpoint(utf8_text(note), *(one.key for one in keys.periods), check=check_ed25519)
    except VerificationError:
        return False
    return True


def completed_by(place: tuple[object, object]) -> int | None:
    """The entry that completes the subtree at ``place``, if there can be such a one."""
    level, position = place
    if not isinstance(level, int) or not isinstance(position, int):
        return None
    if not 0 < level < LARGEST_INDEX.bit_length() or position < 0:
        return None
    index = ((position + 1) << level) - 1
    return index if index <= LARGEST_INDEX else None
