"""Several matches in one listing: the best of a place, and its siblings."""

from dataclasses import replace

import numpy as np
import pytest

from registry.imaging.local_features import LocalFeatures
from registry.imaging.picture import Features, Reading
from registry.imaging.regions import Regions
from registry.imaging.template import Template
from registry.similarity.answer import Match, Polygon, Relation, Verdict
from registry.similarity.appearance import Appearance
from registry.similarity.decision import SCORE_AT_MATCH, shipped_calibration
from registry.similarity.search_parts import Found
from registry.similarity.verdicts import LEAST_TONE, Place, match_of, ranked


def square(left: float, top: float, side: float) -> Polygon:
    return ((left, top), (left + side, top), (left + side, top + side), (left, top + side))


def match(work: str, score: float, frame: Polygon, verdict: Verdict = Verdict.MATCH) -> Match:
    entry = int(work[-1])
    return Match(
        work, entry, verdict, Relation.PARTIAL_COPY, score, 1.0, 0.2, "", frame, frame, frame, square(0, 0, 100)
    )


def test_works_at_different_places_are_both_matches() -> None:
    found = ranked([match("wrk_1", 0.97, square(0, 0, 100)), match("wrk_2", 0.99, square(300, 0, 100))])
    assert [(one.work_id, one.verdict, one.sibling_of) for one in found] == [
        ("wrk_2", Verdict.MATCH, None),
        ("wrk_1", Verdict.MATCH, None),
    ]


def test_a_work_that_fits_a_place_less_well_is_a_sibling_for_a_person_to_decide() -> None:
    found = ranked([match("wrk_1", 0.97, square(5, 5, 100)), match("wrk_2", 0.99, square(0, 0, 100))])
    assert [(one.work_id, one.verdict, one.sibling_of) for one in found] == [
        ("wrk_2", Verdict.MATCH, None),
        ("wrk_1", Verdict.REVIEW, "wrk_2"),
    ]


def test_one_picture_registered_twice_is_a_match_twice_the_earlier_first() -> None:
    found = ranked([match("wrk_2", 0.99, square(0, 0, 100)), match("wrk_1", 0.99, square(0, 0, 100))])
    assert [(one.work_id, one.verdict) for one in found] == [("wrk_1", Verdict.MATCH), ("wrk_2", Verdict.MATCH)]


def test_a_small_work_inside_a_large_one_is_no_sibling_of_it() -> None:
    found = ranked([match("wrk_1", 0.97, square(40, 40, 20)), match("wrk_2", 0.99, square(0, 0, 100))])
    assert {one.sibling_of for one in found} == {None}


def test_versions_of_one_work_are_no_siblings() -> None:
    one = match("wrk_1", 0.97, square(0, 0, 100))
    found = ranked([one, replace(one, entry_index=7, score=0.99)])
    assert {match.sibling_of for match in found} == {None}


def test_a_certain_match_comes_before_a_higher_score_for_review() -> None:
    found = ranked([match("wrk_1", 0.9, square(0, 0, 100)), match("wrk_2", 0.95, square(300, 0, 100), Verdict.REVIEW)])
    assert [one.work_id for one in found] == ["wrk_1", "wrk_2"]


def test_what_was_compared_as_a_whole_picture_comes_before_parts_of_a_higher_score() -> None:
    whole, part = match("wrk_2", 0.97, square(0, 0, 100)), match("wrk_1", 0.99, square(5, 5, 90))
    found = ranked([whole], [part])
    assert [(one.work_id, one.verdict, one.sibling_of) for one in found] == [
        ("wrk_2", Verdict.MATCH, None),
        ("wrk_1", Verdict.REVIEW, "wrk_2"),
    ]


def test_a_part_elsewhere_in_a_whole_picture_stays_a_match() -> None:
    found = ranked([match("wrk_2", 0.97, square(0, 0, 100))], [match("wrk_1", 0.99, square(60, 60, 30))])
    assert [(one.work_id, one.verdict, one.sibling_of) for one in found] == [
        ("wrk_2", Verdict.MATCH, None),
        ("wrk_1", Verdict.MATCH, None),
    ]


def test_a_whole_picture_for_review_does_not_come_before_a_part_that_is_certain() -> None:
    whole = match("wrk_2", 0.7, square(0, 0, 100), Verdict.REVIEW)
    found = ranked([whole], [match("wrk_1", 0.99, square(0, 0, 100))])
    assert [(one.work_id, one.sibling_of) for one in found] == [("wrk_1", None), ("wrk_2", "wrk_1")]


def place_of_tone(tone: float) -> Place:
    """A place where everything but perhaps the tone speaks for a copy."""
    seen = Appearance(0.97, 0.98, 0.95, 0.99, tone, 1.0, 0.9, 1.0, 40)
    quad = np.array([20, 20, 80, 20, 80, 80, 20, 80], np.float64)
    return Place(Found(7, quad, 0.8, 60, seen), "wrk_7", (0, 0, 100, 100))


def listing_of_100_pixels() -> Reading:
    view = np.zeros((100, 100, 4), np.uint8)
    nothing = np.zeros((0, 4), np.float32)
    features = Features(
        view,
        (0, 0, 100, 100),
        255,
        LocalFeatures(nothing, np.zeros((0, 128), np.uint8)),
        Regions(np.zeros((0, 3), np.float32), np.zeros((0, 1, 2), np.int8)),
        Template(view, nothing, nothing),
    )
    return Reading("", 1, "image/png", 100, 100, "", "", (), (), view, features, ())


@pytest.mark.parametrize("tone", [LEAST_TONE + 0.01, -LEAST_TONE - 0.01])
def test_a_part_with_the_same_lights_and_darks_or_their_negative_is_a_match(tone: float) -> None:
    found = match_of(place_of_tone(tone), listing_of_100_pixels(), shipped_calibration())
    assert found is not None
    assert (found.verdict, found.score >= SCORE_AT_MATCH) == (Verdict.MATCH, True)


@pytest.mark.parametrize("tone", [0.0, LEAST_TONE - 0.01, -LEAST_TONE + 0.01])
def test_a_part_whose_edges_alone_agree_is_for_a_person_to_decide(tone: float) -> None:
    found = match_of(place_of_tone(tone), listing_of_100_pixels(), shipped_calibration())
    assert found is not None
    assert (found.verdict, found.score < SCORE_AT_MATCH) == (Verdict.REVIEW, True)


def test_a_work_that_was_compared_where_its_canvas_has_it_is_looked_at_sooner_and_no_sooner_a_match() -> None:
    calibration = shipped_calibration()
    verdicts = {}
    for on_canvas in (False, True):
        place = place_of_tone(1.0)
        weaker = replace(place.found.appearance, edges=0.86, typical_block=0.95, weak_block=0.9, detail=15)
        found = replace(place.found, appearance=weaker, fit=0.7, inliers=0, on_canvas=on_canvas)
        match = match_of(replace(place, found=found), listing_of_100_pixels(), calibration)
        verdicts[on_canvas] = match and match.verdict
    assert verdicts == {False: None, True: Verdict.REVIEW}
