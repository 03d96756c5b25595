"""The tree's hashes as they stand in the database, and those between them."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import tree
from registry.ledger.models import LedgerEntry, LedgerNode
from registry.ledger.tree import STORED_LEVELS, Place
from registry.storage.database import table_of

_Span = tuple[int, int]
"""Positions from the first number up to, not including, the second."""
# Made once: a proof has some spans of each level, and making a statement takes longer than running it.
_ENTRIES, _STORED = table_of(LedgerEntry).c, table_of(LedgerNode).c
_LEAVES = select(_ENTRIES.index, _ENTRIES.leaf_hash).where(
    _ENTRIES.index >= bindparam("start"), _ENTRIES.index < bindparam("end")
)
_NODES = select(_STORED.position, _STORED.hash).where(
    _STORED.level == bindparam("level"),
    _STORED.position >= bindparam("start"),
    _STORED.position < bindparam("end"),
)
NOTHING_KNOWN: Mapping[Place, bytes] = {}
_WORTH_A_QUERY = 1 << STORED_LEVELS
"""Positions between two spans that are read along rather than asked around."""


def root(session: Session, size: int) -> bytes:
    """The root over the first ``size`` leaves, which are there. Broken (``ledger_node_missing``)."""
    places = tree.peaks(size)
    hashes = reader(session)(places)
    return tree.root_of([hashes[place] for place in places])


def reader(session: Session, known: Mapping[Place, bytes] = NOTHING_KNOWN) -> tree.NodeReader:
    """Reads the hashes of any complete subtrees, in a few queries. Broken (``ledger_node_missing``).

    A hash that is not stored is computed from those below it, 256 at most. What is ``known`` is not read.
    """

    def read(places: Collection[Place]) -> Mapping[Place, bytes]:
        found = {place: hash_ for place in places if (hash_ := known.get(place)) is not None}
        if len(found) < len(places):
            found |= stored_hashes([place for place in places if place not in found])
        return found

    def stored_hashes(places: Collection[Place]) -> Mapping[Place, bytes]:
        spans: dict[int, list[_Span]] = {}
        for level, position in places:
            rise = level % STORED_LEVELS
            spans.setdefault(level - rise, []).append((position << rise, position + 1 << rise))
        connection = session.connection()
        stored: dict[int, dict[int, bytes]] = {}
        for level, wanted in spans.items():
            hashes = stored[level] = {}
            for start, end in _joined(wanted):
                span = {"level": level, "start": start, "end": end} if level else {"start": start, "end": end}
                hashes.update(connection.execute(_NODES if level else _LEAVES, span).all())
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


def _computed(place: Place, stored: Mapping[int, Mapping[int, bytes]]) -> bytes:
    level, position = place
    rise = level % STORED_LEVELS
    below = stored[level - rise]
    try:
        return tree.complete_root([below[number] for number in range(position << rise, position + 1 << rise)])
    except KeyError as missing:
        raise Broken(
            "ledger_node_missing",
            f"Node {missing.args[0]} on level {level - rise} of the tree is missing from the database.",
            hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
        ) from missing
