import numpy as np
import pytest

from registry.imaging import local_features
from registry.imaging.purpose import Purpose
from tests.drawn_pictures import design, flattened


@pytest.mark.parametrize("grey", [0, 1, 2, 100, 254, 255])
def test_an_even_picture_has_no_features(grey: int) -> None:
    even = np.full((300, 400, 4), grey, np.uint8)
    even[..., 3] = 255
    assert len(local_features.local_features(even, 255, Purpose.LISTING)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_what_is_clearly_drawn_has_the_same_features_on_white_as_on_the_lightest_grey(seed: int) -> None:
    drawn = np.array(flattened(design(seed, 380)).convert("RGBA"))
    white = (drawn[..., :3] == 255).all(axis=2)
    lighter = drawn.copy()
    lighter[white, :3] = 254
    found, other = (local_features.local_features(one, 255, Purpose.WORK).places for one in (drawn, lighter))
    strongest = found[: len(found) // 2]
    distance = np.abs(strongest[:, None, :3] - other[None, :, :3]).max(axis=2)
    turn = np.abs(np.angle(np.exp(1j * (strongest[:, None, 3] - other[None, :, 3]))))
    assert len(strongest) > 10
    assert ((distance + turn).min(axis=1) < 0.2).mean() > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_and_its_negative_have_the_same_points_turned_half_round(seed: int) -> None:
    drawn = np.array(flattened(design(seed, 380)).convert("RGBA"))
    negative = drawn.copy()
    negative[..., :3] = 255 - drawn[..., :3]
    found = local_features.local_features(drawn, 255, Purpose.WORK)
    other = local_features.local_features(negative, 0, Purpose.WORK)
    distance = np.abs(found.places[:, None, :3] - other.places[None, :, :3]).max(axis=2)
    turn = np.abs((found.places[:, None, 3] - other.places[None, :, 3]) % (2 * np.pi) - np.pi)
    nearest = (distance + turn).argmin(axis=1)
    same = (distance + turn)[np.arange(len(found)), nearest] < 0.1
    assert len(found) > 20
    assert same.mean() > 0.95
    cells = other.descriptors[nearest].reshape(-1, 4, 4, 8)[:, ::-1, ::-1].reshape(-1, local_features.DESCRIPTOR)
    difference = np.abs(found.descriptors[same].astype(int) - cells[same])
    assert np.median(difference.max(axis=1)) <= 8
