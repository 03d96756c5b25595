"""Outlines: what a few points of a work's edges meet in a listing that shows it whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.system import Listing
from registry.imaging.picture import Reading
from registry.imaging.reading import read
from registry.similarity.alignment import ListingFields
from registry.similarity.index.feature_table import FeatureTable, PictureFeatures
from registry.similarity.outline import CELLS, CODES, FULL_AGREEMENT, LEAST_POINTS, POINTS, Outline, outline, responses
from registry.similarity.registered_features import FEATURE, REGION

DESIGN = drawn_design(np.random.default_rng(1), 400)


def reading(picture: NDArray[np.uint8]) -> Reading:
    return read(Listing(np.ascontiguousarray(picture)).file)


def own_outline(picture: NDArray[np.uint8]) -> Outline:
    found = reading(picture)
    height, width = found.features.view.shape[:2]
    left, top, right, bottom = found.features.ink
    return outline(found.features.template.coarse, (left, top, right, bottom), width, height)


def agreements(codes: Outline, listing: NDArray[np.uint8]) -> list[float]:
    met = responses(ListingFields(reading(listing).features).field(CELLS))
    return [float(part[codes].astype(np.int64).mean()) / FULL_AGREEMENT for part in met]


def on_stripes(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """On a ground full of edges, in diagonal stripes."""
    down, across = np.mgrid[: picture.shape[0], : picture.shape[1]]
    levels = np.where((down + 2 * across) // 14 % 2, 230, 120)[..., None].astype(np.uint8)
    alpha = picture[..., 3:].astype(np.float64) / 255
    colours = picture[..., :3] * alpha + levels * (1 - alpha)
    return np.dstack([colours.astype(np.uint8), np.full(picture.shape[:2], 255, np.uint8)])


def table_of(outlines: list[Outline]) -> FeatureTable:
    local, regions = np.zeros(0, FEATURE), np.zeros(0, REGION)
    return FeatureTable.of(
        [
            PictureFeatures(10 * number, (0.0, 0.0, 1.0, 1.0), (1.0, 1.0), local, regions, one)
            for number, one in enumerate(outlines)
        ]
    )


def test_a_picture_agrees_with_its_own_outline_on_a_ground_full_of_edges_too() -> None:
    codes = own_outline(DESIGN)
    plain, mirrored = agreements(codes, DESIGN)
    on_another_ground, _ = agreements(codes, on_stripes(DESIGN))
    assert plain > 0.7
    assert on_another_ground > 0.5
    assert mirrored < 0.5 * plain


def test_a_mirrored_picture_agrees_in_its_second_appearance() -> None:
    plain, mirrored = agreements(own_outline(DESIGN), DESIGN[:, ::-1])
    assert mirrored > 0.7 > plain


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_picture_does_not_agree(seed: int) -> None:
    other = drawn_design(np.random.default_rng(seed), 400)
    assert max(agreements(own_outline(other), on_stripes(DESIGN))) < 0.35


def test_a_picture_of_few_edges_has_no_outline() -> None:
    points = np.zeros((LEAST_POINTS - 1, 4), np.float32)
    assert len(outline(points, (0, 0, 1, 1), 1, 1)) == 0


@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 12))
def test_the_outlines_that_agree_most_are_answered_in_order(seed: int, count: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    outlines = [rng.integers(0, CODES, POINTS).astype(np.uint16) for _ in range(count)]
    met = rng.integers(-127, 128, (2, CODES)).astype(np.int8)
    table = table_of([np.zeros(0, np.uint16), *outlines])
    agreed, numbers = table.alike_outlines(met, most)
    for appearance in range(2):
        sums = [int(met[appearance][one].astype(np.int64).sum()) for one in outlines]
        expected = sorted(range(count), key=lambda number: (-sums[number], number))[:most]
        entries = table.pictures["entry"][table.outline_rows[numbers[appearance]]]
        assert entries.tolist() == [10 * (1 + number) for number in expected]
        told = [sums[number] / (POINTS * FULL_AGREEMENT) for number in expected]
        assert agreed[appearance].tolist() == pytest.approx(told)
