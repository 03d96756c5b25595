"""The inverted file: every like feature, up to what a common one is worth."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from registry.similarity.index.feature_kernels import MOST_IN_A_LIST
from registry.similarity.index.feature_table import FeatureTable, LocalHits, PictureFeatures, magnitudes_of
from registry.similarity.outline import CODES, FULL_AGREEMENT, POINTS
from registry.similarity.registered_features import FEATURE, REGION

RADIUS = 28
PLENTY = 1_000_000


def picture(entry: int, cells: list[int], codes: NDArray[np.uint64], regions: int = 0) -> PictureFeatures:
    local = np.zeros(len(cells), FEATURE)
    local["cell"], local["code"] = cells, codes
    local["place"][:, 0] = np.arange(len(cells))
    held = np.zeros(regions, REGION)
    held["spectrum"] = np.random.default_rng(entry).integers(-127, 128, held["spectrum"].shape)
    return PictureFeatures(entry, (0.0, 0.0, 1.0, 1.0), (1.0, 1.0), local, held, np.zeros(0, np.uint16))


def hits(table: FeatureTable, cells: list[list[int]], codes: NDArray[np.uint64], **limits: int) -> LocalHits:
    allowed = {"radius": RADIUS, "comparisons": PLENTY, "most_each": 100, **limits}
    return table.hits(np.array(cells, np.int32), codes, **allowed)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_every_feature_within_the_radius_in_a_cell_that_is_looked_into_is_found(seed: int, radius: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 1 << 22, (4, 6, 2), dtype=np.uint64)
    cells = rng.integers(0, 3, (4, 6))
    table = FeatureTable.of([picture(7 * k, cells[k].tolist(), codes[k]) for k in range(4)])
    asked = rng.integers(0, 1 << 22, (5, 2), dtype=np.uint64)
    found = hits(table, [[0, 2]] * 5, asked, radius=radius)
    distances = np.bitwise_count(asked[:, None, None] ^ codes[None]).sum(axis=-1)
    expected = [
        (query, 7 * int(k), int(number), int(distances[query, k, number]))
        for query in range(5)
        for k, number in zip(*np.nonzero((cells != 1) & (distances[query] <= radius)), strict=True)
    ]
    told = zip(found.features, found.entries, found.places[:, 0], found.distances, strict=True)
    assert sorted(tuple(int(part) for part in one) for one in told) == sorted(expected)


def test_of_a_common_feature_the_nearest_are_kept() -> None:
    codes = np.array([[(1 << (k % 20)) - 1, 0] for k in range(60)], np.uint64)
    table = FeatureTable.of([picture(k, [5], codes[k : k + 1]) for k in range(60)])
    found = hits(table, [[5]], np.zeros((1, 2), np.uint64), most_each=7)
    assert sorted(zip(found.distances.tolist(), found.entries.tolist(), strict=True)) == [
        (0, 0), (0, 20), (0, 40), (1, 1), (1, 21), (1, 41), (2, 2),
    ]  # fmt: skip


def test_a_picture_of_one_pattern_does_not_crowd_out_others() -> None:
    pattern = np.array([[(1 << (k % 20)) - 1, 0] for k in range(100)], np.uint64)
    table = FeatureTable.of([picture(1, [5] * 100, pattern), picture(2, [5], np.array([[1, 1]], np.uint64))])
    found = hits(table, [[5]], np.zeros((1, 2), np.uint64), most_each=20)
    assert found.entries.tolist().count(1) == MOST_IN_A_LIST
    assert found.distances[found.entries == 1].max() == 1
    assert found.entries.tolist().count(2) == 1


def test_with_few_comparisons_the_rarest_features_are_asked() -> None:
    codes = np.zeros((50, 2), np.uint64)
    table = FeatureTable.of([picture(k, [5 if k else 9], codes[:1]) for k in range(50)])
    asked = np.zeros((2, 2), np.uint64)
    assert set(hits(table, [[5], [9]], asked, comparisons=10).features.tolist()) == {1}
    assert set(hits(table, [[5], [9]], asked, comparisons=50).features.tolist()) == {0, 1}


def test_the_most_alike_regions_are_found_as_by_comparing_all() -> None:
    table = FeatureTable.of([picture(k, [], np.zeros((0, 2), np.uint64), regions=k % 4) for k in range(3_000)])
    spectra = np.random.default_rng(5).integers(-127, 128, (3, *REGION["spectrum"].shape)).astype(np.int8)
    cosines, numbers = table.alike_regions(magnitudes_of(spectra), 40)
    everything = magnitudes_of(spectra) @ (table.magnitudes.astype(np.float32) / 255).T
    for row in range(3):
        np.testing.assert_allclose(cosines[row], np.sort(everything[row])[::-1][:40], rtol=1e-3)
        np.testing.assert_allclose(everything[row][numbers[row]], cosines[row], rtol=1e-3)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_the_outlines_that_agree_best_are_found_as_by_adding_up_all(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    pictures = [
        PictureFeatures(entry, (0.0, 0.0, 1.0, 1.0), (1.0, 1.0), np.zeros(0, FEATURE), np.zeros(0, REGION), codes)
        for entry, codes in enumerate(rng.integers(0, CODES, (30, POINTS)).astype(np.uint16))
    ]
    responses = rng.integers(-127, 128, (2, CODES)).astype(np.int8)
    agreements, numbers = FeatureTable.of(pictures).alike_outlines(responses, most)
    for appearance in range(2):
        sums = np.array([responses[appearance][one.outline].sum(dtype=np.int64) for one in pictures])
        best = np.argsort(-sums, kind="stable")[:most]
        assert numbers[appearance].tolist() == best.tolist()
        np.testing.assert_allclose(agreements[appearance], sums[best] / (POINTS * FULL_AGREEMENT), rtol=1e-6)
