"""Descriptors seen in a mirror or in a negative, and the cells they fall into."""

import cv2
import numpy as np
import pytest

from registry.imaging import view
from registry.imaging.local_features import LocalFeatures, local_features
from registry.imaging.purpose import Purpose
from registry.similarity.vocabulary import CELLS, seen_through, vocabulary
from tests.drawn_pictures import design


def features(pixels: np.ndarray) -> LocalFeatures:
    return local_features(np.ascontiguousarray(pixels), 255, Purpose.WORK)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    drawn = view.on_ground(np.asarray(design(5, 400)), 255)
    opaque = np.dstack([drawn, np.full(drawn.shape[:2], 255)])
    return opaque.astype(np.uint8)


def nearest(one: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The cosine of each descriptor with the nearest of ``others``."""
    unit = [part / np.linalg.norm(part, axis=1, keepdims=True) for part in (one.astype(float), others.astype(float))]
    found: np.ndarray = (unit[0] @ unit[1].T).max(axis=1)
    return found


@pytest.mark.parametrize(("inverted", "mirrored"), [(True, False), (False, True), (True, True)])
def test_permuted_descriptors_are_those_of_the_changed_picture(
    picture: np.ndarray, inverted: bool, mirrored: bool
) -> None:
    changed = picture[:, ::-1] if mirrored else picture
    if inverted:
        changed = np.dstack([255 - changed[..., :3], changed[..., 3]])
    of_changed = features(changed).descriptors
    permuted = seen_through(features(picture).descriptors, inverted=inverted, mirrored=mirrored)
    assert np.median(nearest(permuted, of_changed)) > 0.97
    assert np.median(nearest(features(picture).descriptors, of_changed)) < np.median(nearest(permuted, of_changed))


def test_seeing_twice_through_a_mirror_or_a_negative_changes_nothing(picture: np.ndarray) -> None:
    descriptors = features(picture).descriptors
    for how in ({"inverted": True, "mirrored": False}, {"inverted": False, "mirrored": True}):
        assert (seen_through(seen_through(descriptors, **how), **how) == descriptors).all()


def test_the_nearest_cells_are_in_order_of_distance_and_within_the_file(picture: np.ndarray) -> None:
    descriptors = features(picture).descriptors
    nine = vocabulary().cells(descriptors, 9)
    assert nine.min() >= 0
    assert nine.max() < CELLS
    assert (nine[:, :1] == vocabulary().cells(descriptors)).all()
    assert all(len(set(row)) == len(row) for row in nine.tolist())


def test_a_small_turn_of_the_picture_keeps_most_codes_close(picture: np.ndarray) -> None:
    turned = cv2.warpAffine(picture, cv2.getRotationMatrix2D((200, 200), 3, 1), (400, 400), borderValue=(255,) * 4)
    one, other = (vocabulary().codes(features(pixels).descriptors) for pixels in (picture, np.asarray(turned)))
    distances = np.bitwise_count(one[:, None] ^ other[None]).sum(axis=2).min(axis=1)
    assert np.median(distances) < 24
