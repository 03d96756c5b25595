"""The search for parts: a registered design is found inside other pictures, with its place, and nothing else is."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import update

from registry.benchmark.controls import controls
from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.judgement import GOOD_OVERLAP, overlap
from registry.benchmark.system import Listing
from registry.benchmark.thefts import Context, Severity, Theft, generate
from registry.errors import Refused
from registry.imaging.reading import read
from registry.imaging.view import ink_box
from registry.installation import Installation
from registry.settings import SEARCH_PARTS
from registry.similarity.answer import Answer, Relation, Verdict
from registry.similarity.finder import WHOLE_PICTURES
from registry.similarity.hypotheses import Source
from registry.similarity.models import IndexedHash
from registry.works.end import erase, withdraw
from registry.works.register import register
from registry.works.schemas import ClaimInput, Upload
from registry.works.version import Picture
from tests.works.test_register import caller

DESIGNS = [drawn_design(np.random.default_rng(seed), 500) for seed in range(6)]
STRANGERS = [drawn_design(np.random.default_rng(seed), 500) for seed in range(50, 56)]


@pytest.fixture(scope="module")
def works() -> Iterator[tuple[Installation, list[str]]]:
    """A registry of six designs, and their works."""
    with throw_away_installation() as installation:
        yield installation, [enrolled(installation, design) for design in DESIGNS]


def enrolled(installation: Installation, design: np.ndarray) -> str:
    upload = Upload(Listing(design).file, "design.png")
    return register(installation, caller(installation), upload, ClaimInput(creator="Studio")).work_id


def stolen(name: str, severity: Severity, number: int, designs: list[np.ndarray] = DESIGNS) -> Theft:
    others = [designs[(number + step) % len(designs)] for step in (1, 2)]
    return generate(name, severity, designs[number], Context(others=others), np.random.default_rng(number))


def asked(installation: Installation, picture: np.ndarray) -> Answer:
    return installation.finder.find(read(Listing(picture).file))


@pytest.mark.parametrize(
    "name",
    ["crop85", "crop60", "rot10", "rot45", "border20", "new_background", "watermark", "mockup", "small_mockup"],
)
def test_a_design_is_found_inside_another_picture_and_outlined(
    works: tuple[Installation, list[str]], name: str
) -> None:
    installation, ids = works
    cases: list[tuple[int, Severity]] = [(0, 1), (1, 2)]
    for number, severity in cases:
        theft = stolen(name, severity, number)
        answer = asked(installation, theft.picture)
        best = answer.matches[0]
        assert (answer.verdict, best.work_id) == (Verdict.MATCH, ids[number]), (name, severity)
        truth = tuple((float(x), float(y)) for x, y in theft.shown[0].polygon)
        size = (theft.picture.shape[1], theft.picture.shape[0])
        assert overlap(best.region, truth, size) >= GOOD_OVERLAP


def test_a_copy_of_the_whole_picture_is_outlined_where_its_ink_lies(works: tuple[Installation, list[str]]) -> None:
    installation, ids = works
    padded = np.zeros((700, 900, 4), np.uint8)
    padded[100:600, 300:800] = DESIGNS[5]
    left, top, right, bottom = (float(side) for side in ink_box(padded))
    work = enrolled(installation, padded)
    best = next(match for match in asked(installation, padded[:, ::-1]).matches if match.work_id == work)
    assert best.region_of_work == ((left, top), (right, top), (right, bottom), (left, bottom))
    assert best.region == ((900 - left, top), (900 - right, top), (900 - right, bottom), (900 - left, bottom))
    assert work not in ids


def test_every_work_of_a_collage_is_found_at_its_own_place(works: tuple[Installation, list[str]]) -> None:
    installation, ids = works
    theft = stolen("collage3", 1, 2)
    answer = asked(installation, theft.picture)
    found = {match.work_id: match for match in answer.matches if match.verdict is Verdict.MATCH}
    assert set(found) == {ids[2], ids[3], ids[4]}
    size = (theft.picture.shape[1], theft.picture.shape[0])
    for shown, work in zip(theft.shown, (ids[2], ids[3], ids[4]), strict=True):
        truth = tuple((float(x), float(y)) for x, y in shown.polygon)
        assert overlap(found[work].region, truth, size) >= GOOD_OVERLAP


def test_a_part_says_how_much_of_the_work_and_of_the_listing_it_is(works: tuple[Installation, list[str]]) -> None:
    installation, _ = works
    theft = stolen("crop60", 2, 3)
    match = asked(installation, theft.picture).matches[0]
    assert match.relation is Relation.PARTIAL_COPY
    assert match.coverage_of_work == pytest.approx(theft.shown[0].visible, abs=0.05)
    assert "of it visible" in match.transform


@pytest.mark.parametrize("name", ["mockup", "crop60", "rot10"])
def test_designs_that_are_not_registered_are_no_match(works: tuple[Installation, list[str]], name: str) -> None:
    installation, _ = works
    for number in range(len(STRANGERS)):
        answer = asked(installation, stolen(name, 2, number, STRANGERS).picture)
        assert answer.verdict is not Verdict.MATCH, (name, number)


def test_blanks_gradients_noise_and_pages_of_text_match_nothing(works: tuple[Installation, list[str]]) -> None:
    installation, _ = works
    asked_about = 0
    for name, picture in controls(3):
        try:
            reading = read(Listing(picture).file)
        except Refused:  # too flat to show anything
            continue
        asked_about += 1
        assert installation.finder.find(reading).verdict is Verdict.CLEAR, name
    assert asked_about


def test_equal_hashes_of_different_pictures_are_no_match() -> None:
    with throw_away_installation() as installation:
        enrolled(installation, DESIGNS[0])
        listing = read(Listing(STRANGERS[0]).file)
        forged = {one.ground: one.bits for one in listing.fingerprints if len(one.bits) == 32}
        with installation.database.write() as session:
            for ground, bits in forged.items():
                session.execute(update(IndexedHash).where(IndexedHash.ground == ground).values(bits=bits))
        answer = installation.finder.find(listing)
        assert answer.verdict is Verdict.CLEAR


@pytest.mark.parametrize("mirrored", [False, True])
def test_outlines_alone_find_a_picture_that_is_shown_whole_on_another_ground(mirrored: bool) -> None:
    others = "whole_pictures,local_features,regions"
    with throw_away_installation(others) as installation:
        ids = [enrolled(installation, design) for design in DESIGNS]
        theft = stolen("new_background", 2, 3)
        listing = theft.picture[:, ::-1] if mirrored else theft.picture
        answer = asked(installation, np.ascontiguousarray(listing))
    best = answer.matches[0]
    width = theft.picture.shape[1]
    truth = tuple((float(width - x if mirrored else x), float(y)) for x, y in theft.shown[0].polygon)
    assert best.work_id == ids[3]
    assert overlap(best.region, truth, (width, theft.picture.shape[0])) >= GOOD_OVERLAP
    assert ("mirrored" in best.transform) == mirrored


@pytest.mark.parametrize("end", [withdraw, erase])
def test_parts_of_a_work_that_was_ended_are_found_no_more(end: object) -> None:
    with throw_away_installation() as installation:
        work = enrolled(installation, DESIGNS[0])
        listing = stolen("mockup", 1, 0).picture
        assert asked(installation, listing).verdict is Verdict.MATCH
        end(installation, work)  # type: ignore[operator]
        assert asked(installation, listing).verdict is Verdict.CLEAR


def test_every_part_of_the_search_can_be_switched_off_by_its_name() -> None:
    assert set(SEARCH_PARTS) == {WHOLE_PICTURES, *(source.value for source in Source)}
    with throw_away_installation(",".join(SEARCH_PARTS)) as installation:
        enrolled(installation, DESIGNS[0])
        assert asked(installation, DESIGNS[0]).verdict is Verdict.MATCH  # the same file needs no search
        assert asked(installation, stolen("rot10", 1, 0).picture).verdict is Verdict.CLEAR
    with throw_away_installation("whole_pictures,regions") as installation:
        enrolled(installation, DESIGNS[0])
        assert asked(installation, stolen("rot10", 1, 0).picture).verdict is Verdict.MATCH


def test_a_bar_is_called_generic_and_a_drawing_is_not() -> None:
    bar = np.zeros((400, 400, 4), np.uint8)
    bar[180:220, 50:350] = (200, 30, 30, 255)
    with throw_away_installation() as installation:
        noted = [
            {note.code for note in picture_of(installation, pixels).notes} & {"generic"} for pixels in (bar, DESIGNS[0])
        ]
    assert noted == [{"generic"}, set()]


def picture_of(installation: Installation, design: np.ndarray) -> Picture:
    return Picture.looked_at(installation, Upload(Listing(design).file, "design.png"))
