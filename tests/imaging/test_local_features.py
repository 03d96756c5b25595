import numpy as np
import pytest

from registry.imaging import local_features
from registry.imaging.purpose import Purpose
from tests.drawn_pictures import design, flattened


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_and_its_negative_have_the_same_points_turned_half_round(seed: int) -> None:
    """Of one the negative is searched and of the other the picture itself, whichever has more black."""
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
