"""The tables of anchoring."""

from enum import StrEnum

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from registry.storage.database import Base


class StampedCheckpoint(Base):
    """What a witness of time answered to a checkpoint. ``time`` is the latest moment (ms) at which that was.

    Written once; never changed.
    """

    __tablename__ = "stamped_checkpoint"

    witness: Mapped[str] = mapped_column(primary_key=True)
    checkpoint_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    time: Mapped[int]
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    certificates: Mapped[bytes] = mapped_column(LargeBinary)


class BitcoinTimestamp(Base):
    """A proof of OpenTimestamps (``.ots``) over a checkpoint: with a calendar's promise at first, then up to the block
    of ``height``, then with its ``header``.

    ``time`` is the latest moment (ms) at which the block was made, ``submitted_at`` (ms) when the calendar was asked.
    """

    __tablename__ = "bitcoin_timestamp"

    calendar: Mapped[str] = mapped_column(primary_key=True)
    checkpoint_size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    submitted_at: Mapped[int]
    height: Mapped[int | None]
    header: Mapped[bytes | None] = mapped_column(LargeBinary)
    time: Mapped[int | None]


class AnchorState(StrEnum):
    """How far an anchor in a chain has come; see :mod:`registry.anchoring.ethereum.worker`."""

    SIGNED = "signed"
    BROADCAST = "broadcast"
    MINED = "mined"
    SAFE = "safe"
    FINALIZED = "finalized"
    PINNED = "pinned"
    LOST = "lost"
    REVERTED = "reverted"
    VIOLATED = "violated"


class EthereumAnchor(Base):
    """One nonce of one operator's key, meant to anchor a checkpoint; ``number`` counts those of a chain from 1.

    ``tree_size`` is that of the newest transaction, and once there is a block of the one in it: ``variant``.
    ``gas_cost`` is what it came to, in wei. ``proof`` is what was recomputed when the block was final
    (:class:`registry.anchoring.ethereum.proof.AnchorProof`). ``pin_index`` is the entry that names the proof.
    Times are in ms.
    """

    __tablename__ = "ethereum_anchor"

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    operator: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[int]
    tree_size: Mapped[int]
    state: Mapped[str]
    created_at: Mapped[int]
    changed_at: Mapped[int]
    variant: Mapped[int | None]
    block_number: Mapped[int | None]
    block_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    block_time: Mapped[int | None]
    gas_cost: Mapped[int | None]
    proof: Mapped[bytes | None] = mapped_column(LargeBinary)
    pin_index: Mapped[int | None]


class EthereumTransaction(Base):
    """A signed transaction for an anchor's nonce: the first, or one that replaces those before. Never changed.

    ``root`` of ``tree_size`` entries is what it anchors, ``hash`` what it is called, fees are in wei for each gas.
    """

    __tablename__ = "ethereum_transaction"

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    variant: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tree_size: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    max_fee: Mapped[int]
    tip: Mapped[int]
    signed_at: Mapped[int]


class PinnedBlock(Base):
    """A finalized block that an entry of the ledger names; ``header`` is in RLP. Written once, with the entry."""

    __tablename__ = "pinned_block"

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_number: Mapped[int]
    header: Mapped[bytes] = mapped_column(LargeBinary)
    pinned_at: Mapped[int]


class EthereumNetwork(Base):
    """What the last round found of a chain: for people, and for alarms. ``alarms`` are sentences by code, as JSON."""

    __tablename__ = "ethereum_network"

    chain_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    checked_at: Mapped[int]
    finalized_number: Mapped[int | None]
    nodes_asked: Mapped[int]
    nodes_usable: Mapped[int]
    alarms: Mapped[str]
