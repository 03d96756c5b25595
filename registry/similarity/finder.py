"""The search: candidates from every source, a decision on the pixels of the best of them, one answer."""

import threading

from registry.imaging.picture import Reading
from registry.imaging.symmetry import Symmetry
from registry.similarity import verification
from registry.similarity.answer import Answer, Match, Verdict
from registry.similarity.catalogue import Catalogue, RegisteredPicture, identical, load
from registry.similarity.sources import Proposal
from registry.storage.database import Database

MOST_COMPARED = 64
"""Candidates whose pixels are looked at, best hash first: some 2 ms each."""
MOST_MATCHES = 20
MODEL = "whole-picture/1"
"""Names the sources, the comparison and the thresholds: the same model gives the same answer to the same question."""


class Finder:
    """Finds registered pictures in a listing picture. Thread-safe; each process keeps its own index up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalogue = Catalogue()
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
        with self._lock, self._database.read() as session:
            seen = self._catalogue.refresh(session)
            proposals = self._catalogue.propose(reading)
        with self._database.read() as session:
            certain = identical(session, reading)
            matches: dict[int, Match] = {}
            works: dict[int, RegisteredPicture | None] = {}  # one is often proposed under several transformations
            for proposal in _to_compare(proposals, certain):
                if proposal.entry_index not in works:
                    works[proposal.entry_index] = load(session, proposal.entry_index)
                work = works[proposal.entry_index]
                found = work and verification.verify(work, reading, proposal)
                if found and (known := matches.get(found.entry_index, found)) and _rank(found) <= _rank(known):
                    matches[found.entry_index] = found
        ranked = tuple(sorted(matches.values(), key=_rank)[:limit])
        return Answer(ranked[0].verdict if ranked else Verdict.CLEAR, ranked, seen, MODEL)


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
