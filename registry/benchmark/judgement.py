"""Was the right work found, in the right place; and how that adds up to a row."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.benchmark.system import Claim
from registry.similarity.answer import Polygon

GOOD_OVERLAP = 0.7
"""Intersection over union from which a region shows a person where to look."""
_DRAWN_SIDE = 512
_CALIBRATION_BINS = 10

Kin = Callable[[int], Collection[int]]
"""The works that share art with one: whoever names them is not wrong."""


@dataclass(frozen=True)
class Outcome:
    """One work that one listing shows, before one system.

    ``found``: named, and before it only works that are in the picture or share its art. ``match``: found and
    certain. ``overlap``: intersection over union of its region with the truth, where there is one.
    ``wrong``: a certain claim about a work that is neither in the picture nor shares art with one that is.
    """

    work: int
    found: bool
    match: bool
    overlap: float | None
    wrong: bool
    milliseconds: float


def judge(
    claims: Sequence[Claim],
    shown: Mapping[int, Polygon],
    present: Collection[int],
    *,
    size: tuple[int, int],
    milliseconds: float,
) -> list[Outcome]:
    """One outcome for each registered work in the listing of ``size`` (width, height), ``shown`` with its polygon.

    ``present`` are all works whose art the listing shows.
    """
    wrong = any(claim.certain and claim.work not in present for claim in claims)
    outcomes: list[Outcome] = []
    for work, polygon in shown.items():
        before: list[Claim] = []
        claim = None
        for one in claims:
            if one.work == work:
                claim = one
                break
            before.append(one)
        found = claim is not None and all(one.work in present for one in before)
        region = claim.polygon if claim else None
        outcomes.append(
            Outcome(
                work,
                found,
                bool(found and claim and claim.certain),
                None if region is None else overlap(region, polygon, size) if polygon else 0.0,
                wrong,
                milliseconds,
            )
        )
    return outcomes


def overlap(one: Polygon, other: Polygon, size: tuple[int, int]) -> float:
    """Intersection over union of the parts of two polygons within a picture of ``size``, to about a hundredth."""
    scale = _DRAWN_SIDE / max(size)
    canvas = (max(1, round(size[1] * scale)), max(1, round(size[0] * scale)))
    drawn = [_filled(polygon, scale, canvas) for polygon in (one, other)]
    union = int((drawn[0] | drawn[1]).sum())
    return float((drawn[0] & drawn[1]).sum()) / union if union else 0.0


def _filled(polygon: Polygon, scale: float, canvas: tuple[int, int]) -> NDArray[np.bool_]:
    sheet = np.zeros(canvas, dtype=np.uint8)
    corners = np.clip(np.array(polygon, dtype=np.float64) * scale - 0.5, -(2**12), 2**12)
    cv2.fillPoly(sheet, [np.rint(corners * 256).astype(np.int32)], 1, cv2.LINE_8, 8)
    return sheet > 0


def row_of(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Counts, the share of matches whose region overlaps well (None without regions), and times."""
    overlaps = [one.overlap for one in outcomes if one.match and one.overlap is not None]
    return {
        "n": len(outcomes),
        "found": sum(one.found for one in outcomes),
        "match": sum(one.match for one in outcomes),
        "wrong": sum(one.wrong for one in outcomes),
        "iou70": round(sum(one >= GOOD_OVERLAP for one in overlaps) / len(overlaps), 3) if overlaps else None,
        **percentiles([one.milliseconds for one in outcomes]),
    }


def percentiles(milliseconds: Sequence[float]) -> dict[str, object]:
    return {
        "ms_p50": round(float(np.percentile(milliseconds, 50)), 1) if milliseconds else None,
        "ms_p95": round(float(np.percentile(milliseconds, 95)), 1) if milliseconds else None,
    }


def calibration_error(scores: Sequence[tuple[float, bool]]) -> float | None:
    """Expected calibration error: the mean distance of score and share that was right, in ten bins of equal width
    weighted by their number (Naeini, Cooper and Hauskrecht 2015); None without scores."""
    if not scores:
        return None
    values, right = np.array([score for score, _ in scores]), np.array([good for _, good in scores], dtype=np.float64)
    bins = np.minimum((values * _CALIBRATION_BINS).astype(np.int64), _CALIBRATION_BINS - 1)
    distances = [
        abs(values[bins == one].mean() - right[bins == one].mean()) * (bins == one).sum() for one in np.unique(bins)
    ]
    return float(sum(distances) / len(values))
