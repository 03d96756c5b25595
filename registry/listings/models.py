"""The tables of checks."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class Check(Base):
    """One listing picture that was checked. The picture itself is not kept.

    ``answer`` is the JSON that was given without the names of works, which are read where it is shown again.
    """

    __tablename__ = "listing_check"
    __table_args__ = (Index("ix_listing_check_account_id_checked_at", "account_id", "checked_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    checked_at: Mapped[int] = mapped_column(index=True)
    picture_sha256: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
