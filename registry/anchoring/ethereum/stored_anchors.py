"""Anchors, their transactions and pinned blocks in the database. Each function works in the session it is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from registry.anchoring.models import AnchorState, EthereumAnchor, EthereumTransaction, PinnedBlock

OPEN = (AnchorState.SIGNED, AnchorState.BROADCAST, AnchorState.MINED, AnchorState.SAFE)
"""Not final yet."""
IN_FLIGHT = (AnchorState.SIGNED, AnchorState.BROADCAST)
"""In no block, as far as is known: the nonce is taken, and no other transaction is signed meanwhile."""
FINAL = (AnchorState.FINALIZED, AnchorState.PINNED)
_GIVEN_UP = (AnchorState.LOST, AnchorState.REVERTED, AnchorState.VIOLATED)
_IN_A_BLOCK = (AnchorState.MINED, AnchorState.SAFE, *FINAL, AnchorState.REVERTED)


@dataclass(frozen=True)
class Followed:
    """An anchor with its transactions, the first first."""

    anchor: EthereumAnchor
    transactions: Sequence[EthereumTransaction]

    @property
    def newest(self) -> EthereumTransaction:
        return self.transactions[-1]


def open_anchors(session: Session, chain_id: int) -> list[Followed]:
    """The anchors of the chain that are not final, the oldest first."""
    states = [state.value for state in OPEN]
    found = session.scalars(
        select(EthereumAnchor).where(_of(chain_id), EthereumAnchor.state.in_(states)).order_by(EthereumAnchor.number)
    )
    return [Followed(anchor, transactions_of(session, anchor)) for anchor in found]


def transactions_of(session: Session, anchor: EthereumAnchor) -> list[EthereumTransaction]:
    """The anchor's transactions, the first first."""
    table = EthereumTransaction
    return list(
        session.scalars(
            select(table)
            .where(table.chain_id == anchor.chain_id, table.number == anchor.number)
            .order_by(table.variant)
        )
    )


def has_in_flight(session: Session, chain_id: int) -> bool:
    """Whether a transaction is on its way."""
    states = [state.value for state in IN_FLIGHT]
    return (
        session.scalar(select(EthereumAnchor.number).where(_of(chain_id), EthereumAnchor.state.in_(states))) is not None
    )


def newest_number(session: Session, chain_id: int) -> int:
    """The number of the newest anchor; 0 if there is none."""
    return session.scalar(select(func.max(EthereumAnchor.number)).where(_of(chain_id))) or 0


def newest_attempt(session: Session, chain_id: int) -> EthereumAnchor | None:
    """The newest anchor whose nonce was not lost."""
    return session.scalars(
        select(EthereumAnchor)
        .where(_of(chain_id), EthereumAnchor.state != AnchorState.LOST.value)
        .order_by(EthereumAnchor.number.desc())
        .limit(1)
    ).first()


def covered(session: Session, chain_id: int) -> int:
    """How many entries are anchored, or on their way to it."""
    given_up = [state.value for state in _GIVEN_UP]
    newest = session.scalar(
        select(func.max(EthereumAnchor.tree_size)).where(_of(chain_id), EthereumAnchor.state.not_in(given_up))
    )
    return newest or 0


def next_nonce(session: Session, chain_id: int, operator: bytes) -> int:
    """The first nonce that none of our transactions in a block has."""
    states = [state.value for state in _IN_A_BLOCK]
    newest = session.scalar(
        select(func.max(EthereumAnchor.nonce)).where(
            _of(chain_id), EthereumAnchor.operator == operator, EthereumAnchor.state.in_(states)
        )
    )
    return 0 if newest is None else newest + 1


def spent_since(session: Session, chain_id: int, time: int, gas_limit: int) -> int:
    """Wei that the anchors begun since ``time`` (ms) cost, or at most will."""
    total = 0
    for anchor in session.scalars(select(EthereumAnchor).where(_of(chain_id), EthereumAnchor.created_at >= time)):
        if anchor.gas_cost is not None:
            total += anchor.gas_cost
        elif anchor.state != AnchorState.LOST.value:
            total += gas_limit * max((one.max_fee for one in transactions_of(session, anchor)), default=0)
    return total


