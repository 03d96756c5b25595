"""The log as plain files in a folder, for any static host, and for readers that have nothing else."""

from dataclasses import dataclass
from pathlib import Path

from registry import errors
from registry.ledger import tiles
from registry.ledger.memory import check_continues
from registry.ledger.stored_leaves import StoredLeaves
from registry.publication.shown import Publication
from registry.publication.static_folder import StaticFolder
from registry.verify.checkpoint import Checkpoint, unverified_checkpoint
from registry.verify.errors import VerificationError
from registry.verify.tiles import ENTRIES, FULL, Tile, levels, tile_of, tiles_between


@dataclass(frozen=True)
class Exported:
    """``checkpoint`` is what the folder shows now, ``made`` how many files were added to it."""

    checkpoint: Checkpoint
    made: int


def export(publication: Publication, folder: Path) -> Exported:
    """Brings ``folder`` up to the checkpoint that is shown of the ledger; only what is missing is written.

    Files are made once and never changed; the checkpoint is replaced last, so that a reader finds
    every file of the checkpoint that it has read, wherever this is interrupted. Several at once wait
    for each other. A newer checkpoint is never replaced by an older one. Broken (``ledger_rolled_back``,
    ``ledger_forked``, ``published_differs``, ``export_unreadable``), Conflict (``export_of_another_log``),
    Unavailable (``disk_full``, ``folder_unusable``).
    """
    static = StaticFolder(folder)
    with static.held():
        shown = static.checkpoint()
        before = None if shown is None else _opened(publication, shown, folder)
        # The snapshot is taken while the folder is held: it is not older than any that was exported before.
        with publication.database.read() as session:
            if before is not None:
                check_continues(session, publication.ledger.head(session).size, before, str(folder))
            note = publication.checkpoint(session)
        now, _ = unverified_checkpoint(note)
        if before is not None and before.size > now.size:
            return Exported(before, 0)  # another publisher of the same ledger was further
        old = 0 if before is None else before.size
        made = sum(static.make(tile, _content(publication, tile)) for tile in tiles_between(old, now.size))
        if note != shown:
            static.show(note)
        for tile in _completed(old, now.size):
            static.drop_partial(tile)
    return Exported(now, made)


def _opened(publication: Publication, note: str, folder: Path) -> Checkpoint:
    try:
        with publication.database.read() as session:
            return publication.ledger.opened(session, note)
    except VerificationError as error:
        raise errors.Conflict(
            "export_of_another_log",
            f"{folder} holds a checkpoint that this ledger did not sign: {error}",
            hint="Name another folder.",
        ) from error


def _content(publication: Publication, tile: Tile) -> bytes:
    # What has an index never changes, so no snapshot is held while many files are written.
    with publication.database.read() as session:
        return tiles.content_of(tile, StoredLeaves(session))


def _completed(old: int, new: int) -> list[Tile]:
    """The places that had a partial tile in the tree of ``old`` and have a full one in that of ``new``."""
    found = []
    for level in (ENTRIES, *levels(old)):
        number = (old >> 8 * max(level, 0)) // FULL
        before, after = tile_of(level, number, old), tile_of(level, number, new)
        if before is not None and after is not None and after.width == FULL:
            found.append(after)
    return found
