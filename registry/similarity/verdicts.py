"""What the places found in one listing amount to: matches, and which of them are sisters of a better one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from registry.imaging.picture import Reading
from registry.similarity.answer import Match, Polygon, Relation, Verdict
from registry.similarity.catalogue import Ink
from registry.similarity.decision import Calibration, measurements, score_of
from registry.similarity.hypotheses import same_spot
from registry.similarity.placement import Placement, placement, words
from registry.similarity.search_parts import Found

WHOLE_SHARE = 0.85
"""Of the listing, from which a work that shows wholly is called the picture itself."""
SHOWN_WHOLE = 0.97
LEAST_TONE = 0.7
"""Correlation of the grey levels from which a part may be called a match. Sisters of a work, such as spirographs and
buttons, have edges in the same directions; of 190 copies nine in ten measured more, of 237 sisters one in thirteen."""
ON_CANVAS = 3.5
"""Logits by which a work that was compared where its canvas has it may fall short of the others and still be looked at
by a person. Of 202 listings of unregistered designs, held against 150 works, what shared no art with them was below by
4.2 and more."""
_JUST_SHORT = 0.05
"""Certainty by which what is as certain as a match, and called none, falls short of one; the half of it at most."""
_BUT_FOR_THE_CROWD = 0.02
"""The same of what only a crowd of siblings keeps from being a match: before all that fall short otherwise."""
_MOST_CERTAIN = 0.999
"""A score of 1 is kept for identical files and pixels."""
_AS_GOOD = 0.5
"""Difference in logits within which two works at one place are equally good: one picture registered twice."""


@dataclass(frozen=True)
class Place:
    """A place found, the work it belongs to, and the box of that picture's ink in pixels of it.

    ``found_first`` is the place before it was aligned finer to tell siblings apart, None where it was not: siblings
    gain by that too, so whether it is called a match is decided as for all other places. ``in_crowd``: many works fit
    there.
    """

    found: Found
    work_id: str
    ink: Ink
    found_first: Found | None = None
    in_crowd: bool = False


def measured(place: Place) -> list[float]:
    """What the decision weighs of a place, in the order of MEASUREMENTS."""
    return measurements(place.found.appearance, place.found.fit, place.found.inliers)


def certainty_of(place: Place, calibration: Calibration) -> float:
    """0 where a person begins to look at it and 1 where it is called a match."""
    return calibration.certainty(measured(place), _allowance(place))


def has_tone(place: Place) -> bool:
    """Whether its lights and darks, or the negative's, are the work's, so that it may be called a match."""
    return abs(place.found.appearance.tone) >= LEAST_TONE


def placed_in(place: Place, reading: Reading) -> Placement:
    """Where it is, in pixels of the listing picture and of the work."""
    seen, size = reading.features.view, (reading.width, reading.height)
    return placement(place.found.quad * np.tile([size[0] / seen.shape[1], size[1] / seen.shape[0]], 4), size, place.ink)


def match_of(place: Place, reading: Reading, calibration: Calibration) -> Match | None:
    """The match that a place amounts to; None where it is clear."""
    found, certainty = place.found, certainty_of(place, calibration)
    first = replace(place, found=place.found_first or found)
    toned = has_tone(first)
    verdict = calibration.verdict(measured(first), _allowance(first))
    if verdict is Verdict.MATCH and (place.in_crowd or not toned):
        verdict = Verdict.REVIEW
    if verdict is Verdict.CLEAR:
        return None
    if verdict is Verdict.REVIEW and certainty >= 1:
        # Still in the order of certainty, so that of sisters that all fall short the likeliest comes first.
        certainty = 1 - (_BUT_FOR_THE_CROWD if place.in_crowd and toned else _JUST_SHORT) / (1 + certainty)
    placed = placed_in(place, reading)
    visible = found.appearance.visible
    whole = visible >= SHOWN_WHOLE and placed.share_of_listing >= WHOLE_SHARE
    return Match(
        work_id=place.work_id,
        entry_index=found.entry,
        verdict=verdict,
        relation=Relation.PICTURE_THEFT if whole else Relation.PARTIAL_COPY,
        score=round(min(score_of(certainty), _MOST_CERTAIN), 4),
        coverage_of_work=round(visible, 4),
        share_of_listing=placed.share_of_listing,
        transform=words(
            placed.frame, placed.frame_of_work, (reading.width, reading.height), found.appearance.tone, visible
        ),
        region=placed.region,
        region_of_work=placed.region_of_work,
        frame=placed.frame,
        frame_of_work=placed.frame_of_work,
    )


def _allowance(place: Place) -> float:
    return ON_CANVAS if place.found.on_canvas else 0.0


def ranked(wholes: Iterable[Match], parts: Iterable[Match] = ()) -> tuple[Match, ...]:
    """Best first, ties by the earlier entry; what lies at the place of a better one is marked as its sibling.

    ``wholes`` were compared as whole pictures, which is finer than how ``parts`` are compared: a certain one of them
    comes before all parts. A sibling shows the same art less well, so it is a person's to decide and no ``match``,
    unless it is as good.
    """
    finer = sorted(wholes, key=rank)
    certain = [match for match in finer if match.verdict is Verdict.MATCH]
    uncertain = sorted([*finer[len(certain) :], *parts], key=rank)
    ordered: list[Match] = []
    for match in [*certain, *uncertain]:
        better = next((one for one in ordered if one.sibling_of is None and _same_place(one.frame, match.frame)), None)
        if better is None or better.work_id == match.work_id:
            ordered.append(match)
            continue
        compared_alike = better not in certain or match in certain
        as_good = compared_alike and _logit(better.score) - _logit(match.score) <= _AS_GOOD
        verdict = match.verdict if as_good else Verdict.REVIEW
        ordered.append(replace(match, verdict=verdict, sibling_of=better.work_id))
    return (*ordered[: len(certain)], *sorted(ordered[len(certain) :], key=rank))


def _same_place(one: Polygon, other: Polygon) -> bool:
    return same_spot(np.array(one, np.float64).ravel(), np.array(other, np.float64).ravel())


def _logit(score: float) -> float:
    kept = min(max(score, 1 - _MOST_CERTAIN), _MOST_CERTAIN)
    return math.log(kept / (1 - kept))


def rank(match: Match) -> tuple[bool, float, int]:
    """Sorts matches: certain ones first, then by score, ties by the earlier entry."""
    return (match.verdict is not Verdict.MATCH, -match.score, match.entry_index)
