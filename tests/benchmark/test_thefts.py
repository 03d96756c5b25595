"""Thefts: made from a seed, and true to what they say about themselves."""

from functools import cache

import numpy as np
import pytest
from PIL import Image

from registry.benchmark.judgement import overlap
from registry.benchmark.thefts import NAMES, SEVERITIES, Context, Picture, Severity, Theft, generate
from registry.similarity.answer import Polygon
from tests.benchmark.drawn import SIDE, design

OTHERS = [design(101), design(102), design(103)]
WHOLE_PICTURES = [
    *("jpeg30", "resize25", "stretch", "mirror", "rot90", "rot180", "rot270", "rot10", "rot45", "border20"),
    *("hue", "grey", "invert", "watermark", "blur", "redraw", "colourway"),
]


@cache
def stolen_once(name: str, severity: Severity) -> Theft:
    return steal(name, severity)


def steal(name: str, severity: Severity = 2, seed: int = 5, stolen: Picture | None = None) -> Theft:
    picture = design(1) if stolen is None else stolen
    return generate(name, severity, picture, Context((), OTHERS), np.random.default_rng(seed))


def polygon(theft: Theft, number: int = 0) -> Polygon:
    return tuple((float(x), float(y)) for x, y in theft.shown[number].polygon)


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@pytest.mark.parametrize("name", NAMES)
def test_a_theft_follows_from_its_seed_alone(name: str) -> None:
    once, again = stolen_once(name, 2), steal(name)

    assert np.array_equal(once.picture, again.picture)
    assert np.array_equal(once.shown[0].polygon, again.shown[0].polygon)
    assert once.picture.dtype == np.uint8


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_theft_shows_the_design_within_its_picture(name: str, severity: Severity) -> None:
    theft = stolen_once(name, severity)
    height, width = theft.picture.shape[:2]

    assert theft.shown[0].work == 0
    assert 0 < theft.shown[0].visible <= 1
    for shown in theft.shown:
        assert shown.polygon.min() >= 0
        assert (shown.polygon <= [width, height]).all()


@pytest.mark.parametrize("name", NAMES)
def test_severities_differ(name: str) -> None:
    mild, hard = stolen_once(name, 1), stolen_once(name, 3)

    assert mild.picture.shape != hard.picture.shape or not np.array_equal(mild.picture, hard.picture)


@pytest.mark.parametrize("name", WHOLE_PICTURES)
def test_the_ink_lies_where_the_polygon_says(name: str) -> None:
    """A black disc near one corner: whatever is unlike the ground must lie within the disc's box, and fill it."""
    stolen = np.zeros((SIDE, SIDE, 4), dtype=np.uint8)
    down, across = np.indices((SIDE, SIDE))
    stolen[np.hypot(down - 70, across - 60) < 40] = (20, 60, 30, 255)
    theft = steal(name, 1 if name == "watermark" else 2, stolen=stolen)
    luma = np.asarray(Image.fromarray(theft.picture[..., :3]).convert("L"), dtype=np.int16)
    corners = theft.shown[0].polygon
    middle = corners.mean(axis=0)
    ink = luma[int(middle[1]), int(middle[0])]
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    inside = np.abs(luma[top:bottom, left:right] - ink) < 30

    turned = name in ("rot10", "rot45")  # the box of a turned disc is larger than the disc
    assert inside.mean() == pytest.approx(np.pi / 4, abs=0.45 if turned else 0.12)


def test_a_mirrored_design_is_the_mirror_image_pixel_for_pixel() -> None:
    theft = steal("mirror", 1)

    assert np.array_equal(theft.picture, design(1)[:, ::-1])


def test_a_quarter_turn_is_exact() -> None:
    assert np.array_equal(steal("rot90", 1).picture, np.rot90(design(1), -1))


@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize(("name", "low", "high"), [("mockup", 0.35, 0.60), ("small_mockup", 0.20, 0.30)])
def test_a_mock_up_takes_the_share_of_the_width_that_its_name_promises(
    name: str, severity: Severity, low: float, high: float
) -> None:
    for seed in range(4):
        theft = steal(name, severity, seed)
        across = float(np.ptp(theft.shown[0].polygon[:, 0]))
        assert low <= across / theft.picture.shape[1] <= high


def test_a_crop_says_how_much_of_the_ink_is_left() -> None:
    full = np.full((SIDE, SIDE, 4), 255, dtype=np.uint8)
    full[::9, ::7, :3] = 0

    theft = steal("crop60", stolen=full)

    assert theft.shown[0].visible == pytest.approx(0.36, abs=0.02)
    assert overlap(polygon(theft), box(0, 0, theft.picture.shape[1], theft.picture.shape[0]), (SIDE, SIDE)) > 0.99


@pytest.mark.parametrize(("severity", "covered"), [(1, 0.1), (2, 0.2), (3, 0.3)])
def test_a_hand_or_label_covers_no_more_than_it_should(severity: Severity, covered: float) -> None:
    full = np.full((SIDE, SIDE, 4), 255, dtype=np.uint8)
    full[::9, ::7, :3] = 0
    for seed in range(3):
        visible = steal("occlusion", severity, seed, stolen=full).shown[0].visible
        assert 1 - 1.6 * covered < visible < 1


def test_a_collage_names_every_design_in_it_and_none_overlaps_another() -> None:
    for name in ("collage", "collage3"):
        theft = steal(name)
        size = (theft.picture.shape[1], theft.picture.shape[0])
        assert theft.shown[0].work == 0
        assert len(theft.shown) >= 3
        first, second, third = (polygon(theft, number) for number in range(3))
        assert overlap(first, second, size) == overlap(second, third, size) == overlap(first, third, size) == 0


def test_photographs_are_used_where_there_are_some() -> None:
    red = np.full((300, 400, 3), (200, 10, 10), dtype=np.uint8)

    theft = generate("small_mockup", 1, design(1), Context([red]), np.random.default_rng(1))

    corner = theft.picture[:20, :20].reshape(-1, 3).mean(axis=0)
    assert corner[0] > 3 * corner[1]


def test_a_design_without_ink_cannot_be_stolen() -> None:
    with pytest.raises(ValueError, match="no ink"):
        steal("jpeg30", stolen=np.zeros((50, 50, 4), dtype=np.uint8))
