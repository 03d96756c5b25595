"""The ledger's tables. Rows of entries, nodes and checkpoints are written once and never change."""

from sqlalchemy import CheckConstraint, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class LedgerHead(Base):
    """The one row that every append locks: where the ledger ends, and whose it is."""

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
    """One leaf: its bytes, and its hash as the tree holds it. Kind and subject repeat what the bytes say."""

    __tablename__ = "ledger_entry"

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, index=True)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerNode(Base):
    """The hash of one complete subtree above the leaves, whose hashes stand beside their entries."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LedgerCheckpoint(Base):
    """The signed note for a size of the ledger, verbatim. Every size from 0 to the newest has one."""

    __tablename__ = "ledger_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)


class LedgerClaimField(Base):
    """One field of an entry's private claim, its value in canonical JSON.

    Erasure empties salt, name and value, all three; the digest stays for ever.
    """

    __tablename__ = "ledger_claim_field"

    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    name: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)
