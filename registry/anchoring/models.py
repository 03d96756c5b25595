"""The tables of anchoring. Rows are written once and never change."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class StampedCheckpoint(Base):
    """What a witness of time answered to a checkpoint. ``time`` is the latest moment (ms) at which that was."""

    __tablename__ = "stamped_checkpoint"

    witness: Mapped[str] = mapped_column(primary_key=True)
    checkpoint_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[int]
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    certificates: Mapped[bytes] = mapped_column(LargeBinary)
