"""From what the pixels say to a probability of a copy, and from that to a verdict.

A logistic model over the measurements of ``appearance``; its weights and thresholds are kept as JSON, with the
model's name, so that every answer says which numbers it was decided by.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from registry.errors import Refused
from registry.similarity.answer import Verdict
from registry.similarity.appearance import Appearance

FORM = "firstmark-calibration/1"
MEASUREMENTS = (
    "edges",
    "typical_block",
    "weak_block",
    "soft_edges",
    "tone",
    "visible",
    "explained",
    "fit",
    "detail",
    "inliers",
    "edges_and_tone",
    "edges_and_detail",
)
"""What the model weighs, in this order; each rises with the certainty of a copy."""
LARGEST_FILE = 64 * 1024
_FILE = Path(__file__).with_name("calibration.json")
_MOST_DETAIL = 40
_MOST_INLIERS = 60
_LONGEST_NAME = 80
SCORE_AT_REVIEW = 0.5
SCORE_AT_MATCH = 0.95
_LEAST_SPAN = 0.1
_STEEPEST = 60.0
"""Logit beyond which a probability is 0 or 1 in a float."""


def measurements(seen: Appearance, fit: float, inliers: int) -> list[float]:
    """The values of MEASUREMENTS for a place. ``fit``: agreement of the edges; ``inliers``: features that agreed."""
    detail = math.log2(1 + min(seen.detail, _MOST_DETAIL))
    return [
        seen.edges,
        seen.typical_block,
        seen.weak_block,
        seen.soft_edges,
        abs(seen.tone),
        seen.visible,
        seen.explained,
        fit,
        detail,
        math.log2(1 + min(inliers, _MOST_INLIERS)),
        seen.edges * abs(seen.tone),
        seen.edges * detail,
    ]


@dataclass(frozen=True)
class Calibration:
    """``weights`` of MEASUREMENTS and ``bias`` give a logit; from ``match`` and ``review`` on it is called that."""

    form: str
    model: str
    weights: tuple[float, ...]
    bias: float
    match: float
    review: float

    def score(self, values: Sequence[float]) -> float:
        """How likely a copy is, in 0..1: SCORE_AT_REVIEW where review begins and SCORE_AT_MATCH where match does.

        The fit weighs copies and others alike, and among the places of a listing hardly one is a copy; the
        thresholds are measured on strangers, so the score is tied to them and logistic between and beyond.
        """
        return score_of(self.certainty(values))

    def certainty(self, values: Sequence[float], allowance: float = 0.0) -> float:
        """0 where review begins and 1 where match does. ``allowance``: by how many logits earlier review begins."""
        review = self.review - allowance
        return (self._logit(values) - review) / max(self.match - review, _LEAST_SPAN)

    def verdict(self, values: Sequence[float], allowance: float = 0.0) -> Verdict:
        """What a moderator should do. ``allowance``: as for the certainty."""
        logit = self._logit(values)
        if logit >= self.match:
            return Verdict.MATCH
        return Verdict.REVIEW if logit >= self.review - allowance else Verdict.CLEAR

    def to_json(self) -> bytes:
        """The file of it."""
        return (json.dumps(asdict(self), indent=1) + "\n").encode()

    def _logit(self, values: Sequence[float]) -> float:
        return self.bias + sum(weight * value for weight, value in zip(self.weights, values, strict=True))


def score_of(certainty: float) -> float:
    """The score of a ``certainty`` that is 0 where review begins and 1 where match does; logistic everywhere."""
    low, high = _logit_of(SCORE_AT_REVIEW), _logit_of(SCORE_AT_MATCH)
    return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, low + (high - low) * certainty))))


def _logit_of(share: float) -> float:
    return math.log(share / (1 - share))


def calibration_from_json(content: bytes) -> Calibration:
    """What ``to_json`` wrote. Refused (``calibration_malformed``)."""
    try:
        listed = json.loads(content[: LARGEST_FILE + 1])
        found = Calibration(
            form=listed["form"],
            model=listed["model"],
            weights=tuple(float(weight) for weight in listed["weights"]),
            bias=float(listed["bias"]),
            match=float(listed["match"]),
            review=float(listed["review"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _malformed() from error
    numbers = [*found.weights, found.bias, found.match, found.review]
    named = isinstance(found.model, str) and 0 < len(found.model) <= _LONGEST_NAME and found.model.isprintable()
    if found.form != FORM or not named or len(found.weights) != len(MEASUREMENTS) or set(listed) != set(asdict(found)):
        raise _malformed()
    if not all(math.isfinite(number) for number in numbers) or min(found.weights) < 0 or found.review > found.match:
        raise _malformed()
    return found


def _malformed() -> Refused:
    return Refused(
        "calibration_malformed",
        "The calibration file does not have the form that this version reads; nothing was searched with it.",
        hint="Write it again with `registry similarity calibrate`, or remove it to use the one that is shipped.",
    )


@cache
def shipped_calibration() -> Calibration:
    """The one that comes with this version."""
    return calibration_from_json(_FILE.read_bytes())
