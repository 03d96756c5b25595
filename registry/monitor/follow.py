"""Following a log: every entry read once and hashed, every new checkpoint held against all that was read before."""

from collections.abc import Callable

from registry.ledger.private_key import check_ed25519
from registry.ledger.tree import Frontier, Place, peaks
from registry.monitor.followed import Followed
from registry.monitor.log_source import PublishedLog
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.errors import Contradiction, VerificationError
from registry.verify.note import VerifierKey
from registry.verify.tiles import ENTRIES, FULL, HEIGHT, Tile, tile_of, tiles_between
from registry.verify.tree import leaf_hash

Progress = Callable[[int, int], None]
"""Called with the number of entries read and of all entries."""


class Inconsistent(Exception):
    """The log does not hold together, or not with what it showed before. ``what`` is a sentence.

    ``index`` is the first entry that it concerns, where one is known; ``notes`` are the checkpoints that prove it.
    """

    def __init__(self, what: str, *, index: int | None = None, notes: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.index = index
        self.notes = notes


def follow(
    log: PublishedLog, keys: tuple[VerifierKey, ...], before: Followed, progress: Progress | None = None
) -> Followed:
    """What the log shows now, once all of it is shown to continue ``before``.

    ``keys`` are those that the log may sign with. Inconsistent if it does not hold together, Unavailable if it
    cannot be read. Only what is new is read; of every 256 entries that are, one hash is kept in memory.
    """
    try:
        note = log.checkpoint()
        checkpoint = open_checkpoint(note, *keys, check=check_ed25519, extensions=True)
    except VerificationError as error:
        raise Inconsistent(f"The checkpoint is not valid. {error}") from error
    if checkpoint.size < before.size:
        raise Inconsistent(
            f"The log shows {checkpoint.size} entries and had shown {before.size}: an old copy of it, or a rollback.",
            index=checkpoint.size,
            notes=before.notes(note),
        )
    reading = _Reading(log, before, checkpoint, note)
    reading.read_new(progress)
    return Followed(note, checkpoint.size, reading.frontier.peak_hashes)


class _Reading:
    """One pass over what is new since ``before``."""

    def __init__(self, log: PublishedLog, before: Followed, checkpoint: Checkpoint, note: str) -> None:
        self.frontier = Frontier(before.size, before.peaks)
        self._log = log
        self._before = before
        self._checkpoint = checkpoint
        self._notes = before.notes(note)
        self._above: dict[Place, bytes] = {}
        """Hashes of complete subtrees whose places stand in tiles above the leaves."""

    def read_new(self, progress: Progress | None) -> None:
        start, end = self._before.size, self._checkpoint.size
        try:
            for number in range(start // FULL, -(-end // FULL)):
                self._read_block(number)
                if progress is not None:
                    progress(self.frontier.size, end)
            if self.frontier.root != self._checkpoint.root:
                raise self._explained()
            for tile in tiles_between(start, end):
                if tile.level > 0:
                    self._check_above(tile)
        except VerificationError as error:
            raise self._inconsistent(f"The log's files do not hold together. {error}") from error

    def _read_block(self, number: int) -> None:
        """The new entries of one bundle, each against its place in the tile of leaf hashes."""
        tile = tile_of(0, number, self._checkpoint.size)
        assert tile is not None  # noqa: S101 - the range ends with the tree
        hashes = self._log.hashes(tile)
        entries = self._log.entries(Tile(ENTRIES, number, tile.width))
        for index in range(self.frontier.size, tile.start + tile.width):
            leaf = leaf_hash(entries[index - tile.start])
            if leaf != hashes[index - tile.start]:
                raise self._inconsistent(f"Entry {index} does not have the leaf hash that its tile says.", index)
            self._above.update((place, hash_) for place, hash_ in self.frontier.append(leaf) if place[0] % HEIGHT == 0)

    def _check_above(self, tile: Tile) -> None:
        for place, hash_ in enumerate(self._log.hashes(tile)):
            computed = self._above.get((HEIGHT * tile.level, tile.number * FULL + place))
            if computed is not None and computed != hash_:
                raise Contradiction(f"Hash {place} of {tile.path} is not the one over the tile below it.")

    def _explained(self) -> "Inconsistent":
        """Which of the two it is when the entries do not have the root that is signed."""
        then = self._frontier_of_files()
        for (level, position), kept, found in zip(
            peaks(self._before.size), self._before.peaks, then.peak_hashes, strict=True
        ):
            if kept != found:
                first, last = position << level, ((position + 1) << level) - 1
                return self._inconsistent(
                    f"The log was rewritten: among the entries {first} to {last} are others than it had shown before.",
                    first,
                )
        size = self._checkpoint.size
        return self._inconsistent(f"The checkpoint of {size} entries signs another root than its entries have.")

    def _frontier_of_files(self) -> Frontier:
        """The right edge of the tree that was known before, from the tiles of leaf hashes as they are now."""
        frontier, known = Frontier(), self._before.size
        for number in range(-(-known // FULL)):
            tile = tile_of(0, number, self._checkpoint.size)
            assert tile is not None  # noqa: S101 - the log has not become smaller
            for hash_ in self._log.hashes(tile)[: known - tile.start]:
                frontier.append(hash_)
        return frontier

    def _inconsistent(self, what: str, index: int | None = None) -> "Inconsistent":
        return Inconsistent(what, index=index, notes=self._notes)
