"""One checkpoint in a file that only ever moves on, whoever writes to it."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from registry import errors
from registry.storage import durable_file
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.encoding import utf8, utf8_text
from registry.verify.errors import VerificationError

LOCK_SUFFIX = ".lock"
_Stamp = tuple[int, int, int]


class KeptNote(NamedTuple):
    """A note and the checkpoint in it."""

    note: str
    checkpoint: Checkpoint


class NoteFile:
    """``file`` holds a note. Safe to use from many threads and processes at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_thread = threading.Lock()
        self._known: tuple[_Stamp, KeptNote] | None = None

    def read(self) -> KeptNote | None:
        """What the file holds, read again only when it is another one; None if there is none.

        Broken (``memory_unreadable``), Unavailable (``checkpoint_not_remembered``).
        """
        try:
            stamp = _stamp(os.stat(self._file))
            known = self._known
            if known is None or known[0] != stamp:
                note = utf8_text(self._file.read_bytes())
                # Another process may have replaced the file since it was looked at; then the next call reads again.
                self._known = known = (stamp, KeptNote(note, unverified_checkpoint(note)[0]))
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

    def advance(self, note: str, is_better: Callable[[Checkpoint, KeptNote], bool]) -> None:
        """Replaces the file if ``is_better`` says so of what it holds; it is on the disk when this returns.

        Of several threads that come at once one writes for all. A crash leaves the older checkpoint,
        and whoever waited for this one was told nothing.
        """
        checkpoint, _ = unverified_checkpoint(note)

        def is_there() -> bool:
            kept = self.read()
            return kept is not None and not is_better(checkpoint, kept)

        with self._one_thread:
            if is_there():
                return
            try:
                durable_file.make_folders(self._file.parent)
                with durable_file.locked(self._file.with_name(self._file.name + LOCK_SUFFIX)):
                    if not is_there():
                        durable_file.replace(self._file, utf8(note))
            except OSError as error:
                raise self._unusable(error) from error

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
