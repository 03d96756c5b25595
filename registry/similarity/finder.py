"""The search: candidates from every source, a decision on the pixels of the best of them, one answer."""

import threading
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path

from registry.imaging.picture import Reading
from registry.imaging.symmetry import Symmetry
from registry.similarity import search_canvas, verification
from registry.similarity.alignment import ListingFields
from registry.similarity.answer import Answer, Match, Verdict
from registry.similarity.catalogue import Catalogue, RegisteredPicture, identical, load
from registry.similarity.decision import Calibration, shipped_calibration
from registry.similarity.genericity import generic
from registry.similarity.hypotheses import Hypothesis, Source
from registry.similarity.index.spans import UNIT
from registry.similarity.proposal import Proposal
from registry.similarity.search_parts import Found, compared, proposed
from registry.similarity.siblings import told_apart
from registry.similarity.templates import Printable, Templates
from registry.similarity.verdicts import Place, match_of, rank, ranked
from registry.storage.database import Database

MOST_COMPARED = 16
"""Candidates whose pixels are looked at, best hash first: some 2 ms each. With 32 no more of 240 thefts were found."""
MOST_OF_A_WORK = 3
"""Ways of turning and inverting one work that are looked at: a ring hashes alike in all sixteen."""
MOST_MATCHES = 20
_NO_BETTER = 0.005
"""Difference in score within which the simpler way of turning and inverting a work explains a listing as well."""
WHOLE_PICTURES = "whole_pictures"
WHOLE_MODEL = "whole-picture/3"
"""Names the sources, the comparison and the thresholds of the whole-picture stage, and how places are ranked."""


@dataclass(frozen=True)
class _Proposed:
    """``seen`` entries of the ledger were known when these were proposed."""

    seen: int
    wholes: list[Proposal]
    canvases: list[Hypothesis]
    parts: list[Hypothesis]

    @property
    def entries(self) -> list[int]:
        """Of the works that are laid over the listing."""
        return [one.entry for one in (*self.canvases, *self.parts)]


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
        self._templates = Templates()
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
        return self._found(reading, ListingFields(reading.features), limit)

    def find_for_new_work(self, reading: Reading) -> tuple[Answer, bool]:
        """As ``find``, and whether the picture is so plain that only copies of all of it can be called a match."""
        itself = ListingFields(reading.features)
        return self._found(reading, itself, MOST_MATCHES), generic(reading.features, itself, self._calibration)

    def _found(self, reading: Reading, listing: ListingFields, limit: int) -> Answer:
        told = self._proposed(reading, listing)
        with self._database.read() as session:
            wholes = _to_compare(told.wholes, identical(session, reading))
            works = {entry: load(session, entry) for entry in {one.entry_index for one in wholes}}
            printables = self._templates.of(session, told.entries)
        whole_matches = _whole_matches(reading, wholes, works)
        templates = {entry: printable.template for entry, printable in printables.items()}
        found = [*compared(told.parts, listing, templates), *search_canvas.compared(told.canvases, listing, templates)]
        places = _places([one for one in found if one.entry not in whole_matches], printables)
        if not any(match.verdict is Verdict.MATCH for match in whole_matches.values()):
            places = told_apart(places, listing, templates, self._calibration)
        part_matches: dict[int, Match] = {}
        for place in places:
            part = match_of(place, reading, self._calibration)
            if part is not None:
                part_matches[part.entry_index] = min(part_matches.get(part.entry_index, part), part, key=rank)
        matches = ranked(whole_matches.values(), part_matches.values())[:limit]
        return Answer(matches[0].verdict if matches else Verdict.CLEAR, matches, told.seen, self.model)

    def places(self, reading: Reading, hidden: Set[int] = frozenset()) -> list[Place]:
        """Where works may lie as parts of the listing, whatever the decision on them would be.

        ``hidden`` entries are not looked for: what would be found if they were not registered.
        """
        listing = ListingFields(reading.features)
        told = self._proposed(reading, listing, hidden)
        with self._database.read() as session:
            printables = self._templates.of(session, (one.entry for one in told.parts))
        templates = {entry: printable.template for entry, printable in printables.items()}
        return _places(compared(told.parts, listing, templates), printables)

    def _proposed(self, reading: Reading, listing: ListingFields, hidden: Set[int] = frozenset()) -> _Proposed:
        # Only this needs the lock: the indexes may not change while they are searched.
        with self._lock:
            with self._database.read() as session:
                seen = self._catalogue.refresh(session)
            wholes = self._catalogue.propose(reading) if self._whole else []
            features, sizes = self._catalogue.features, self._catalogue.sizes
            outlines = Source.OUTLINES in self._sources
            canvases = search_canvas.proposed(features, sizes, listing, hidden) if outlines else []
            parts = proposed(features, sizes, reading.features, hidden=hidden, sources=self._sources)
        return _Proposed(seen, wholes, search_canvas.vouched(canvases, parts), parts)


def _places(found: list[Found], printables: Mapping[int, Printable]) -> list[Place]:
    return [Place(one, printables[one.entry].work_id, printables[one.entry].ink) for one in found]


def _whole_matches(
    reading: Reading, proposals: list[Proposal], works: Mapping[int, RegisteredPicture | None]
) -> dict[int, Match]:
    """By entry, the matches that the listing as a whole amounts to; None is for a picture erased meanwhile."""
    matches: dict[int, Match] = {}
    for proposal in sorted(proposals, key=lambda one: (one.inverted, one.symmetry.value)):
        work = works[proposal.entry_index]
        found = None if work is None else verification.verify(work, reading, proposal)
        if found is None:
            continue
        known = matches.get(found.entry_index)
        # A ring turned by a half is the same ring: then nothing was turned.
        if known is None or rank(found) < rank(replace(known, score=known.score + _NO_BETTER)):
            matches[found.entry_index] = found
    return matches


def _to_compare(proposals: list[Proposal], certain: list[int]) -> list[Proposal]:
    """The proposals worth looking at: identical pictures first, then by strength, then in ledger order."""
    known = [Proposal(entry_index, Symmetry.IDENTITY, False, 1.0) for entry_index in certain]
    rest: list[Proposal] = []
    ways: Counter[int] = Counter()
    for proposal in sorted(
        (proposal for proposal in proposals if proposal.entry_index not in certain),
        key=lambda proposal: (-proposal.strength, proposal.entry_index, proposal.inverted, proposal.symmetry.value),
    ):
        if ways[proposal.entry_index] < MOST_OF_A_WORK:
            ways[proposal.entry_index] += 1
            rest.append(proposal)
    return [*known, *rest[:MOST_COMPARED]]
