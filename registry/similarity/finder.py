"""The search: candidates from every source, a decision on the pixels of the best of them, one answer."""

import threading
from collections import OrderedDict

import numpy as np
from sqlalchemy.orm import Session

from registry.imaging.picture import Reading
from registry.imaging.symmetry import Symmetry
from registry.imaging.template import Template
from registry.similarity import verification
from registry.similarity.answer import Answer, Match, Relation, Verdict
from registry.similarity.catalogue import (
    Catalogue,
    Ink,
    RegisteredPicture,
    identical,
    load,
    load_template,
    work_of,
)
from registry.similarity.decision import calibration, measurements
from registry.similarity.placement import placement, words
from registry.similarity.search_parts import Found, search_parts
from registry.similarity.sources import Proposal
from registry.storage.database import Database

MOST_COMPARED = 64
"""Candidates whose pixels are looked at, best hash first: some 2 ms each."""
MOST_MATCHES = 20
WHOLE_MODEL = "whole-picture/1"
"""Names the sources, the comparison and the thresholds of the whole-picture stage."""
MOST_TEMPLATES = 4_000
"""Templates kept unpacked: some 100 kB each."""
_WHOLE_SHARE = 0.85
"""Of the listing, from which a work that shows wholly is called the picture itself."""
_SHOWN_WHOLE = 0.97
_MOST_CERTAIN = 0.999
"""A score of 1 is kept for identical files and pixels."""


class Finder:
    """Finds registered pictures in a listing picture. Thread-safe; each process keeps its own index up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalogue = Catalogue()
        self._templates: OrderedDict[int, tuple[Template, Ink]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def seen(self) -> int:
        """The ledger size that the index reflects: as of the newest search, or of ``refresh``."""
        return self._catalogue.seen

    def refresh(self) -> int:
        """Catch up with the ledger; answers the size that the index reflects."""
        with self._lock, self._database.read() as session:
            return self._catalogue.refresh(session)

    def find(self, reading: Reading, *, limit: int = MOST_MATCHES) -> Answer:
        """What the listing picture matches, best first, ties by the earlier entry; at most ``limit`` matches."""
        model = f"{WHOLE_MODEL}+{calibration().model}"
        with self._lock, self._database.read() as session:
            seen = self._catalogue.refresh(session)
            proposals = self._catalogue.propose(reading)
            # Under the lock as well: the indexes may not change while they are searched.
            parts = search_parts(
                self._catalogue.features,
                self._catalogue.sizes,
                reading.features,
                lambda entry: self._template(session, entry),
            )
            inks = {found.entry: self._templates[found.entry][1] for found in parts}
        with self._database.read() as session:
            matches: dict[int, Match] = {}
            works: dict[int, RegisteredPicture | None] = {}  # one is often proposed under several transformations
            for proposal in _to_compare(proposals, identical(session, reading)):
                if proposal.entry_index not in works:
                    works[proposal.entry_index] = load(session, proposal.entry_index)
                work = works[proposal.entry_index]
                whole = work and verification.verify(work, reading, proposal)
                if whole and (known := matches.get(whole.entry_index, whole)) and _rank(whole) <= _rank(known):
                    matches[whole.entry_index] = whole
            for found in parts:
                # What the comparison of whole pictures says is finer: it knows a sister by a detail.
                if found.entry not in matches and (part := _part_match(session, reading, found, inks[found.entry])):
                    matches[part.entry_index] = part
        ranked = tuple(sorted(matches.values(), key=_rank)[:limit])
        return Answer(ranked[0].verdict if ranked else Verdict.CLEAR, ranked, seen, model)

    def _template(self, session: Session, entry: int) -> Template | None:
        known = self._templates.get(entry)
        if known is None:
            known = load_template(session, entry)
            if known is None:
                return None
            self._templates[entry] = known
            if len(self._templates) > MOST_TEMPLATES:
                self._templates.popitem(last=False)
        else:
            self._templates.move_to_end(entry)
        return known[0]


def _part_match(session: Session, reading: Reading, found: Found, ink: Ink) -> Match | None:
    """The match that a place found amounts to; None where it is clear, or the picture erased meanwhile."""
    probability = calibration().probability(measurements(found.appearance, found.fit, found.inliers))
    verdict = calibration().verdict(probability)
    if verdict is Verdict.CLEAR or (work_id := work_of(session, found.entry)) is None:
        return None
    seen = reading.features.view
    scale = np.tile([reading.width / seen.shape[1], reading.height / seen.shape[0]], 4)
    size = (reading.width, reading.height)
    placed = placement(found.quad * scale, size, ink)
    visible = found.appearance.visible
    whole = visible >= _SHOWN_WHOLE and placed.share_of_listing >= _WHOLE_SHARE
    return Match(
        work_id=work_id,
        entry_index=found.entry,
        verdict=verdict,
        relation=Relation.PICTURE_THEFT if whole else Relation.PARTIAL_COPY,
        score=round(min(probability, _MOST_CERTAIN), 4),
        coverage_of_work=round(visible, 4),
        share_of_listing=placed.share_of_listing,
        transform=words(placed.frame, placed.frame_of_work, size, found.appearance.tone, visible),
        region=placed.region,
        region_of_work=placed.region_of_work,
        frame=placed.frame,
        frame_of_work=placed.frame_of_work,
    )


def _rank(match: Match) -> tuple[bool, float, int]:
    return (match.verdict is not Verdict.MATCH, -match.score, match.entry_index)


def _to_compare(proposals: list[Proposal], certain: list[int]) -> list[Proposal]:
    """The proposals worth looking at: identical pictures first, then by strength, then in ledger order."""
    known = [Proposal(entry_index, Symmetry.IDENTITY, False, 1.0) for entry_index in certain]
    rest = sorted(
        (proposal for proposal in proposals if proposal.entry_index not in certain),
        key=lambda proposal: (-proposal.strength, proposal.entry_index, proposal.inverted, proposal.symmetry.value),
    )
    return [*known, *rest[:MOST_COMPARED]]
