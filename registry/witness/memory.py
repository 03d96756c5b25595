"""What a witness has cosigned: the newest checkpoint of each log, in a file of its own."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry import errors
from registry.storage import durable_file
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.encoding import utf8, utf8_text
from registry.verify.errors import VerificationError

CHECKPOINT_FILE = "checkpoint"
LOCK_FILE = "lock"


def origin_hash(origin: str) -> str:
    """What a log is called in addresses: the SHA-256 of its origin, hex (tlog-witness, Monitor Retrieval)."""
    return hashlib.sha256(utf8(origin)).hexdigest()


class WitnessMemory:
    """A folder with a folder for each log. Safe to use from many threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def held(self, origin: str) -> Iterator["LogMemory"]:
        """The memory of one log, which nobody else looks at or changes during the block. Unavailable, Broken."""
        folder = self._folder / origin_hash(origin)
        try:
            durable_file.make_folders(folder)
            with durable_file.locked(folder / LOCK_FILE):
                yield LogMemory(folder / CHECKPOINT_FILE)
        except OSError as error:
            raise _unusable(folder, error) from error

    def newest(self, hashed: str) -> str | None:
        """The note that was cosigned last of the log with this origin hash; None if there is none."""
        try:
            return (self._folder / hashed / CHECKPOINT_FILE).read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unusable(self._folder / hashed, error) from error


class LogMemory:
    """The newest checkpoint of one log."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def newest(self) -> tuple[Checkpoint, str] | None:
        """The checkpoint and its note, with the witness's own cosignatures. Broken (``witness_memory_unreadable``)."""
        try:
            note = utf8_text(self._file.read_bytes())
            return unverified_checkpoint(note, extensions=True)[0], note
        except FileNotFoundError:
            return None
        except VerificationError as error:
            raise errors.Broken(
                "witness_memory_unreadable",
                f"{self._file}, which says what this witness has cosigned, does not hold a checkpoint.",
                hint="Until it is restored this log gets no cosignature: one that contradicts an earlier one would "
                "prove the witness worthless. Find out what changed the file.",
            ) from error

    def keep(self, note: str) -> None:
        """Returns once a power cut cannot take it away. A crash leaves the one before, and nobody was answered."""
        durable_file.replace(self._file, utf8(note))


def _unusable(folder: Path, error: OSError) -> errors.Unavailable:
    return errors.Unavailable(
        "witness_memory_unusable",
        f"{folder} cannot be read or written: {error.strerror or error}; nothing was cosigned.",
        hint="Make room on its disk and check its owner; then the log may ask again.",
    )
