"""What the index's folder holds, and whether it is what the database says."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.ledger.models import LedgerHead
from registry.similarity.index.folder import IndexFolder, SegmentFile
from registry.similarity.index.folding import belongs
from registry.similarity.index.segment_file import Damaged
from registry.similarity.index.segments import KINDS, entries_of
from registry.similarity.index.spans import folded
from registry.similarity.models import IndexedPicture, Retirement


@dataclass(frozen=True)
class Inspected:
    """A segment with the number of pictures in it; ``wrong`` says what is, in a few words."""

    file: SegmentFile
    pictures: int
    wrong: str


@dataclass(frozen=True)
class IndexStatus:
    """``size`` of the ledger's ``ledger_size`` entries lie in segments; the others are read at the start of a process.

    ``works`` are the pictures that are searched for. ``due`` entries should lie in segments and do not yet.
    """

    ledger_size: int
    size: int
    due: int
    works: int
    segments: tuple[Inspected, ...]
    foreign: bool

    @property
    def ok(self) -> bool:
        """Whether nothing is damaged, and all of it is of this ledger."""
        return not self.foreign and not any(segment.wrong for segment in self.segments)

    @property
    def bytes(self) -> int:
        """Of all segments."""
        return sum(segment.file.bytes for segment in self.segments)


def inspect(session: Session, path: Path, unit: int) -> IndexStatus:
    """Reads every byte of the index and compares it with its digest."""
    folder = IndexFolder(path)
    manifest = folder.manifest()
    ledger_size = session.scalar(select(LedgerHead.size)) or 0
    searched = select(func.count()).where(IndexedPicture.entry_index.not_in(select(Retirement.entry_index)))
    size = 0 if manifest is None else manifest.size
    return IndexStatus(
        ledger_size=ledger_size,
        size=size,
        due=max(folded(ledger_size, unit) - size, 0),
        works=session.scalar(searched) or 0,
        segments=() if manifest is None else tuple(_inspected(folder, segment) for segment in manifest.segments),
        foreign=manifest is not None and not belongs(session, manifest, ledger_size, unit),
    )


def _inspected(folder: IndexFolder, segment: SegmentFile) -> Inspected:
    (kind,) = (kind for kind in KINDS if kind.name == segment.kind)
    try:
        entries = entries_of(kind, folder.arrays(kind, segment))
    except Damaged as damage:
        return Inspected(segment, 0, str(damage))
    return Inspected(segment, len(np.unique(entries)), "")
