"""The registered pictures as the search holds them, kept up with the ledger by every process on its own."""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.imaging.picture import Reading
from registry.imaging.template import Template
from registry.ledger.models import LedgerHead
from registry.similarity.feature_index import FeatureIndex
from registry.similarity.hamming import HammingIndex, packed
from registry.similarity.hypotheses import WorkSizes
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture, Retirement
from registry.similarity.registered_features import unpacked_local, unpacked_regions, unpacked_template
from registry.similarity.sources import Proposal

HASH_RADIUS = 31
"""Bits. Re-encoded, scaled, grey, inverted and gamma-changed copies stay within 12, and only a change of hue goes
further; unrelated pairs differ by 114 in the median."""


Ink = tuple[float, float, float, float]
"""Left, top, right, bottom of a picture's ink in its pixels."""


@dataclass(frozen=True)
class RegisteredPicture:
    """What verification needs of a registered picture. ``raster`` has shape (height, width, 4), uint8."""

    entry_index: int
    work_id: str
    file_sha256: str
    canonical_digest: str
    width: int
    height: int
    raster: NDArray[np.uint8]


class Catalogue:
    """The hashes and features of one process. Not thread-safe; the finder guards it."""

    name = "global_hash"

    def __init__(self) -> None:
        self._hashes = HammingIndex()
        self.features = FeatureIndex()
        self.sizes = WorkSizes()
        self.seen = 0

    def refresh(self, session: Session) -> int:
        """Catch up with this snapshot; answers the ledger size it reflects."""
        size = session.scalar(select(LedgerHead.size)) or 0
        if size > self.seen:
            added = select(IndexedHash.entry_index, IndexedHash.bits).where(
                IndexedHash.entry_index >= self.seen, IndexedHash.entry_index < size
            )
            retired_before = set(session.scalars(select(Retirement.entry_index)))
            for entry_index, bits in session.execute(added.order_by(IndexedHash.entry_index, IndexedHash.ground)):
                if entry_index not in retired_before:
                    self._hashes.add(entry_index, bits)
            self._add_features(session, size, retired_before)
            retired = select(Retirement.entry_index).where(Retirement.at_index >= self.seen, Retirement.at_index < size)
            for entry_index in session.scalars(retired):
                self._hashes.remove(entry_index)
                self.features.remove(entry_index)
            self.seen = size
        return size

    def _add_features(self, session: Session, size: int, retired: set[int]) -> None:
        table = IndexedFeatures
        added = select(
            table.entry_index,
            table.ink_right - table.ink_left,
            table.ink_bottom - table.ink_top,
            table.local,
            table.regions,
        ).where(table.entry_index >= self.seen, table.entry_index < size)
        for entry_index, width, height, local, regions in session.execute(added.order_by(table.entry_index)):
            if entry_index not in retired:
                self.sizes.put(entry_index, width, height)
                self.features.add(entry_index, unpacked_local(local), unpacked_regions(regions))

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


def load_template(session: Session, entry_index: int) -> tuple[Template, Ink] | None:
    """The template of an entry's picture and its ink's box in pixels; None when it was erased meanwhile."""
    row = session.get(IndexedFeatures, entry_index)
    if row is None:
        return None
    ink = (row.ink_left, row.ink_top, row.ink_right, row.ink_bottom)
    return unpacked_template(zlib.decompress(row.template)), ink


def work_of(session: Session, entry_index: int) -> str | None:
    """The work that an entry's picture belongs to; None when it was erased meanwhile."""
    return session.scalar(select(IndexedPicture.work_id).where(IndexedPicture.entry_index == entry_index))


def load(session: Session, entry_index: int) -> RegisteredPicture | None:
    """The picture of an entry; None when it was erased meanwhile."""
    row = session.get(IndexedPicture, entry_index)
    if row is None:
        return None
    pixels = np.frombuffer(zlib.decompress(row.raster), dtype=np.uint8)
    return RegisteredPicture(
        entry_index=row.entry_index,
        work_id=row.work_id,
        file_sha256=row.file_sha256,
        canonical_digest=row.canonical_digest,
        width=row.width,
        height=row.height,
        raster=pixels.reshape(row.raster_height, row.raster_width, 4),
    )
