"""Writing segments: what the ledger has and the index's folder has not yet."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import Unavailable
from registry.ledger.models import LedgerEntry, LedgerHead
from registry.similarity.index.folder import IndexFolder, Manifest, SegmentFile
from registry.similarity.index.segment_file import Damaged
from registry.similarity.index.segments import KINDS, Kind, entries_of
from registry.similarity.index.spans import folded
from registry.similarity.models import IndexedPicture, Retirement
from registry.storage.database import Database


@dataclass(frozen=True)
class Folded:
    """What a writing came to: files ``written`` anew, of them those ``identical`` to what was there, and all."""

    manifest: Manifest
    written: int
    identical: int


def fold(database: Database, folder: IndexFolder, unit: int, *, anew: bool = False) -> Folded:
    """Brings the folder up to the ledger: writes the segments that are missing, damaged or hold what was erased.

    With ``anew`` all are written. Several processes may call it at once: one after the other they find less to do. A
    crash leaves the index of before. OSError if the folder cannot be written.
    """
    with folder.writing(), database.read() as session:
        size = session.scalar(select(LedgerHead.size)) or 0
        known = folder.manifest()
        before = {} if known is None else {(one.kind, one.first, one.end, one.cutoff): one for one in known.segments}
        usable = before if known is not None and not anew and belongs(session, known, size, unit) else {}
        erased = _erased(session)
        segments: list[SegmentFile] = []
        written = identical = 0
        for kind in KINDS:
            for span in kind.spans(size, unit):
                place = (kind.name, span.first, span.end, span.cutoff)
                segment = usable.get(place)
                if segment is None or not _stands(folder, kind, segment, erased):
                    segment = folder.write(kind, span.first, span.end, span.cutoff, kind.build(session, span))
                    written += 1
                    identical += segment == before.get(place)
                segments.append(segment)
        manifest = Manifest(folded(size, unit), leaf_before(session, folded(size, unit)), unit, tuple(segments))
        if manifest != known or written:
            folder.replace_manifest(manifest)
        return Folded(manifest, written, identical)


def rebuild(database: Database, path: Path, unit: int) -> Folded:
    """Writes every segment anew; searches go on in the old ones meanwhile. Unavailable (``index_unwritable``)."""
    try:
        return fold(database, IndexFolder(path), unit, anew=True)
    except OSError as error:
        raise Unavailable(
            "index_unwritable",
            f"The search's index cannot be written to {path}: {error.strerror or error}.",
            hint="Make room on the disk of the home and check its owner. Searches work without the index, slower.",
        ) from error


def belongs(session: Session, manifest: Manifest, size: int, unit: int) -> bool:
    """Whether an index was made of this ledger: of no longer one, and of no other one."""
    same = manifest.unit == unit and manifest.size <= size
    return same and manifest.leaf == leaf_before(session, manifest.size)


def leaf_before(session: Session, size: int) -> str:
    """The hash of the last of the ledger's first ``size`` entries in hex; nothing where there is none."""
    leaf = session.scalar(select(LedgerEntry.leaf_hash).where(LedgerEntry.index == size - 1))
    return "" if leaf is None else leaf.hex()


def _erased(session: Session) -> NDArray[np.int64]:
    """The entries whose pictures the search may keep nothing of."""
    erased = select(Retirement.entry_index).outerjoin(
        IndexedPicture, IndexedPicture.entry_index == Retirement.entry_index
    )
    found = session.scalars(erased.where(IndexedPicture.entry_index.is_(None))).all()
    return np.array(found, np.int64)


def _stands(folder: IndexFolder, kind: Kind, segment: SegmentFile, erased: NDArray[np.int64]) -> bool:
    """Whether a segment's file is whole and holds nothing that was erased."""
    try:
        arrays = folder.arrays(kind, segment)
    except Damaged:
        return False
    return not np.isin(entries_of(kind, arrays), erased).any()
