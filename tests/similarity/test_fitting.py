"""Fitting the decision: what the thresholds let through, and that no measurement of likeness counts against a copy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused
from registry.similarity.answer import Verdict
from registry.similarity.decision import (
    MEASUREMENTS,
    SCORE_AT_MATCH,
    SCORE_AT_REVIEW,
    calibration_from_json,
    shipped_calibration,
)
from registry.similarity.fitting import FALSE_REVIEWS, LabelledListing, exceeded_by, fit

SIZE = len(MEASUREMENTS)


def drawn(copies: int = 200, strangers: int = 2_000, seed: int = 3) -> list[LabelledListing]:
    """Copies measure 0.8 on average and others 0.4; one measurement is noise, and one speaks against copies."""
    random = np.random.default_rng(seed)

    def values(centre: float, count: int) -> np.ndarray:
        measured = random.normal(centre, 0.15, (count, SIZE))
        measured[:, 0] = random.normal(0, 1, count)
        measured[:, 1] = 1 - measured[:, 1]
        return measured

    shown = [LabelledListing(values(0.8, 1), np.ones(1, bool), False) for _ in range(copies)]
    return shown + [LabelledListing(values(0.4, 5), np.zeros(5, bool), True) for _ in range(strangers)]


def test_of_further_strangers_about_one_in_fifty_is_reviewed_and_hardly_any_is_a_match() -> None:
    found = fit(drawn(), "parts/test")
    verdicts = [
        {found.verdict(place.tolist()) for place in one.values} for one in drawn(copies=0, seed=4) if one.stranger
    ]
    reviewed = sum(verdict != {Verdict.CLEAR} for verdict in verdicts) / len(verdicts)
    assert FALSE_REVIEWS / 3 < reviewed < FALSE_REVIEWS * 3
    assert sum(Verdict.MATCH in verdict for verdict in verdicts) / len(verdicts) < 1 / 200


def test_copies_are_found_and_scored_high() -> None:
    found = fit(drawn(), "parts/test")
    copies = [one.values[0].tolist() for one in drawn(seed=5) if not one.stranger]
    assert np.mean([found.verdict(one) is Verdict.MATCH for one in copies]) > 0.95
    assert np.median([found.score(one) for one in copies]) > 0.95


def test_what_speaks_against_copies_gets_no_weight() -> None:
    weights = fit(drawn(), "parts/test").weights
    assert min(weights) == 0 == weights[1]


@pytest.mark.parametrize("listings", [drawn(copies=10), drawn(strangers=20), []])
def test_too_few_decisions_change_nothing(listings: list[LabelledListing]) -> None:
    with pytest.raises(Refused, match="was not touched") as refused:
        fit(listings, "parts/test")
    assert refused.value.code == "calibration_too_small"


@given(st.floats(0.0005, 0.04))
def test_an_exponential_tail_is_continued_as_it_began(share: float) -> None:
    scores = np.random.default_rng(7).exponential(1, 20_000)
    assert exceeded_by(scores, share) == pytest.approx(-np.log(share), rel=0.1)


def test_a_calibration_is_read_as_it_was_written() -> None:
    found = fit(drawn(), "parts/test")
    assert calibration_from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"model": ', b'"modell": '),
        (b"firstmark-calibration/1", b"firstmark-calibration/2"),
        (b'"weights": [', b'"weights": [1.0,'),
        (b'"weights": [', b'"weights": [NaN, '),
        (b'"bias": ', b'"bias": "x", "b": '),
        (b"{", b"["),
    ],
)
def test_a_malformed_calibration_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(Refused) as refused:
        calibration_from_json(shipped_calibration().to_json().replace(old, new, 1))
    assert refused.value.code == "calibration_malformed"


def test_the_shipped_calibration_knows_every_measurement_and_lets_less_match_than_review() -> None:
    shipped = shipped_calibration()
    assert len(shipped.weights) == SIZE
    assert shipped.review < shipped.match


def test_scores_rise_with_the_logit_and_are_tied_to_the_thresholds() -> None:
    shipped = shipped_calibration()
    heaviest = int(np.argmax(shipped.weights))

    def at(logit: float) -> float:
        values = [0.0] * SIZE
        values[heaviest] = (logit - shipped.bias) / shipped.weights[heaviest]
        return shipped.score(values)

    assert at(shipped.review) == pytest.approx(SCORE_AT_REVIEW)
    assert at(shipped.match) == pytest.approx(SCORE_AT_MATCH)
    rising = [at(logit) for logit in np.linspace(shipped.review - 20, shipped.match + 10, 50)]
    assert rising == sorted(set(rising))
