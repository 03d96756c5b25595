"""Works that fit one spot of a listing: which of them it is, and when a person decides that."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.system import Listing
from registry.imaging.picture import Features
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.similarity.alignment import ListingFields
from registry.similarity.answer import Verdict
from registry.similarity.appearance import NOTHING, Appearance, appearance
from registry.similarity.decision import shipped_calibration
from registry.similarity.search_parts import Found
from registry.similarity.siblings import CROWD, MOST_ALIGNED, told_apart
from registry.similarity.verdicts import LEAST_TONE, Place, certainty_of, match_of
from tests.similarity.test_parts import asked, enrolled

CALIBRATION = shipped_calibration()
DESIGN = drawn_design(np.random.default_rng(3), 500)
SHIFT = 120
OFF = 3.0
"""Pixels of the listing that a place is off: less than its first alignment could be."""


def printed() -> NDArray[np.uint8]:
    """The design on white, moved by SHIFT to the right and down."""
    height, width = DESIGN.shape[:2]
    sheet = np.full((height + 2 * SHIFT, width + 2 * SHIFT, 4), 255, np.uint8)
    alpha = DESIGN[..., 3:].astype(np.float32) / 255
    sheet[SHIFT : SHIFT + height, SHIFT : SHIFT + width, :3] = DESIGN[..., :3] * alpha + 255 * (1 - alpha)
    return sheet


@pytest.fixture(scope="module")
def work() -> Features:
    return read(Listing(DESIGN).file, Purpose.WORK).features


@pytest.fixture(scope="module")
def listing() -> ListingFields:
    return ListingFields(read(Listing(printed()).file, Purpose.LISTING).features)


def place(work: Features, listing: ListingFields, entry: int, off: float) -> Place:
    """The design as work ``entry``, ``off`` pixels beside where it is."""
    left, top, right, bottom = (side + SHIFT for side in work.ink)
    quad = np.array([left, top, right, top, right, bottom, left, bottom], np.float64) + off
    found = Found(entry, quad, 0.8, 30, appearance(listing, work.template, quad))
    return Place(found, f"wrk_{entry}", work.ink)


def seemingly(entry: int, tone: float = 0.9) -> Place:
    """A place as certain as a match, of a work of its own, at the one spot of these tests."""
    seen = Appearance(0.97, 0.98, 0.95, 0.99, tone, 1.0, 0.9, 1.0, 40)
    quad = np.array([120, 120, 600, 120, 600, 600, 120, 600], np.float64)
    return Place(Found(entry, quad, 0.8, 60, seen), f"wrk_{entry}", (0, 0, 500, 500))


def test_works_at_one_spot_are_aligned_finer_and_become_more_certain(work: Features, listing: ListingFields) -> None:
    places = [place(work, listing, entry, off) for entry, off in ((1, OFF), (2, -OFF))]
    apart = told_apart(places, listing, {1: work.template, 2: work.template}, CALIBRATION)
    for before, after in zip(places, apart, strict=True):
        assert after.found.appearance.edges > before.found.appearance.edges
        assert certainty_of(after, CALIBRATION) > certainty_of(before, CALIBRATION)
        assert after.found_first is before.found


def test_a_work_alone_at_its_spot_and_one_that_nobody_would_see_stay_as_they_are(
    work: Features, listing: ListingFields
) -> None:
    alone = place(work, listing, 1, OFF)
    again = replace(place(work, listing, 1, -OFF), work_id=alone.work_id)
    clear = replace(alone, work_id="wrk_2", found=replace(alone.found, entry=2, appearance=NOTHING))
    assert certainty_of(clear, CALIBRATION) < 0
    places = [alone, again, clear]
    assert told_apart(places, listing, {1: work.template, 2: work.template}, CALIBRATION) == places


def test_no_more_places_of_a_listing_are_aligned_than_there_is_time_for(work: Features, listing: ListingFields) -> None:
    places = [place(work, listing, entry, OFF) for entry in range(MOST_ALIGNED + 2)]
    apart = told_apart(places, listing, dict.fromkeys(range(len(places)), work.template), CALIBRATION)
    assert sum(one.found_first is not None for one in apart) == MOST_ALIGNED


@pytest.mark.parametrize(
    ("others", "tone", "crowded"),
    [(CROWD - 1, LEAST_TONE - 0.1, False), (CROWD, LEAST_TONE - 0.1, True), (CROWD + 3, LEAST_TONE + 0.2, False)],
)
def test_many_works_whose_edges_alone_fit_a_spot_are_a_crowd_and_one_picture_of_many_owners_is_none(
    work: Features, listing: ListingFields, others: int, tone: float, crowded: bool
) -> None:
    places = [seemingly(0, 0.9), *(seemingly(1 + entry, tone) for entry in range(others))]
    known = dict.fromkeys(range(len(places)), work.template)
    assert {one.in_crowd for one in told_apart(places, listing, known, CALIBRATION)} == {crowded}


def test_in_a_crowd_a_person_decides_and_the_most_certain_still_comes_first() -> None:
    reading = read(Listing(printed()).file, Purpose.LISTING)
    places = [seemingly(1), replace(seemingly(1, 0.99), in_crowd=True), replace(seemingly(1, 0.8), in_crowd=True)]
    found = [match for match in (match_of(place, reading, CALIBRATION) for place in places) if match is not None]
    assert [match.verdict for match in found] == [Verdict.MATCH, Verdict.REVIEW, Verdict.REVIEW]
    assert found[0].score > found[1].score > found[2].score


def test_in_a_crowd_what_has_the_lights_and_darks_comes_before_what_has_the_edges_alone() -> None:
    reading = read(Listing(printed()).file, Purpose.LISTING)
    fitting = replace(seemingly(1, LEAST_TONE - 0.05), in_crowd=True)
    toned = replace(seemingly(2, LEAST_TONE + 0.01), in_crowd=True)
    weaker = replace(toned, found=replace(toned.found, inliers=20))
    assert 1 <= certainty_of(weaker, CALIBRATION) < certainty_of(fitting, CALIBRATION)
    first, second = match_of(weaker, reading, CALIBRATION), match_of(fitting, reading, CALIBRATION)
    assert first is not None
    assert second is not None
    assert first.score > second.score


def test_what_aligning_siblings_finer_gained_makes_no_match_of_what_was_none() -> None:
    reading = read(Listing(printed()).file, Purpose.LISTING)
    first, finer = seemingly(1, LEAST_TONE - 0.1).found, seemingly(1, LEAST_TONE + 0.1)
    found = match_of(replace(finer, found_first=first), reading, CALIBRATION)
    assert found is not None
    assert found.verdict is Verdict.REVIEW


def ring(inner: float) -> NDArray[np.uint8]:
    """72 chords of a circle, each touching the ``inner`` one: of shape (500, 500, 4)."""
    side, scale, spokes = 500, 3, 72
    middle, radius, half = side * scale / 2, 0.46 * side * scale, math.acos(inner)
    picture = Image.new("RGBA", (side * scale, side * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for spoke in range(spokes):
        angles = [2 * math.pi * spoke / spokes + sign * half for sign in (-1, 1)]
        ends = [(middle + radius * math.cos(angle), middle + radius * math.sin(angle)) for angle in angles]
        draw.line(ends, fill=(0, 0, 0, 255), width=scale)
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX))


def test_one_more_ring_of_a_series_is_called_no_match_of_the_registered_ones() -> None:
    with throw_away_installation() as installation:
        for inner in (0.25, 0.32, 0.39, 0.46, 0.53, 0.6, 0.67, 0.74):
            enrolled(installation, ring(inner))
        answer = asked(installation, ring(0.42))
    assert answer.verdict is Verdict.REVIEW
    assert len(answer.matches) > CROWD