def begin(session: Session, anchor: EthereumAnchor, first: EthereumTransaction) -> None:
    """Keeps a new anchor with its signed transaction; a crash before the commit leaves nothing, and nothing is sent."""
    session.add_all((anchor, first))
    session.flush()


def replace(session: Session, transaction: EthereumTransaction, now: int) -> None:
    """Keeps a transaction that replaces those before; a crash before the commit leaves those."""
    session.add(transaction)
    move(session, transaction.chain_id, transaction.number, IN_FLIGHT, changed_at=now, tree_size=transaction.tree_size)


def move(
    session: Session, chain_id: int, number: int, out_of: Sequence[AnchorState], **values: int | bytes | str | None
) -> bool:
    """Changes an anchor that is in one of these states; answers whether it was: of two processes one moves it."""
    moved = session.connection().execute(
        update(EthereumAnchor)
        .where(
            EthereumAnchor.chain_id == chain_id,
            EthereumAnchor.number == number,
            EthereumAnchor.state.in_([state.value for state in out_of]),
        )
        .values(values)
    )
    return moved.rowcount == 1


def newest_pin(session: Session, chain_id: int) -> PinnedBlock | None:
    """The block of the chain that was pinned last."""
    return session.scalars(
        select(PinnedBlock).where(PinnedBlock.chain_id == chain_id).order_by(PinnedBlock.entry_index.desc()).limit(1)
    ).first()


def pins_from(session: Session, index: int) -> int:
    """How many of the entries from ``index`` on pin blocks, of whatever chain."""
    return session.scalar(select(func.count()).select_from(PinnedBlock).where(PinnedBlock.entry_index >= index)) or 0


def unpinned(session: Session, chain_id: int) -> list[EthereumAnchor]:
    """The final anchors whose proof no entry names yet, the oldest first."""
    return list(
        session.scalars(
            select(EthereumAnchor)
            .where(_of(chain_id), EthereumAnchor.state == AnchorState.FINALIZED.value)
            .order_by(EthereumAnchor.number)
        )
    )


def newest_final_of_all(session: Session) -> list[EthereumAnchor]:
    """The newest final anchor of each chain; sorted by chain."""
    states = [state.value for state in FINAL]
    chains = select(EthereumAnchor.chain_id).where(EthereumAnchor.state.in_(states)).distinct()
    found = [newest_final(session, chain_id) for chain_id in sorted(session.scalars(chains))]
    return [anchor for anchor in found if anchor is not None]


def newest_final(session: Session, chain_id: int) -> EthereumAnchor | None:
    """The newest anchor that is final."""
    states = [state.value for state in FINAL]
    return session.scalars(
        select(EthereumAnchor)
        .where(_of(chain_id), EthereumAnchor.state.in_(states))
        .order_by(EthereumAnchor.number.desc())
        .limit(1)
    ).first()


def earliest_over(session: Session, index: int) -> list[EthereumAnchor]:
    """Of each chain with a final anchor of entry ``index``, the first such in the chain; sorted by chain."""
    states = [state.value for state in FINAL]
    table = EthereumAnchor
    first = (
        select(table.chain_id, func.min(table.block_number).label("block_number"))
        .where(table.state.in_(states), table.tree_size > index)
        .group_by(table.chain_id)
        .subquery()
    )
    found = session.scalars(
        select(table)
        .join(first, (table.chain_id == first.c.chain_id) & (table.block_number == first.c.block_number))
        .where(table.state.in_(states), table.tree_size > index)
        .order_by(table.chain_id, table.number)
    )
    return list({anchor.chain_id: anchor for anchor in reversed(list(found))}.values())[::-1]


def pins_before(session: Session, index: int) -> list[PinnedBlock]:
    """Of each chain the last block that an entry before ``index`` names; sorted by chain."""
    last = (
        select(PinnedBlock.chain_id, func.max(PinnedBlock.entry_index))
        .where(PinnedBlock.entry_index < index)
        .group_by(PinnedBlock.chain_id)
        .order_by(PinnedBlock.chain_id)
    )
    return [session.get_one(PinnedBlock, (chain_id, entry)) for chain_id, entry in session.execute(last)]


def _of(chain_id: int) -> ColumnElement[bool]:
    return EthereumAnchor.chain_id == chain_id
