"""What counts as found, and how that is added up."""

import pytest

from registry.benchmark.judgement import calibration_error, judge, overlap, row_of
from registry.benchmark.system import Claim
from registry.similarity.answer import Polygon

SIZE = (400, 200)
LEFT: Polygon = ((0, 0), (200, 0), (200, 200), (0, 200))
RIGHT: Polygon = ((200, 0), (400, 0), (400, 200), (200, 200))
WHOLE: Polygon = ((0, 0), (400, 0), (400, 200), (0, 200))


def test_overlap_is_intersection_over_union_within_the_picture() -> None:
    beyond: Polygon = ((-500, 0), (200, 0), (200, 900), (-500, 900))

    assert overlap(LEFT, WHOLE, SIZE) == pytest.approx(0.5, abs=0.01)
    assert overlap(LEFT, RIGHT, SIZE) == pytest.approx(0, abs=0.01)
    assert overlap(LEFT, beyond, SIZE) == pytest.approx(1, abs=0.01)


def test_the_right_work_first_is_found_and_certain_is_a_match() -> None:
    (outcome,) = judge([Claim(7, True, 0.9, LEFT)], {7: LEFT}, {7}, size=SIZE, milliseconds=3)

    assert (outcome.found, outcome.match, outcome.wrong) == (True, True, False)
    assert outcome.overlap == pytest.approx(1, abs=0.01)


def test_a_work_behind_a_stranger_is_not_found_and_the_stranger_is_wrong() -> None:
    claims = [Claim(3, True, 0.9), Claim(7, True, 0.8)]

    (outcome,) = judge(claims, {7: LEFT}, {7}, size=SIZE, milliseconds=3)

    assert (outcome.found, outcome.match, outcome.wrong) == (False, False, True)


def test_a_work_behind_one_that_shares_its_art_is_found() -> None:
    claims = [Claim(3, True, 0.9), Claim(7, False, 0.8)]

    (outcome,) = judge(claims, {7: LEFT}, {3, 7}, size=SIZE, milliseconds=3)

    assert (outcome.found, outcome.match, outcome.wrong) == (True, False, False)


def test_each_work_of_a_collage_is_judged() -> None:
    outcomes = judge([Claim(2, True, 0.9, RIGHT)], {1: LEFT, 2: RIGHT}, {1, 2}, size=SIZE, milliseconds=3)

    assert [outcome.found for outcome in outcomes] == [False, True]
    assert row_of(outcomes)["iou70"] == 1.0


def test_the_calibration_error_is_the_distance_of_score_and_share() -> None:
    scores = [(0.95, True)] * 19 + [(0.95, False)] + [(0.25, False)] * 20

    assert calibration_error(scores) == pytest.approx(0.125)
    assert calibration_error([]) is None
