"""Telling the search about registered pictures, in the unit of work that registers or retires them.

A crash before that unit commits leaves the search as it was, because it reads only what is committed.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.imaging import dct_hash
from registry.imaging.picture import Reading
from registry.similarity import registered_features
from registry.similarity.models import IndexedFeatures, IndexedHash, IndexedPicture, Retirement

_PACKING_LEVEL = 6


@dataclass(frozen=True)
class Enrolment:
    """What the search will keep of a picture: made before the transaction that enrols it, as packing takes time."""

    reading: Reading
    raster: bytes
    ink: tuple[float, float, float, float]
    local: bytes
    regions: bytes
    template: bytes
    outline: bytes

    @classmethod
    def of(cls, reading: Reading) -> "Enrolment":
        """Chosen from a reading and packed."""
        kept = registered_features.chosen(reading.features, reading.width, reading.height)
        local, regions, template, outline = registered_features.packed(kept)
        return cls(
            reading=reading,
            raster=zlib.compress(reading.raster.tobytes(), _PACKING_LEVEL),
            ink=kept.ink,
            local=local,
            regions=regions,
            template=zlib.compress(template, _PACKING_LEVEL),
            outline=outline,
        )


def enrol(session: Session, entry_index: int, work_id: str, enrolment: Enrolment) -> None:
    """Make the picture of ledger entry ``entry_index`` findable."""
    reading = enrolment.reading
    height, width = reading.raster.shape[:2]
    session.add(
        IndexedPicture(
            entry_index=entry_index,
            work_id=work_id,
            file_sha256=reading.sha256,
            canonical_digest=reading.canonical_digest,
            width=reading.width,
            height=reading.height,
            raster_width=width,
            raster_height=height,
            raster=enrolment.raster,
        )
    )
    session.flush()
    session.add_all(
        IndexedHash(entry_index=entry_index, ground=fingerprint.ground, bits=fingerprint.bits)
        for fingerprint in reading.fingerprints
        if fingerprint.algorithm == dct_hash.ALGORITHM
    )
    left, top, right, bottom = enrolment.ink
    session.add(
        IndexedFeatures(
            entry_index=entry_index,
            ink_left=left,
            ink_top=top,
            ink_right=right,
            ink_bottom=bottom,
            local=enrolment.local,
            regions=enrolment.regions,
            template=enrolment.template,
            outline=enrolment.outline,
        )
    )


def retire(session: Session, entry_indices: Iterable[int], at_index: int) -> None:
    """Let these pictures be found no more, as entry ``at_index`` says; their rows stay."""
    for entry_index in entry_indices:
        if session.get(Retirement, entry_index) is None:
            session.add(Retirement(entry_index=entry_index, at_index=at_index))


def erase(session: Session, entry_indices: Iterable[int], at_index: int) -> None:
    """Retire these pictures and remove everything the search kept of them."""
    indices = list(entry_indices)
    retire(session, indices, at_index)
    session.execute(delete(IndexedFeatures).where(IndexedFeatures.entry_index.in_(indices)))
    session.execute(delete(IndexedHash).where(IndexedHash.entry_index.in_(indices)))
    session.execute(delete(IndexedPicture).where(IndexedPicture.entry_index.in_(indices)))
