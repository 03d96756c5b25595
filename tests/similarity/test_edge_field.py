"""The compiled field of the search: the same numbers as the field's definition in the imaging package."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.imaging import gradient_field
from registry.similarity import edge_field


def _picture(seed: int, planes: int = 3) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    coarse = np.random.default_rng(seed).uniform(0, 255, (6, 8, planes))
    return np.kron(coarse, np.ones((7, 5, 1))).astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 4]))
def test_the_field_is_the_one_that_the_imaging_package_defines(seed: int, planes: int) -> None:
    picture = _picture(seed, planes)
    expected, _ = gradient_field.double_angle(picture, noise=2.0, smoothing=1.2)
    found = edge_field.double_angle(edge_field.planes_of(picture), noise=2.0, smoothing=1.2)
    assert np.allclose(found, edge_field.planes_of(expected), atol=1e-4)


def test_slopes_below_the_noise_are_no_edges() -> None:
    ramp = np.dstack([np.tile(np.arange(40, dtype=np.float32), (30, 1))] * 3)
    assert not edge_field.double_angle(edge_field.planes_of(ramp), noise=2.0, smoothing=0.8).any()


@given(st.integers(0, 2**32 - 1), st.floats(-1, 1), st.floats(-1, 1))
def test_the_field_of_a_rendering_follows_from_the_slopes_of_its_parts(seed: int, share: float, of_last: float) -> None:
    parts = edge_field.planes_of(_picture(seed, 4))
    shares, rest = np.array([share], np.float32), np.array([of_last], np.float32)
    rendering = shares * parts[:1] + rest * parts[3:]
    expected = edge_field.double_angle(rendering, noise=2.0, smoothing=1.2)
    found = edge_field.steepest_of_mixed(*edge_field.slopes(parts, 1.2), shares, rest, 2.0)
    assert np.allclose(found, expected, atol=5e-2)


@given(st.integers(0, 2**32 - 1))
def test_products_by_block_add_up_to_the_products(seed: int) -> None:
    random = np.random.default_rng(seed)
    own, theirs = random.normal(size=(2, 2, 37, 53)).astype(np.float32)
    near = (random.random((37, 53)) < 0.6).astype(np.float32)
    both, own_energy, their_energy, shared = edge_field.products(own, theirs, near)
    sums = edge_field.products_by_block(own, theirs, near, 16).sum(axis=1)
    assert sums == pytest.approx([both, own_energy, their_energy], rel=1e-4, abs=1e-2)
    smaller = np.minimum((own**2).sum(axis=0), (theirs**2).sum(axis=0))
    assert shared == pytest.approx(float((smaller * near).sum()), rel=1e-4)


def test_what_lies_inside_is_judged_at_the_centres_of_pixels() -> None:
    shifted = np.array([[1.0, 0, -2], [0, 1.0, 1], [0, 0, 1]])
    within = edge_field.inside(shifted, 6, 5, (3, 4))
    assert within.tolist() == [[False, False, True, True, True, False]] * 3 + [[False] * 6] * 2
