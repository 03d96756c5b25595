"""The tables of checks."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class Check(Base):
    """One listing picture that was checked. The picture itself is not kept; ``answer`` is the JSON that was given."""

    __tablename__ = "listing_check"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    checked_at: Mapped[int] = mapped_column(index=True)
    picture_sha256: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)


class CheckEvidence(Base):
    """The evidence picture of one match of a check, by its digest in the object store."""

    __tablename__ = "listing_check_evidence"

    check_id: Mapped[str] = mapped_column(ForeignKey("listing_check.id"), primary_key=True)
    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[str] = mapped_column(Text)
    picture_sha256: Mapped[str] = mapped_column(Text)
