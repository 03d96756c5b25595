"""The tables of works. What is private here is private in the ledger too, and emptied together with it."""

from sqlalchemy import ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base

STATE_REGISTERED = "registered"
STATE_WITHDRAWN = "withdrawn"
STATE_ERASED = "erased"


class Work(Base):
    """A work: the subject of its ledger entries. ``title`` and ``creator`` are empty once erased."""

    __tablename__ = "work"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    first_index: Mapped[int] = mapped_column(unique=True)
    registered_at: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    creator: Mapped[str | None] = mapped_column(Text)


class WorkVersion(Base):
    """One state of a work, by the entry that registered or amended it. All that is nullable is empty once erased.

    ``answer`` is the JSON of the findings and notes that its owner was told, so that the same question
    gets the same answer for ever. An amendment with drafts alone has an answer and no picture.
    """

    __tablename__ = "work_version"
    __table_args__ = (UniqueConstraint("account_id", "file_sha256"),)

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    file_sha256: Mapped[str | None] = mapped_column(Text, index=True)
    original_name: Mapped[str | None] = mapped_column(Text)
    media_type: Mapped[str | None] = mapped_column(Text)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    answer: Mapped[str | None] = mapped_column(Text)


class CheckEvidence(Base):
    """The evidence picture of one match of a check, by its digest in the object store.

    It shows the work, and so it stands here and ends with it. ``entry_index`` is the version that is shown.
    """

    __tablename__ = "listing_check_evidence"

    check_id: Mapped[str] = mapped_column(ForeignKey("listing_check.id"), primary_key=True)
    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[str] = mapped_column(Text, index=True)
    picture_sha256: Mapped[str] = mapped_column(Text, index=True)


class IdempotencyRecord(Base):
    """What a caller's Idempotency-Key was used for, so that a repeated request gets the first one's answer."""

    __tablename__ = "idempotency_record"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_sha256: Mapped[str] = mapped_column(Text)
    entry_index: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
