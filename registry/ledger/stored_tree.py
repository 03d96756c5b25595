"""The tree's hashes as they stand in the database."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import tree
from registry.ledger.models import LedgerEntry, LedgerNode


def reader(session: Session) -> tree.NodeReader:
    """Reads in at most two queries, whatever is asked for. Broken (``ledger_node_missing``)."""

    def read(places: Collection[tree.Place]) -> Mapping[tree.Place, bytes]:
        node, entry = LedgerNode, LedgerEntry
        above = [place for place in places if place[0]]
        leaves = [position for level, position in places if not level]
        found: dict[tree.Place, bytes] = {}
        if above:
            query = select(node.level, node.position, node.hash).where(tuple_(node.level, node.position).in_(above))
            found |= {(level, position): hash_ for level, position, hash_ in session.execute(query)}
        if leaves:
            rows = select(entry.index, entry.leaf_hash).where(entry.index.in_(leaves))
            found |= {(0, position): hash_ for position, hash_ in session.execute(rows)}
        if missing := set(places) - found.keys():
            level, position = min(missing)
            raise Broken(
                "ledger_node_missing",
                f"Node {position} on level {level} of the tree is missing from the database.",
                hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
            )
        return found

    return read


def frontier(session: Session, size: int, root: bytes) -> tree.Frontier:
    """The right edge of the first ``size`` entries. Broken (``ledger_tree_differs``) if it does not have ``root``."""
    places = tree.peaks(size)
    hashes = reader(session)(places)
    found = tree.Frontier(size, [hashes[place] for place in places])
    if found.root != root:
        raise Broken(
            "ledger_tree_differs",
            f"The stored tree does not have the root of its {size} entries; nothing was recorded.",
            hint="Run 'registry ledger verify', which names what was changed, and restore the newest good backup.",
        )
    return found
