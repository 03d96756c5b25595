"""A folder that any static host can serve: immutable files that are made once, and one checkpoint that moves on.

Its owner's other files are not touched. ``.unfinished`` and ``.lock`` in it are of no use to readers.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry import errors
from registry.storage import durable_file
from registry.storage.durability import sync
from registry.verify.tiles import CHECKPOINT, Tile

UNFINISHED = ".unfinished"
LOCK = ".lock"
LARGEST_CHECKPOINT = 1_000_000
"""As long as a note may be."""


class StaticFolder:
    """One static log in a folder. Errors of the disk are Unavailable (``disk_full``, ``folder_unusable``)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unfinished = folder / UNFINISHED
        self._to_sync: set[Path] = set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Holds the folder, made if missing, so that one process at a time writes to it.

        What a crash left unfinished is removed.
        """
        with _translated(self.folder):
            durable_file.make_folders(self.folder)
            with durable_file.locked(self.folder / LOCK):
                # A crash here leaves unfinished files, which the next one who holds the folder removes.
                shutil.rmtree(self._unfinished, ignore_errors=True)
                self._unfinished.mkdir(exist_ok=True)
                try:
                    yield
                finally:
                    shutil.rmtree(self._unfinished, ignore_errors=True)

    def checkpoint(self) -> str | None:
        """The checkpoint that the folder shows now; None in a new one. Broken (``export_unreadable``)."""
        try:
            with (self.folder / CHECKPOINT).open("rb") as opened:
                content = opened.read(LARGEST_CHECKPOINT + 1)
            return content.decode("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise _unreadable(self.folder) from error

    def make(self, tile: Tile, content: bytes) -> bool:
        """Writes one immutable file and answers whether it was not there yet.

        Broken (``published_differs``) if it is there with another content: what was published is never changed.
        A crash leaves the file whole or not at all.
        """
        file = self.folder / tile.path
        if file.parent not in self._to_sync:
            durable_file.make_folders(file.parent)
            self._to_sync.add(file.parent)
        if durable_file.create(file, content, unfinished=self._unfinished):
            return True
        if file.read_bytes() != content:
            raise errors.Broken(
                "published_differs",
                f"{file} was published with another content than the ledger has for it now.",
                hint="Keep both: they show that the folder or the ledger was changed. Run 'registry ledger verify'; "
                "if it is in order, export to a new folder.",
            )
        return False

    def show(self, checkpoint: str) -> None:
        """Moves the folder on to ``checkpoint``, once every file that was made is on the disk.

        A crash before the last step leaves the old checkpoint, whose files are all there still, beside
        files that nothing refers to yet and that the next export finds in place.
        """
        for folder in sorted(self._to_sync):
            sync(folder)
        self._to_sync.clear()
        durable_file.replace(self.folder / CHECKPOINT, checkpoint.encode(), unfinished=self._unfinished)

    def drop_partial(self, tile: Tile) -> None:
        """Removes the partial files of a place that has a full one now, as tlog-tiles allows. A crash leaves some."""
        shutil.rmtree(self.folder / f"{tile.full.path}.p", ignore_errors=True)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _fault(folder, error) from error


def _fault(folder: Path, error: OSError) -> errors.Unavailable:
    if error.errno in durable_file.NO_ROOM:
        return errors.Unavailable(
            "disk_full",
            f"The disk that holds {folder} is full; what was published before stands.",
            hint="Make room on it, then repeat the same command.",
        )
    return errors.Unavailable(
        "folder_unusable",
        f"The folder {folder} cannot be written: {error.strerror or error}; what was published before stands.",
        hint="Check that it exists, that it is yours and that its disk works, then repeat the same command.",
    )


def _unreadable(folder: Path) -> errors.Broken:
    return errors.Broken(
        "export_unreadable",
        f"The checkpoint in {folder} is no checkpoint.",
        hint="Nothing is written over what may be another's: name another folder, or find out what changed this one.",
    )
