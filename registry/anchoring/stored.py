"""The stamps that are kept."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry.anchoring.models import StampedCheckpoint

_Sizes = Select[str, int]


def earliest_over(session: Session, index: int) -> list[StampedCheckpoint]:
    """Of each witness that stamped a checkpoint with entry ``index`` in it, the first; sorted by witness."""
    size = StampedCheckpoint.checkpoint_size
    return _those(session, select(StampedCheckpoint.witness, func.min(size)).where(size > index))


def newest(session: Session) -> list[StampedCheckpoint]:
    """The newest stamp of each witness; sorted by witness."""
    return _those(session, select(StampedCheckpoint.witness, func.max(StampedCheckpoint.checkpoint_size)))


def _those(session: Session, sizes: _Sizes) -> list[StampedCheckpoint]:
    chosen = session.execute(sizes.group_by(StampedCheckpoint.witness).order_by(StampedCheckpoint.witness))
    return [session.get_one(StampedCheckpoint, (witness, size)) for witness, size in chosen]
