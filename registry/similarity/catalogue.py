"""The registered pictures as the search holds them, kept up with the ledger by every process on its own.

What the ledger's older entries brought lies in mapped segments that all processes share, the rest in memory. Whoever
notices that enough has gathered writes the next segments, in a thread beside the searches.
"""

import logging
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import RegistryError
from registry.imaging.picture import Reading
from registry.ledger.models import LedgerHead
from registry.similarity.hypotheses import WorkSizes
from registry.similarity.index.feature_index import FeatureIndex
from registry.similarity.index.folder import IndexFolder, Manifest, Stamp
from registry.similarity.index.folding import belongs, fold
from registry.similarity.index.hash_index import HashIndex
from registry.similarity.index.hash_table import packed
from registry.similarity.index.segment_file import Arrays, Damaged
from registry.similarity.index.segments import (
    FEATURES,
    HASHES,
    KINDS,
    feature_table,
    hash_segment,
    rows_of_features,
    rows_of_hashes,
)
from registry.similarity.index.spans import UNIT, folded
from registry.similarity.models import IndexedFeatures, IndexedPicture, Retirement
from registry.similarity.proposal import Proposal
from registry.storage.database import Database

HASH_RADIUS = 31
"""Bits. Re-encoded, scaled, grey, inverted and gamma-changed copies stay within 12, and only a change of hue goes
further; unrelated pairs differ by 114 in the median."""
_WAITED_FOR = 2
"""Shortest segments that may be missing while they are written; with more missing the search waits for them."""

log = logging.getLogger("registry.similarity")

Ink = tuple[float, float, float, float]
"""Left, top, right, bottom of a picture's ink in its pixels."""


@dataclass(frozen=True)
class RegisteredPicture:
    """What verification needs of a registered picture. ``raster`` has shape (height, width, 4), uint8.

    ``ink`` is the box of what is drawn, in pixels of the picture.
    """

    entry_index: int
    work_id: str
    file_sha256: str
    canonical_digest: str
    width: int
    height: int
    raster: NDArray[np.uint8]
    ink: Ink


