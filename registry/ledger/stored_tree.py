"""The tree's hashes as they stand in the database, and those between them."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import tree
from registry.ledger.models import LedgerEntry, LedgerNode
from registry.ledger.tree import STORED_LEVELS, Place

_Span = tuple[int, int]
"""Positions from the first number up to, not including, the second."""
# Made once: a proof has some spans of each level, and making a statement takes longer than running it.
_LEAVES = select(LedgerEntry.index, LedgerEntry.leaf_hash).where(
    LedgerEntry.index >= bindparam("start"), LedgerEntry.index < bindparam("end")
)
_NODES = select(LedgerNode.position, LedgerNode.hash).where(
    LedgerNode.level == bindparam("level"),
    LedgerNode.position >= bindparam("start"),
    LedgerNode.position < bindparam("end"),
)
_WORTH_A_QUERY = 1 << STORED_LEVELS
"""Positions between two spans that are read along rather than asked around."""


def reader(session: Session) -> tree.NodeReader:
    """Reads the hashes of any complete subtrees, in a few queries. Broken (``ledger_node_missing``).

    A hash that is not stored is computed from those below it, 256 at most.
    """

    def read(places: Collection[Place]) -> Mapping[Place, bytes]:
        spans: dict[int, list[_Span]] = {}
        for level, position in places:
            rise = level % STORED_LEVELS
            spans.setdefault(level - rise, []).append((position << rise, position + 1 << rise))
        stored: dict[Place, bytes] = {}
        for level, wanted in spans.items():
            query = _NODES if level else _LEAVES
            for start, end in _joined(wanted):
                rows = session.execute(query, {"level": level, "start": start, "end": end})
                stored |= {(level, position): hash_ for position, hash_ in rows}
        return {place: _computed(place, stored) for place in places}

    return read


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """As few spans that hold all of ``spans``, without reading far more."""
    joined: list[_Span] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= _WORTH_A_QUERY:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _computed(place: Place, stored: Mapping[Place, bytes]) -> bytes:
    level, position = place
    rise = level % STORED_LEVELS
    below = [(level - rise, number) for number in range(position << rise, position + 1 << rise)]
    for missing in below:
        if missing not in stored:
            raise Broken(
                "ledger_node_missing",
                f"Node {missing[1]} on level {missing[0]} of the tree is missing from the database.",
                hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
            )
    return tree.complete_root([stored[one] for one in below])
