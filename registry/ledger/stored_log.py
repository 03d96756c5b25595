"""What is stored of the log itself: its head, the bytes of its entries, its checkpoints. Read as it stands."""

from collections.abc import Collection, Sequence

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from registry.errors import Broken, NotFound
from registry.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerHead
from registry.storage.database import table_of

HEAD_ROW = 1
HeadRow = Row[str, str, int, bytes, bytes, int, bytes]
"""Origin, verifier key, size, root, last leaf, last time, peaks."""
# Made once, as every append and every proof runs some of them.
_HEADS, _ENTRIES, _CHECKPOINTS = table_of(LedgerHead).c, table_of(LedgerEntry).c, table_of(LedgerCheckpoint).c
_HEAD = select(
    _HEADS.origin,
    _HEADS.verifier_key,
    _HEADS.size,
    _HEADS.root,
    _HEADS.last_leaf,
    _HEADS.last_time,
    _HEADS.peaks,
).where(_HEADS.id == HEAD_ROW)
_LOCKED_HEAD = _HEAD.with_for_update()
_ENTRY = select(_ENTRIES.encoded).where(_ENTRIES.index == bindparam("index"))
_SOME = select(_ENTRIES.index, _ENTRIES.encoded).where(_ENTRIES.index.in_(bindparam("indices", expanding=True)))
_CHECKPOINT = select(_CHECKPOINTS.note).where(_CHECKPOINTS.size == bindparam("size"))
_SPAN = (
    select(_ENTRIES.index, _ENTRIES.encoded)
    .where(_ENTRIES.index >= bindparam("start"), _ENTRIES.index < bindparam("end"))
    .order_by(_ENTRIES.index)
)
_COVERING = select(_CHECKPOINTS.size).where(_CHECKPOINTS.size > bindparam("index")).order_by(_CHECKPOINTS.size).limit(1)


def find_head(session: Session) -> HeadRow | None:
    """The head; None if there is none."""
    return session.connection().execute(_HEAD).first()


def head(session: Session) -> HeadRow:
    """The head. Broken (``ledger_head_missing``)."""
    if (found := find_head(session)) is None:
        raise head_missing()
    return found


def locked_head(session: Session) -> HeadRow:
    """The head, which nobody else can lock until the unit of work ends. Broken (``ledger_head_missing``)."""
    if (found := session.connection().execute(_LOCKED_HEAD).first()) is None:
        raise head_missing()
    return found


def entry(session: Session, index: int) -> bytes:
    """The leaf's bytes. NotFound (``no_such_entry``)."""
    encoded: bytes | None = session.connection().scalar(_ENTRY, {"index": index})
    if encoded is None:
        raise no_such_entry(index)
    return encoded


def entries(session: Session, start: int, end: int) -> Sequence[bytes]:
    """The leaves' bytes from ``start`` up to, not including, ``end``. NotFound (``no_such_entry``)."""
    found = session.connection().execute(_SPAN, {"start": start, "end": end}).all()
    for expected, (index, _) in enumerate(found, start):
        if index != expected:
            raise no_such_entry(expected)
    if len(found) != end - start:
        raise no_such_entry(start + len(found))
    return [encoded for _, encoded in found]


def entries_at(session: Session, indices: Collection[int]) -> Sequence[bytes]:
    """The leaves' bytes at ``indices``, in their order. NotFound (``no_such_entry``)."""
    found = {index: encoded for index, encoded in session.connection().execute(_SOME, {"indices": list(indices)})}
    for index in indices:
        if index not in found:
            raise no_such_entry(index)
    return [found[index] for index in indices]


def checkpoint(session: Session, size: int) -> str:
    """The signed checkpoint of ``size``. NotFound (``no_such_checkpoint``)."""
    note: str | None = session.connection().scalar(_CHECKPOINT, {"size": size})
    if note is None:
        raise no_such_checkpoint(size)
    return note


def is_signed(session: Session, size: int) -> bool:
    """Whether there is a checkpoint of ``size``."""
    return session.connection().scalar(_CHECKPOINT, {"size": size}) is not None


def covering(session: Session, index: int) -> int:
    """The size of the first checkpoint that covers entry ``index``. NotFound (``no_such_entry``)."""
    size: int | None = session.connection().scalar(_COVERING, {"index": index}) if index >= 0 else None
    if size is None:
        raise no_such_entry(index)
    return size


def check_size(session: Session, size: int) -> None:
    """NotFound (``no_such_checkpoint``) unless the ledger has, or had, ``size`` entries."""
    if not 0 <= size <= head(session).size:
        raise no_such_checkpoint(size)


def head_missing() -> Broken:
    return Broken(
        "ledger_head_missing",
        "The database holds no ledger, or one that has lost its head.",
        hint="Start the service once on this home, or restore the database from its newest good backup.",
    )


def no_such_entry(index: int) -> NotFound:
    return NotFound(
        "no_such_entry",
        f"The ledger has no entry {index}.",
        hint="Entries are numbered from 0; 'registry ledger show' tells how many there are.",
    )


def no_such_checkpoint(size: int) -> NotFound:
    return NotFound(
        "no_such_checkpoint",
        f"The ledger has no checkpoint of {size} entries.",
        hint="Ask for the newest checkpoint, or for a size up to its own.",
    )
