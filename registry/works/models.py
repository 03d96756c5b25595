"""The tables of works. What is private here is private in the ledger too, and emptied together with it."""

from sqlalchemy import ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base

STATE_REGISTERED = "registered"
STATE_WITHDRAWN = "withdrawn"
STATE_ERASED = "erased"


class Work(Base):
    """A work: the subject of its ledger entries. ``title`` and ``creator`` are empty once erased."""

    __tablename__ = "work"
    __table_args__ = (Index("ix_work_account_id_first_index", "account_id", "first_index"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
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
    """The pictures that show one match of a check, by their digests in the object store.

    They show the work, and so they stand here and end with it. ``entry_index`` is the version that is shown.
    ``aligned_sha256`` is the listing laid back over the work, ``listing_sha256`` the whole listing, reduced: one
    object for all matches of the check, which the erasure of any of their works takes away. Both are empty
    in rows of versions that kept neither.
    """

    __tablename__ = "listing_check_evidence"

    check_id: Mapped[str] = mapped_column(ForeignKey("listing_check.id"), primary_key=True)
    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    work_id: Mapped[str] = mapped_column(Text, index=True)
    picture_sha256: Mapped[str] = mapped_column(Text, index=True)
    aligned_sha256: Mapped[str | None] = mapped_column(Text, index=True)
    listing_sha256: Mapped[str | None] = mapped_column(Text, index=True)


class WorkDisclosure(Base):
    """What its owner shows everybody of a work: names of claim fields, sorted, one a line, and whether its picture.

    A work without a row shows what the log shows, which says nothing of it. Deleted with an erasure.
    """

    __tablename__ = "work_disclosure"

    work_id: Mapped[str] = mapped_column(Text, ForeignKey("work.id"), primary_key=True)
    fields: Mapped[str] = mapped_column(Text)
    picture: Mapped[bool]


class IdempotencyRecord(Base):
    """What a caller's Idempotency-Key was used for, so that a repeated request gets the first one's answer."""

    __tablename__ = "idempotency_record"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_sha256: Mapped[str] = mapped_column(Text)
    entry_index: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
