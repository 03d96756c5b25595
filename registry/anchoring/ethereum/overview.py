"""What is known of the anchors in each network, from the database alone: for people, programs and alarms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.anchoring.ethereum import stored_anchors
from registry.anchoring.ethereum.alarms import alarms_of
from registry.anchoring.ethereum.proof import AnchorProof
from registry.anchoring.models import AnchorState, EthereumAnchor, EthereumNetwork
from registry.ledger.log import Ledger


@dataclass(frozen=True)
class NetworkOverview:
    """A network that was looked at once, or is configured: ``anchored`` entries are under a final anchor, of which
    ``behind`` came since, those that pin blocks left out. ``newest`` is its newest anchor, ``transaction`` the hash of
    what was sent last for it. Times are in ms."""

    name: str
    chain_id: int
    newest: EthereumAnchor | None
    transaction: bytes | None
    anchored: int
    behind: int
    checked_at: int | None
    finalized_number: int | None
    nodes_asked: int
    nodes_usable: int
    alarms: Mapping[str, str]


def overviews(session: Session, ledger: Ledger, configured: Iterable[tuple[str, int]] = ()) -> list[NetworkOverview]:
    """Of every network that was ever looked at and every one that is ``configured`` (name and chain id), by chain."""
    known = {network.chain_id: network for network in session.scalars(select(EthereumNetwork))}
    names = {chain_id: network.name for chain_id, network in known.items()}
    names |= {chain_id: name for name, chain_id in configured}
    size = ledger.head(session).size
    return [_overview(session, size, chain_id, names[chain_id], known.get(chain_id)) for chain_id in sorted(names)]


def _overview(
    session: Session, size: int, chain_id: int, name: str, network: EthereumNetwork | None
) -> NetworkOverview:
    final = stored_anchors.newest_final(session, chain_id)
    anchored = 0 if final is None else final.tree_size
    newest = stored_anchors.newest_attempt(session, chain_id)
    sent = [] if newest is None else stored_anchors.transactions_of(session, newest)
    return NetworkOverview(
        name=name,
        chain_id=chain_id,
        newest=newest,
        transaction=sent[-1].hash if sent else None,
        anchored=anchored,
        behind=max(size - anchored - stored_anchors.pins_from(session, anchored), 0),
        checked_at=None if network is None else network.checked_at,
        finalized_number=None if network is None else network.finalized_number,
        nodes_asked=0 if network is None else network.nodes_asked,
        nodes_usable=0 if network is None else network.nodes_usable,
        alarms={} if network is None else alarms_of(network.alarms),
    )


@dataclass(frozen=True)
class AnchorOverview:
    """One anchor: where its transaction is, if it is in a block. ``transaction`` and ``block_hash`` are in bytes."""

    chain_id: int
    number: int
    state: str
    size: int
    operator: bytes
    transaction: bytes | None
    block_number: int | None
    block_hash: bytes | None
    block_time: int | None
    changed_at: int


def anchors(session: Session, limit: int, below: int | None = None) -> list[AnchorOverview]:
    """The newest anchors of all networks, the newest first, by ledger size and then by chain; those of fewer than
    ``below`` entries where that is given."""
    table = EthereumAnchor
    wanted = select(table).order_by(table.tree_size.desc(), table.chain_id, table.number.desc()).limit(limit)
    if below is not None:
        wanted = wanted.where(table.tree_size < below)
    return [_anchor(session, anchor) for anchor in session.scalars(wanted)]


def _anchor(session: Session, anchor: EthereumAnchor) -> AnchorOverview:
    transactions = {one.variant: one for one in stored_anchors.transactions_of(session, anchor)}
    chosen = transactions.get(anchor.variant or 0)
    in_block = anchor.state != AnchorState.LOST.value and anchor.block_number is not None
    return AnchorOverview(
        chain_id=anchor.chain_id,
        number=anchor.number,
        state=anchor.state,
        size=anchor.tree_size,
        operator=anchor.operator,
        transaction=None if chosen is None else chosen.hash,
        block_number=anchor.block_number if in_block else None,
        block_hash=anchor.block_hash if in_block else None,
        block_time=None if anchor.proof is None else AnchorProof.from_bytes(anchor.proof).anchor.block_time * 1000,
        changed_at=anchor.changed_at,
    )
