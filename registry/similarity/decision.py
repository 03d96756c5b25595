"""From what the pixels say to a probability of a copy, and from that to a verdict.

A logistic model over the measurements of ``appearance``; its weights and thresholds are data, kept in
``calibration.json`` with the model's name, so that every answer says which numbers it was decided by.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from registry.similarity.answer import Verdict
from registry.similarity.appearance import Appearance

_FILE = Path(__file__).with_name("calibration.json")
_MOST_DETAIL = 40
_MOST_INLIERS = 60


def measurements(seen: Appearance, fit: float, inliers: int) -> list[float]:
    """What the model weighs, each rising with the certainty of a copy."""
    return [
        seen.edges,
        seen.typical_block,
        seen.weak_block,
        seen.soft_edges,
        abs(seen.tone),
        seen.visible,
        seen.explained,
        fit,
        math.log2(1 + min(seen.detail, _MOST_DETAIL)),
        math.log2(1 + min(inliers, _MOST_INLIERS)),
        seen.edges * abs(seen.tone),
        seen.edges * math.log2(1 + min(seen.detail, _MOST_DETAIL)),
    ]


@dataclass(frozen=True)
class Calibration:
    """``match`` and ``review`` are the probabilities from which a place is called that."""

    model: str
    weights: tuple[float, ...]
    bias: float
    match: float
    review: float

    def probability(self, values: Sequence[float]) -> float:
        """Of a copy, in 0..1."""
        logit = self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))

    def verdict(self, probability: float) -> Verdict:
        """What a moderator should do."""
        if probability >= self.match:
            return Verdict.MATCH
        return Verdict.REVIEW if probability >= self.review else Verdict.CLEAR


@cache
def calibration() -> Calibration:
    """The one that ships with this version."""
    numbers = json.loads(_FILE.read_text())
    return Calibration(
        model=numbers["model"],
        weights=tuple(numbers["weights"]),
        bias=numbers["bias"],
        match=numbers["match"],
        review=numbers["review"],
    )
