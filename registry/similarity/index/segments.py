"""The two kinds of segments: what they hold, how they are read from the database and from their files.

Hashes are few bytes, and a search among them grows slower than their number: their segments may be long. A segment
of features is built in memory, where 32,768 works take some 400 MB, and is never longer.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.similarity.index.feature_table import PICTURE, FeatureTable, PictureFeatures
from registry.similarity.index.hash_index import HashSegment
from registry.similarity.index.hash_table import WORDS, HashTable, layout_for, packed
from registry.similarity.index.segment_file import Arrays, Damaged, Types
from registry.similarity.index.spans import FACTOR, Span, spans
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture, Retirement
from registry.similarity.outline import POINTS
from registry.similarity.registered_features import REGION, unpacked_local, unpacked_outline, unpacked_regions

_TERMS = REGION["spectrum"].shape[0]
_ROWS_AT_A_TIME = 500


@dataclass(frozen=True)
class Kind:
    """``build`` answers a segment's arrays; ``types`` are theirs. There are segments of ``levels`` + 1 lengths."""

    name: str
    levels: int
    types: Types
    build: Callable[[Session, Span], Arrays]

    def spans(self, size: int, unit: int) -> list[Span]:
        """What there are segments of in a ledger of ``size`` entries."""
        return spans(size, unit, unit * FACTOR**self.levels)


def rows_of_hashes(first: int, end: int) -> Select[int, bytes]:
    """Entries with their hashes, in the index's order."""
    hashed = select(IndexedHash.entry_index, IndexedHash.bits)
    hashed = hashed.where(IndexedHash.entry_index >= first, IndexedHash.entry_index < end)
    return hashed.order_by(IndexedHash.entry_index, IndexedHash.ground)


def rows_of_features(session: Session, first: int, end: int, without: set[int]) -> list[PictureFeatures]:
    """What parts of pictures are found by, by entry."""
    table = IndexedFeatures
    rows = select(
        table.entry_index,
        table.ink_left,
        table.ink_top,
        table.ink_right,
        table.ink_bottom,
        IndexedPicture.width,
        IndexedPicture.height,
        table.local,
        table.regions,
        table.outline,
    )
    rows = rows.join(IndexedPicture, IndexedPicture.entry_index == table.entry_index)
    rows = rows.where(table.entry_index >= first, table.entry_index < end)
    found = session.execute(rows.order_by(table.entry_index).execution_options(yield_per=_ROWS_AT_A_TIME))
    return [
        PictureFeatures(
            entry,
            (left, top, right, bottom),
            (width, height),
            unpacked_local(local),
            unpacked_regions(regions),
            unpacked_outline(outline),
        )
        for entry, left, top, right, bottom, width, height, local, regions, outline in found
        if entry not in without
    ]


def _retired(session: Session, span: Span) -> set[int]:
    retired = select(Retirement.entry_index).where(
        Retirement.at_index < span.cutoff, Retirement.entry_index >= span.first, Retirement.entry_index < span.end
    )
    return set(session.scalars(retired))


def _hashes(session: Session, span: Span) -> Arrays:
    without = _retired(session, span)
    rows = [row for row in session.execute(rows_of_hashes(span.first, span.end)) if row[0] not in without]
    table = HashTable.of(packed([bits for _, bits in rows]))
    return {
        "entries": np.array([entry for entry, _ in rows], np.int64),
        "front": table.front,
        "back": table.back,
        "starts": table.starts,
        "postings": table.postings.ravel(),
    }


def _features(session: Session, span: Span) -> Arrays:
    table = FeatureTable.of(rows_of_features(session, span.first, span.end, _retired(session, span)))
    return {field.name: getattr(table, field.name) for field in fields(table)}


def hash_segment(arrays: Arrays) -> HashSegment:
    """The hashes of a segment's arrays. Damaged if they do not fit each other."""
    entries, layout = arrays["entries"], layout_for(len(arrays["entries"]))
    tables, numbers = (0, 0) if layout is None else (len(layout.widths), layout.directory)
    if len(arrays["postings"]) != tables * len(entries) or len(arrays["starts"]) != numbers:
        raise Damaged("a segment of hashes has other tables than this version makes")
    postings = arrays["postings"].reshape(tables, len(entries) if tables else 0)
    return HashSegment(entries, HashTable(arrays["front"], arrays["back"], layout, arrays["starts"], postings))


def feature_table(arrays: Arrays) -> FeatureTable:
    """The features of a segment's arrays."""
    return FeatureTable(**arrays)


def entries_of(kind: Kind, arrays: Arrays) -> NDArray[np.int64]:
    """The entries whose pictures lie in a segment; an entry may be named twice."""
    entries: NDArray[np.int64] = arrays["entries"] if kind is HASHES else arrays["pictures"]["entry"]
    return entries


def _type(kind: Any, *rest: int) -> tuple[np.dtype[Any], tuple[int, ...]]:
    return np.dtype(kind), rest


HASHES = Kind(
    "hashes",
    4,
    {
        "entries": _type("<i8"),
        "front": _type("<u8", WORDS // 2),
        "back": _type("<u8", WORDS // 2),
        "starts": _type("<u4"),
        "postings": _type("<u4"),
    },
    _hashes,
)
FEATURES = Kind(
    "features",
    1,
    {
        "pictures": _type(PICTURE),
        "starts": _type("<u4"),
        "codes": _type("<u8", 2),
        "places": _type("<f2", 4),
        "rows": _type("<u4"),
        "regions": _type(REGION),
        "magnitudes": _type("u1", _TERMS),
        "region_rows": _type("<u4"),
        "outlines": _type("<u2", POINTS),
        "outline_rows": _type("<u4"),
    },
    _features,
)
KINDS = (HASHES, FEATURES)
