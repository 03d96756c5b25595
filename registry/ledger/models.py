"""The ledger's tables. Rows of entries, nodes and checkpoints are written once and never changed."""

from sqlalchemy import CheckConstraint, Integer, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class LedgerHead(Base):
    """The one row that every append locks: where the ledger ends, and whose ledger it is."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(Text)
    verifier_key: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    last_time: Mapped[int]


class LedgerEntry(Base):
    """One leaf: its bytes, and its hash as the tree holds it."""

    __tablename__ = "ledger_entry"

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerNode(Base):
    """The hash of one complete subtree; leaves (level 0) stand in ``ledger_entry``."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerCheckpoint(Base):
    """A checkpoint that was signed: the note, verbatim, by its size."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)


class LedgerClaimField(Base):
    """One field of an entry's private claim. Erasure empties salt, name and value; the digest stays for ever."""

    __tablename__ = "ledger_claim_field"
    __table_args__ = (UniqueConstraint("entry_index", "digest"),)

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    name: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