class Catalogue:
    """The hashes and features of one process. Not thread-safe; the finder guards it.

    Without a ``folder`` everything is held in memory. ``unit`` is the number of entries in the shortest segment.
    """

    def __init__(self, database: Database, folder: Path | None = None, *, unit: int = UNIT) -> None:
        self._database = database
        self._folder = None if folder is None else IndexFolder(folder)
        self._unit = unit
        self._writer: threading.Thread | None = None
        self._given_up_at = -1
        self._forget()

    def _forget(self) -> None:
        self._hashes = HashIndex()
        self.features = FeatureIndex()
        self.sizes = WorkSizes()
        self.seen = 0
        self._rests_on = 0
        self._stamp: Stamp | None = None
        self._open: dict[str, Arrays] = {}

    def refresh(self, session: Session) -> int:
        """Catch up with this snapshot; answers the ledger size it reflects."""
        size = session.scalar(select(LedgerHead.size)) or 0
        if size < self.seen:
            self._forget()  # an older database was put back
        if self._folder is not None:
            self._follow_folder(session, self._folder, size)
        if size > self.seen:
            added_from = max(self.seen, self._rests_on)
            retired = set(session.scalars(select(Retirement.entry_index)))
            for entry_index, bits in session.execute(rows_of_hashes(added_from, size)):
                if entry_index not in retired:
                    self._hashes.add(entry_index, bits)
            for picture in rows_of_features(session, added_from, size, retired):
                self.sizes.put(picture.entry, picture.ink, picture.canvas)
                self.features.add(picture)
            self._forget_retired(session, size)
            self.seen = size
        return size

    def _forget_retired(self, session: Session, size: int) -> None:
        """Finds no more what the ledger retired since it was looked at last."""
        newly = (
            select(Retirement.entry_index, IndexedPicture.entry_index.is_(None))
            .outerjoin(IndexedPicture, IndexedPicture.entry_index == Retirement.entry_index)
            .where(Retirement.at_index >= self.seen, Retirement.at_index < size)
        )
        for entry_index, erased in session.execute(newly):
            in_segments = entry_index < self._rests_on
            if in_segments and entry_index not in self._hashes and entry_index not in self.features:
                continue
            self._hashes.remove(entry_index)
            self.features.remove(entry_index)
            if in_segments and erased and self._folder is not None:
                self._write_beside(self._folder, size)  # the segments that hold it are written anew

    def close(self) -> None:
        """Waits for segments that are being written."""
        if self._writer is not None:
            self._writer.join()

    def _follow_folder(self, session: Session, folder: IndexFolder, size: int) -> None:
        """Rests on the newest segments of this ledger, and has those written that are missing."""
        if folder.stamp() != self._stamp or self._stamp is None:
            self._rest_on_newest(session, folder, size)
        lacking = folded(size, self._unit) - self._rests_on
        if lacking > _WAITED_FOR * self._unit and size > self._given_up_at:
            self._write(folder, size)
            self._rest_on_newest(session, folder, size)
        elif lacking > 0 and size > self._given_up_at:
            self._write_beside(folder, size)

    def _rest_on_newest(self, session: Session, folder: IndexFolder, size: int) -> None:
        for attempt in (1, 2):
            stamp, manifest = folder.stamp(), folder.manifest()
            if manifest is None or not belongs(session, manifest, size, self._unit):
                return
            try:
                self._rest_on(folder, manifest)
                self._stamp = stamp
                return
            except Damaged as damage:
                if folder.stamp() != stamp:
                    continue  # another process wrote segments meanwhile and removed those that we looked for
                if attempt == 1:
                    log.warning("The search's index is damaged and is made again: %s.", damage)
                    self._write(folder, size)
        # It is still damaged, because it cannot be written: not looked at again before it changes.
        self._stamp = folder.stamp()

    def _rest_on(self, folder: IndexFolder, manifest: Manifest) -> None:
        if manifest.size < self._rests_on:
            self._forget()
        kinds = {kind.name: kind for kind in KINDS}
        held = {
            segment.name: self._open.get(segment.name) or folder.arrays(kinds[segment.kind], segment)
            for segment in manifest.segments
        }
        fresh = {segment.name for segment in manifest.segments} - self._open.keys()
        of_kind: dict[str, Sequence[Arrays]] = {
            kind.name: [held[segment.name] for segment in manifest.segments if segment.kind == kind.name]
            for kind in KINDS
        }
        self._hashes.rest_on([hash_segment(arrays) for arrays in of_kind[HASHES.name]], manifest.size)
        self.features.rest_on([feature_table(arrays) for arrays in of_kind[FEATURES.name]], manifest.size)
        for segment in manifest.segments:
            if segment.name in fresh and segment.kind == FEATURES.name:
                for entry, ink, canvas in held[segment.name]["pictures"].tolist():
                    self.sizes.put(entry, ink, canvas)
        self._open = held
        self._rests_on = manifest.size

    def _write_beside(self, folder: IndexFolder, size: int) -> None:
        if self._writer is None or not self._writer.is_alive():
            self._writer = threading.Thread(target=self._write, args=(folder, size), name="index")
            self._writer.start()

    def _write(self, folder: IndexFolder, size: int) -> None:
        """A search does not fail for want of a segment: what is not in one is held in memory."""
        try:
            fold(self._database, folder, self._unit)
        except (OSError, RegistryError) as error:
            # Tried again when the ledger has grown by a segment.
            self._given_up_at = size + self._unit
            log.warning("The search's index cannot be written to %s: %s.", folder.path, error)

    def propose(self, reading: Reading) -> list[Proposal]:
        """Pictures with a hash within HASH_RADIUS of any variant of the listing's."""
        numbers, entries, distances = self._hashes.within(packed([v.bits for v in reading.variants]), HASH_RADIUS)
        best: dict[tuple[int, int], int] = {}
        for number, entry_index, distance in zip(numbers.tolist(), entries.tolist(), distances.tolist(), strict=True):
            place = (entry_index, number)
            best[place] = min(distance, best.get(place, HASH_RADIUS))
        return [
            Proposal(
                entry_index, reading.variants[number].symmetry, reading.variants[number].inverted, 1 - distance / 256
            )
            for (entry_index, number), distance in best.items()
        ]


def identical(session: Session, reading: Reading) -> list[int]:
    """Entries, not retired, whose file or canonical pixels are the listing's own, earliest first."""
    same = select(IndexedPicture.entry_index).where(
        (IndexedPicture.file_sha256 == reading.sha256) | (IndexedPicture.canonical_digest == reading.canonical_digest),
        IndexedPicture.entry_index.not_in(select(Retirement.entry_index)),
    )
    return list(session.scalars(same.order_by(IndexedPicture.entry_index)))


def ink_of(row: IndexedFeatures) -> Ink:
    """The box of a picture's ink in its pixels."""
    return row.ink_left, row.ink_top, row.ink_right, row.ink_bottom


def load(session: Session, entry_index: int) -> RegisteredPicture | None:
    """The picture of an entry; None when it was erased meanwhile."""
    row = session.get(IndexedPicture, entry_index)
    if row is None:
        return None
    features = session.get(IndexedFeatures, entry_index)
    pixels = np.frombuffer(zlib.decompress(row.raster), dtype=np.uint8)
    return RegisteredPicture(
        entry_index=row.entry_index,
        work_id=row.work_id,
        file_sha256=row.file_sha256,
        canonical_digest=row.canonical_digest,
        width=row.width,
        height=row.height,
        raster=pixels.reshape(row.raster_height, row.raster_width, 4),
        ink=(0, 0, row.width, row.height) if features is None else ink_of(features),
    )
