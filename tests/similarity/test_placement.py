"""Where a work lies: polygons that are inside both pictures, and words that a person would use."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.similarity.placement import placement, words

LISTING = (1000, 800)
INK = (10.0, 20.0, 210.0, 120.0)


def quad(
    angle: float = 0, scale: float = 2, mirrored: bool = False, centre: tuple[float, float] = (500, 400)
) -> np.ndarray:
    corners = np.array([[-100, -50], [100, -50], [100, 50], [-100, 50]]) * scale
    if mirrored:
        corners = corners * [-1, 1]
    turn = math.radians(angle)
    matrix = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    placed: np.ndarray = (corners @ matrix.T + centre).ravel()
    return placed


def said(tone: float = 1, visible: float = 1, **place: object) -> str:
    placed = placement(quad(**place), LISTING, INK)  # type: ignore[arg-type]
    return words(placed.frame, placed.frame_of_work, LISTING, tone, visible)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({}, "40% of the listing's width"),
        ({"angle": 12}, "rotated 12 degrees clockwise, 43% of the listing's width"),
        ({"angle": -30, "scale": 1}, "rotated 30 degrees counter-clockwise, 22% of the listing's width"),
        ({"mirrored": True}, "mirrored, 40% of the listing's width"),
        ({"mirrored": True, "angle": 20}, "mirrored, rotated 20 degrees clockwise, 44% of the listing's width"),
        ({"tone": -0.9}, "inverted, 40% of the listing's width"),
        ({"visible": 0.62}, "40% of the listing's width, cut off, 62% of it visible"),
        ({"scale": 5}, "re-encoded"),
    ],
)
def test_words_say_what_was_done(place: dict[str, object], expected: str) -> None:
    assert said(**place) == expected  # type: ignore[arg-type]


def test_a_stretched_print_is_called_so() -> None:
    placed = placement(quad() * np.tile([1.2, 1], 4), LISTING, INK)
    assert "stretched by 20%" in words(placed.frame, placed.frame_of_work, LISTING, 1, 1)


def test_what_hangs_over_the_edge_is_cut_off_in_both_pictures() -> None:
    placed = placement(quad(centre=(0, 400)), LISTING, INK)
    assert {x for x, _ in placed.frame} == {-200.0, 200.0}
    assert {x for x, _ in placed.region} == {0.0, 200.0}
    assert {x for x, _ in placed.region_of_work} == {110.0, 210.0}
    assert placed.share_of_listing == pytest.approx(200 * 200 / (1000 * 800))


@given(st.floats(-180, 180), st.floats(0.5, 6), st.booleans(), st.floats(-100, 1100), st.floats(-100, 900))
def test_regions_lie_in_their_pictures(angle: float, scale: float, mirrored: bool, x: float, y: float) -> None:
    placed = placement(quad(angle, scale, mirrored, (x, y)), LISTING, INK)
    for across, down in placed.region_of_work:
        assert INK[0] - 0.01 <= across <= INK[2] + 0.01
        assert INK[1] - 0.01 <= down <= INK[3] + 0.01
    if placed.share_of_listing > 0:
        for across, down in placed.region:
            assert -0.01 <= across <= LISTING[0] + 0.01
            assert -0.01 <= down <= LISTING[1] + 0.01
