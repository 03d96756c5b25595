"""The stamps that are kept."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry.anchoring.models import StampedCheckpoint
from registry.anchoring.opentimestamps.stored_proofs import newest_seen

_Sizes = Select[str, int]


@dataclass(frozen=True)
class Seen:
    """That ``witness``, an authority or a calendar, has stamped a checkpoint, by ``time`` (ms) at the latest."""

    witness: str
    checkpoint_size: int
    time: int


def earliest_over(session: Session, index: int) -> list[StampedCheckpoint]:
    """Of each authority that stamped a checkpoint with entry ``index`` in it, the first; sorted by its name."""
    size = StampedCheckpoint.checkpoint_size
    return _those(session, select(StampedCheckpoint.witness, func.min(size)).where(size > index))


def newest(session: Session) -> list[Seen]:
    """The newest stamp of each authority, and of each calendar the newest that was seen in a block; sorted by name."""
    stamps = _those(session, select(StampedCheckpoint.witness, func.max(StampedCheckpoint.checkpoint_size)))
    seen = [Seen(stamp.witness, stamp.checkpoint_size, stamp.time) for stamp in stamps]
    seen += [Seen(one.calendar, one.checkpoint_size, one.time or 0) for one in newest_seen(session)]
    return sorted(seen, key=lambda one: one.witness)


def _those(session: Session, sizes: _Sizes) -> list[StampedCheckpoint]:
    chosen = session.execute(sizes.group_by(StampedCheckpoint.witness).order_by(StampedCheckpoint.witness))
    return [session.get_one(StampedCheckpoint, (witness, size)) for witness, size in chosen]
