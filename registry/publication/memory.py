"""The newest checkpoint that anybody may have seen, in a file of the home, outside the database."""

from pathlib import Path

from registry.errors import Broken
from registry.ledger.log import Ledger
from registry.ledger.memory import CheckpointMemory, check_continues
from registry.publication.note_file import NoteFile
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint


class HomeMemory:
    """A :class:`registry.ledger.memory.CheckpointMemory` in ``file``."""

    def __init__(self, file: Path) -> None:
        self._kept = NoteFile(file)
        self._refusal: Broken | None = None

    def refuse(self, reason: Broken) -> None:
        """From now on nothing is appended or shown in this process: somebody outside has proved us to be old."""
        self._refusal = reason

    def newest(self) -> Checkpoint | None:
        if self._refusal is not None:
            raise self._refusal
        kept = self._kept.read()
        return None if kept is None else kept.checkpoint

    def remember(self, note: str) -> None:
        self._kept.advance(note, lambda new, kept: new.size > kept.checkpoint.size)


def check_memory(ledger: Ledger, database: Database, memory: CheckpointMemory) -> None:
    """Broken (``ledger_rolled_back``, ``ledger_forked``) unless the database continues what was shown of it."""
    # Asked first: whatever it names was committed before, so the snapshot that is opened now has it.
    newest = memory.newest()
    if newest is None:
        return
    with database.read() as session:
        check_continues(session, ledger.head(session).size, newest, "this home's own note of what was shown")
