"""The search: candidates from every source, a decision on the pixels of the best of them, one answer."""

import threading
from collections import OrderedDict
from collections.abc import Set
from pathlib import Path

from sqlalchemy.orm import Session

from registry.imaging.picture import Reading
from registry.imaging.symmetry import Symmetry
from registry.imaging.template import Template
from registry.similarity import verification
from registry.similarity.answer import Answer, Match, Verdict
from registry.similarity.catalogue import (
    Catalogue,
    Ink,
    RegisteredPicture,
    identical,
    load,
    load_template,
    work_of,
)
from registry.similarity.decision import Calibration, shipped_calibration
from registry.similarity.genericity import generic
from registry.similarity.hypotheses import Source
from registry.similarity.index.spans import UNIT
from registry.similarity.search_parts import search_parts
from registry.similarity.sources import Proposal
from registry.similarity.verdicts import Place, match_of, ranked
from registry.storage.database import Database

MOST_COMPARED = 64
"""Candidates whose pixels are looked at, best hash first: some 2 ms each."""
MOST_MATCHES = 20
WHOLE_PICTURES = "whole_pictures"
WHOLE_MODEL = "whole-picture/1"
"""Names the sources, the comparison and the thresholds of the whole-picture stage."""
MOST_TEMPLATES = 4_000
"""Templates kept unpacked: some 100 kB each."""


class Finder:
    """Finds registered pictures in a listing picture. Thread-safe; each process keeps its own index up to date."""

    def __init__(
        self,
        database: Database,
        calibration: Calibration | None = None,
        *,
        index: Path | None = None,
        unit: int = UNIT,
        without: Set[str] = frozenset(),
    ) -> None:
        """``without`` switches parts of the search off: WHOLE_PICTURES, or the value of a Source.

        ``index`` is the folder for what is derived of the older entries; without it all is held in memory. ``unit``
        entries fill the shortest segment of it.
        """
        self._database = database
        self._calibration = calibration or shipped_calibration()
        self._whole = WHOLE_PICTURES not in without
        self._sources = frozenset(source for source in Source if source.value not in without)
        self._catalogue = Catalogue(database, index, unit=unit)
        self._templates: OrderedDict[int, tuple[Template, Ink]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def seen(self) -> int:
        """The ledger size that the index reflects: as of the newest search, or of ``refresh``."""
        return self._catalogue.seen

    @property
    def model(self) -> str:
        """Names everything that a verdict depends on."""
        return f"{WHOLE_MODEL}+{self._calibration.model}"

    def refresh(self) -> int:
        """Catch up with the ledger; answers the size that the index reflects."""
        with self._lock, self._database.read() as session:
            return self._catalogue.refresh(session)

    def close(self) -> None:
        """Waits for parts of the index that are being written."""
        self._catalogue.close()

    def find(self, reading: Reading, *, limit: int = MOST_MATCHES) -> Answer:
        """What the listing picture matches, best first, ties by the earlier entry; at most ``limit`` matches."""
        with self._lock, self._database.read() as session:
            seen = self._catalogue.refresh(session)
            proposals = self._catalogue.propose(reading) if self._whole else []
            # Under the lock as well: the indexes may not change while they are searched.
            places = self._places(session, reading)
        with self._database.read() as session:
            matches = _whole_matches(session, reading, proposals)
        for place in places:
            # What the comparison of whole pictures says is finer: it knows a sister by a detail.
            if place.found.entry not in matches and (part := match_of(place, reading, self._calibration)):
                matches[part.entry_index] = part
        found = ranked(list(matches.values()))[:limit]
        return Answer(found[0].verdict if found else Verdict.CLEAR, found, seen, self.model)

    def generic(self, reading: Reading) -> bool:
        """Whether a picture is so plain that only copies of the whole of it can be called a match."""
        return generic(reading.features, self._calibration)

    def places(self, reading: Reading, hidden: Set[int] = frozenset()) -> list[Place]:
        """Where works may lie as parts of the listing, whatever the decision on them would be.

        ``hidden`` entries are not looked for: what would be found if they were not registered.
        """
        with self._lock, self._database.read() as session:
            self._catalogue.refresh(session)
            return self._places(session, reading, hidden)

    def _places(self, session: Session, reading: Reading, hidden: Set[int] = frozenset()) -> list[Place]:
        places = []
        found = search_parts(
            self._catalogue.features,
            self._catalogue.sizes,
            reading.features,
            lambda entry: self._template(session, entry),
            hidden=hidden,
            sources=self._sources,
        )
        for one in found:
            work_id = work_of(session, one.entry)
            if work_id is not None:
                places.append(Place(one, work_id, self._templates[one.entry][1]))
        return places

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


def _whole_matches(session: Session, reading: Reading, proposals: list[Proposal]) -> dict[int, Match]:
    """By entry, the matches that the listing as a whole amounts to."""
    matches: dict[int, Match] = {}
    works: dict[int, RegisteredPicture | None] = {}  # one is often proposed under several transformations
    for proposal in _to_compare(proposals, identical(session, reading)):
        if proposal.entry_index not in works:
            works[proposal.entry_index] = load(session, proposal.entry_index)
        work = works[proposal.entry_index]
        found = work and verification.verify(work, reading, proposal)
        if found and (known := matches.get(found.entry_index, found)) and _rank(found) <= _rank(known):
            matches[found.entry_index] = found
    return matches


def _rank(match: Match) -> tuple[bool, float]:
    return (match.verdict is not Verdict.MATCH, -match.score)


def _to_compare(proposals: list[Proposal], certain: list[int]) -> list[Proposal]:
    """The proposals worth looking at: identical pictures first, then by strength, then in ledger order."""
    known = [Proposal(entry_index, Symmetry.IDENTITY, False, 1.0) for entry_index in certain]
    rest = sorted(
        (proposal for proposal in proposals if proposal.entry_index not in certain),
        key=lambda proposal: (-proposal.strength, proposal.entry_index, proposal.inverted, proposal.symmetry.value),
    )
    return [*known, *rest[:MOST_COMPARED]]
