"""The ledger's tables. Rows of entries, nodes, checkpoints and keys are written once and never change."""

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base

_IS_KEY = text("kind = 'key'")
"""The few entries that tell the ledger's keys, which every receipt asks for."""


class LedgerHead(Base):
    """The one row that every append locks: where the ledger ends, and whose it is.

    ``peaks`` has the 32-byte hashes of the tree's peaks, left to right: all that the next append needs of it.
    """

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(Text)
    verifier_key: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_time: Mapped[int]
    peaks: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerEntry(Base):
    """One leaf: its bytes, and its hash as the tree holds it. Kind and subject repeat what the bytes say.

    ``bucket`` is the index without its last BUCKET_BITS bits. Subjects are random: an index over them
    alone would write a page somewhere else for every entry, and so become slower as the ledger grows.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ix_ledger_entry_bucket_subject", "bucket", "subject"),
        Index("ix_ledger_entry_key", "kind", sqlite_where=_IS_KEY, postgresql_where=_IS_KEY),
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    bucket: Mapped[int] = mapped_column(Integer)


class LedgerNode(Base):
    """The hash of one complete subtree of 256, 256^2, ... leaves (levels 8, 16, ...).

    The leaves' own hashes stand beside their entries; those between are computed from at most 256 below.
    """

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerCheckpoint(Base):
    """The signed note for a size of the ledger, verbatim: size 0 has one, and every commit ends with one.

    ``follows`` is the size of the checkpoint before it, None for size 0, so that a missing one is noticed.
    """

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    follows: Mapped[int | None]


class LedgerClaim(Base):
    """An entry's private claim. An empty one has no row.

    ``digests`` are the field digests that the entry commits to, sorted, one behind the other, for ever.
    ``openings`` has salt, name and value of each field that is still held
    (:mod:`registry.ledger.openings`); erasure empties it.
    """

    __tablename__ = "ledger_claim"

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    openings: Mapped[bytes | None] = mapped_column(LargeBinary)


class LedgerKey(Base):
    """The entry that was appended under an idempotency key; ``key`` are 16 bytes of the key's hash.

    ``bucket`` is the entry's, for the reason that entries have it: keys are random as subjects are.
    """

    __tablename__ = "ledger_key"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it so

    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    entry_index: Mapped[int]
