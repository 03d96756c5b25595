"""Which of the places that were proposed for a work is compared: no first idea of a source hides a better one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.system import Listing
from registry.imaging.picture import Features
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.similarity import alignment, kernels
from registry.similarity.alignment import ListingFields
from registry.similarity.hypotheses import Hypothesis, Source
from registry.similarity.search_parts import VOUCHING, compared

WORK = 7
DESIGN = drawn_design(np.random.default_rng(3), 500)
SHIFT = 260
NEAR = 15
"""Pixels: a corner may be off by a thirtieth of the design and the place still be the one."""


def pasted() -> NDArray[np.uint8]:
    """The design on white, moved by SHIFT to the right and down."""
    height, width = DESIGN.shape[:2]
    sheet = np.full((height + SHIFT, width + SHIFT, 4), 255, np.uint8)
    alpha = DESIGN[..., 3:].astype(np.float32) / 255
    sheet[SHIFT:, SHIFT:, :3] = DESIGN[..., :3] * alpha + 255 * (1 - alpha)
    return sheet


def features(picture: NDArray[np.uint8], purpose: Purpose) -> Features:
    return read(Listing(picture).file, purpose).features


def place_of_ink(work: Features, shift: float) -> NDArray[np.float64]:
    left, top, right, bottom = (side + shift for side in work.ink)
    return np.array([left, top, right, top, right, bottom, left, bottom], np.float64)


def proposed(quad: NDArray[np.float64], source: Source, rank: int, inliers: int = 0) -> Hypothesis:
    return Hypothesis(WORK, quad, 1.0, inliers, source, rank)


def test_a_work_is_compared_where_it_fits_best_whatever_its_source_thought_of_first() -> None:
    work, listing = features(DESIGN, Purpose.WORK), ListingFields(features(pasted(), Purpose.LISTING))
    right, wrong = place_of_ink(work, SHIFT), place_of_ink(work, SHIFT - 150)
    hypotheses = [
        proposed(wrong, Source.LOCAL_FEATURES, 0),
        proposed(wrong, Source.REGIONS, 0),
        proposed(right, Source.REGIONS, 1),
    ]
    (found,) = compared(hypotheses, listing, {WORK: work.template})
    assert np.abs(found.quad - right).max() < NEAR
    assert found.appearance.edges > 0.8


def test_a_place_whose_edges_do_not_fit_is_compared_only_where_features_vouch_for_it() -> None:
    work, listing = features(DESIGN, Purpose.WORK), ListingFields(features(pasted(), Purpose.LISTING))
    wrong, template = place_of_ink(work, SHIFT - 150), {WORK: work.template}
    assert compared([proposed(wrong, Source.LOCAL_FEATURES, 0, VOUCHING - 1)], listing, template) == []
    assert len(compared([proposed(wrong, Source.LOCAL_FEATURES, 0, VOUCHING)], listing, template)) == 1


@pytest.mark.parametrize(("hopeless", "moves"), [(-1.0, True), (1.1, False)])
def test_a_place_is_given_up_before_it_is_moved_where_its_edges_agree_too_little(hopeless: float, moves: bool) -> None:
    work, listing = features(DESIGN, Purpose.WORK), ListingFields(features(pasted(), Purpose.LISTING))
    side = 100
    start = place_of_ink(work, SHIFT + 5) * (side / listing.scale)
    width, height = alignment.ink_size(work.template)
    noise = np.random.default_rng(1).standard_normal((40, 8))
    _, _, moved = kernels.refined(
        listing.field(side), start, work.template.coarse, width, height, 3.0, noise, 0.2, False, 0, hopeless
    )
    assert np.any(moved != start) == moves


def test_features_vouch_for_the_place_that_they_were_found_at_and_for_no_other() -> None:
    work, listing = features(DESIGN, Purpose.WORK), ListingFields(features(pasted(), Purpose.LISTING))
    right, wrong = place_of_ink(work, SHIFT), place_of_ink(work, SHIFT - 150)
    template = {WORK: work.template}
    beside = proposed(right + 2, Source.REGIONS, 0)
    (agreed,) = compared([proposed(right, Source.LOCAL_FEATURES, 0, VOUCHING), beside], listing, template)
    assert agreed.inliers == VOUCHING
    best, vouched = compared([proposed(wrong, Source.LOCAL_FEATURES, 0, VOUCHING), beside], listing, template)
    assert np.abs(best.quad - right).max() < NEAR
    assert (best.inliers, vouched.inliers) == (0, VOUCHING)
