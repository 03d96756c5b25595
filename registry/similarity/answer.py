"""The small messages that the search answers with."""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """How the listing picture relates to the registered one, strongest first."""

    IDENTICAL_FILE = "identical_file"
    IDENTICAL_PIXELS = "identical_pixels"
    PICTURE_THEFT = "picture_theft"
    PARTIAL_COPY = "partial_copy"
    CREATIVE_COPY = "creative_copy"


class Verdict(StrEnum):
    """What a moderator should do: act, look, or go on."""

    MATCH = "match"
    REVIEW = "review"
    CLEAR = "clear"


Polygon = tuple[tuple[float, float], ...]
"""Corners (x, y) in pixels of the picture it lies in, x to the right and y down, in drawing order."""


@dataclass(frozen=True)
class Match:
    """One registered picture found in the listing picture.

    ``entry_index`` is the ledger entry that registered the picture, ``score`` in 0..1 rises with
    the certainty of a copy under ``Answer.model``, ``coverage_of_work`` is the share of the
    registered picture that appears, ``share_of_listing`` the share of the listing's area it takes,
    ``transform`` says in words what was done to the work, ``region`` lies in the listing picture and
    ``region_of_work`` in the registered one. ``frame`` are the places in the listing of the four corners
    ``frame_of_work``, also where they lie outside: they say which way the work lies. ``sibling_of`` names the
    work that lies at the same place and fits better, None for the best of a place.
    """

    work_id: str
    entry_index: int
    verdict: Verdict
    relation: Relation
    score: float
    coverage_of_work: float
    share_of_listing: float
    transform: str
    region: Polygon
    region_of_work: Polygon
    frame: Polygon
    frame_of_work: Polygon
    sibling_of: str | None = None


@dataclass(frozen=True)
class Answer:
    """Matches, best first, and the number of ledger entries that the search had seen."""

    verdict: Verdict
    matches: tuple[Match, ...]
    index_size: int
    model: str
