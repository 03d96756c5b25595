"""Which checkpoint strangers are shown."""

from sqlalchemy.orm import Session

from registry.ledger.log import Ledger
from registry.ledger.memory import CheckpointMemory
from registry.storage.database import Database


class Publication:
    """The public face of one ledger."""

    def __init__(self, database: Database, ledger: Ledger, memory: CheckpointMemory) -> None:
        self.database = database
        self.ledger = ledger
        self._memory = memory

    def size(self, session: Session) -> int:
        """The size of the tree that is shown in this snapshot."""
        return self.ledger.head(session).size

    def checkpoint(self, session: Session) -> str:
        """The checkpoint to show in this snapshot, remembered before it is shown."""
        note = self.ledger.checkpoint(session)
        self._memory.remember(note)
        return note
