"""The newest checkpoint that anybody may have seen, in a file of the home, outside the database."""

import os
import threading
from pathlib import Path

from registry import errors
from registry.ledger.log import Ledger
from registry.ledger.memory import CheckpointMemory, check_continues
from registry.storage import durable_file
from registry.storage.database import Database
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.encoding import utf8_text
from registry.verify.errors import VerificationError

LOCK_SUFFIX = ".lock"
_Stamp = tuple[int, int, int]


class HomeMemory:
    """``file`` holds the note. Safe to use from many threads and processes at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_thread = threading.Lock()
        self._known: tuple[_Stamp, Checkpoint] | None = None

    def newest(self) -> Checkpoint | None:
        """Read again only when the file is another one. Broken (``memory_unreadable``), Unavailable."""
        try:
            stamp = _stamp(os.stat(self._file))
            known = self._known
            if known is None or known[0] != stamp:
                checkpoint, _ = unverified_checkpoint(utf8_text(self._file.read_bytes()))
                # Another process may have replaced the file since it was looked at; then the next call reads again.
                self._known = known = (stamp, checkpoint)
        except FileNotFoundError:
            return None
        except VerificationError as error:
            raise errors.Broken(
                "memory_unreadable",
                f"{self._file}, which holds the newest checkpoint that was shown, does not hold a checkpoint.",
                hint="Find out what changed it. Put there the newest checkpoint that anybody kept: a witness, an "
                "export or a monitor has it.",
            ) from error
        except OSError as error:
            raise self._unusable(error) from error
        return known[1]

    def remember(self, note: str) -> None:
        """As :class:`registry.ledger.memory.CheckpointMemory` says. Unavailable (``checkpoint_not_remembered``).

        Of several threads that come at once one writes for all. A crash leaves the older checkpoint,
        and whoever waited for this one was told nothing.
        """
        checkpoint, _ = unverified_checkpoint(note)
        with self._one_thread:
            if self._has(checkpoint):
                return
            try:
                durable_file.make_folders(self._file.parent)
                with durable_file.locked(self._file.with_name(self._file.name + LOCK_SUFFIX)):
                    if not self._has(checkpoint):
                        durable_file.replace(self._file, note.encode())
            except OSError as error:
                raise self._unusable(error) from error

    def _has(self, checkpoint: Checkpoint) -> bool:
        newest = self.newest()
        return newest is not None and newest.size >= checkpoint.size

    def _unusable(self, error: OSError) -> errors.Unavailable:
        return errors.Unavailable(
            "checkpoint_not_remembered",
            f"{self._file} cannot be read or written: {error.strerror or error}. What was recorded just now stands, "
            "but nobody was told of it.",
            hint="Make room on the disk of the home and check its owner; then repeat the request: it is not recorded "
            "twice.",
        )


def _stamp(found: os.stat_result) -> _Stamp:
    return found.st_ino, found.st_mtime_ns, found.st_size


def check_memory(ledger: Ledger, database: Database, memory: CheckpointMemory) -> None:
    """Broken (``ledger_rolled_back``, ``ledger_forked``) unless the database continues what was shown of it."""
    # Asked first: whatever it names was committed before, so the snapshot that is opened now has it.
    newest = memory.newest()
    if newest is None:
        return
    with database.read() as session:
        check_continues(session, ledger.head(session).size, newest, "this home's own note of what was shown")
