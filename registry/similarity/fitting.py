"""Fitting the decision to labelled places: a logistic model, and thresholds by the false alarms they let through.

Every weight is kept from being negative, so that no measurement that speaks for a copy lowers the score: what
would get a negative weight is left out and the rest fitted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.errors import Refused
from registry.similarity.decision import FORM, MEASUREMENTS, Calibration

FALSE_MATCHES = 1 / 1000
"""Of pictures that show no registered work: the share that may be called a match."""
FALSE_REVIEWS = 1 / 50
LEAST_COPIES = 50
LEAST_STRANGERS = 100
"""Listings; fewer say nothing about one in fifty."""
_TAIL = 0.05
"""Share of the strangers' best scores, from the top, whose mean excess tells how fast they die out."""
_RIDGE = 1.0
_MOST_STEPS = 50
_SMALL_STEP = 1e-8

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class LabelledListing:
    """``values`` has shape (places, MEASUREMENTS), float64, ``copies`` (places,), bool: whether the work is there.

    ``stranger``: the listing shows no registered work, so whatever is called a match in it is a false alarm.
    """

    values: Matrix
    copies: NDArray[np.bool_]
    stranger: bool


def fit(listings: Sequence[LabelledListing], model: str) -> Calibration:
    """Weights and thresholds that suit ``listings``. Refused (``calibration_too_small``) when they are too few."""
    places = [one for one in listings if len(one.copies)]
    values = np.concatenate([one.values for one in places]) if places else np.zeros((0, len(MEASUREMENTS)))
    copies = np.concatenate([one.copies for one in places]) if places else np.zeros(0, np.bool_)
    strangers = [one for one in listings if one.stranger]
    if copies.sum() < LEAST_COPIES or len(strangers) < LEAST_STRANGERS or copies.all():
        raise Refused(
            "calibration_too_small",
            f"There are {int(copies.sum())} copies and {len(strangers)} listings without any; "
            f"{LEAST_COPIES} and {LEAST_STRANGERS} are needed. The calibration in use was not touched.",
            hint="Add decided pairs, and listings that were found to show no registered work.",
        )
    weights, bias = _logistic(values, copies)
    best = np.array([float((one.values @ weights + bias).max()) if len(one.copies) else -60.0 for one in strangers])
    match, review = exceeded_by(best, FALSE_MATCHES), exceeded_by(best, FALSE_REVIEWS)
    return Calibration(
        form=FORM,
        model=model,
        weights=tuple(round(float(weight), 4) for weight in weights),
        bias=round(bias, 4),
        match=_rounded_up(match),
        review=min(_rounded_up(match), _rounded_up(review)),
    )


def exceeded_by(scores: NDArray[np.float64], share: float) -> float:
    """What ``share`` of further ``scores`` will exceed; beyond the sample's own tail, as an exponential tail has it.

    (The peaks-over-threshold view of extremes, with a shape of zero: Pickands 1975.)
    """
    start = float(np.quantile(scores, 1 - _TAIL))
    if share >= _TAIL:
        return float(np.quantile(scores, 1 - share))
    excess = scores[scores > start] - start
    return start + (float(excess.mean()) if len(excess) else 0.0) * float(np.log(_TAIL / share))


def _logistic(values: Matrix, copies: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    """Weights, none negative, and bias; both classes weigh the same."""
    centre, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
    scaled = (values - centre) / spread
    importance = np.where(copies, 0.5 / copies.sum(), 0.5 / (~copies).sum()) * len(copies)
    kept = np.arange(values.shape[1])
    while True:
        found, bias = _newton(scaled[:, kept], copies, importance)
        if (found >= 0).all() or len(kept) == 1:
            break
        kept = np.delete(kept, int(found.argmin()))
    weights = np.zeros(values.shape[1])
    weights[kept] = found / spread[kept]
    return weights, float(bias - weights @ centre)


def _newton(values: Matrix, copies: NDArray[np.bool_], importance: Matrix) -> tuple[NDArray[np.float64], float]:
    known = np.concatenate([values, np.ones((len(values), 1))], axis=1)
    solution = np.zeros(known.shape[1])
    ridge = np.full(known.shape[1], _RIDGE)
    ridge[-1] = 0
    for _ in range(_MOST_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(known @ solution, -60, 60)))
        slope = known.T @ (importance * (chance - copies)) + ridge * solution
        curve = (known * (importance * chance * (1 - chance))[:, None]).T @ known + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        solution -= step
        if np.abs(step).max() < _SMALL_STEP:
            break
    return solution[:-1], float(solution[-1])


def _rounded_up(logit: float) -> float:
    return float(np.ceil(logit * 1000) / 1000)
