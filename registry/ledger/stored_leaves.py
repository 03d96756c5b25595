"""The ledger's leaves as they stand in the database, for whoever writes them out."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Broken
from registry.ledger import stored_tree
from registry.ledger.models import LedgerEntry
from registry.ledger.tree import NodeReader


class StoredLeaves:
    """The leaves and the hashes over them in the snapshot of ``session``."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.nodes: NodeReader = stored_tree.reader(session)

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """The entries' bytes from ``start`` up to, not including, ``end``. Broken (``ledger_entry_missing``)."""
        entry = LedgerEntry
        query = select(entry.encoded).where(entry.index >= start, entry.index < end).order_by(entry.index)
        found = list(self._session.scalars(query))
        if len(found) != end - start:
            raise Broken(
                "ledger_entry_missing",
                f"Some of the entries {start} to {end - 1} are missing from the database.",
                hint="Run 'registry ledger verify' and restore the database from its newest good backup.",
            )
        return found
