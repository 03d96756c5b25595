"""Finding works as parts of a listing: hypotheses from the features, moved to their best fit, compared on pixels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.imaging.picture import Features
from registry.imaging.template import Template
from registry.similarity import alignment
from registry.similarity.appearance import Appearance, appearance
from registry.similarity.feature_index import FeatureIndex
from registry.similarity.hypotheses import (
    Hypothesis,
    WorkSizes,
    from_local_features,
    from_regions,
    longest_side,
)
from registry.similarity.kernels import plausible

MOST_REFINED = 24
"""Places that are moved on the fine field, best coarse fit first."""
MOST_COMPARED = 14
"""Places that are compared on pixels, best fine fit first."""
_SAME_PLACE = 0.08
_LEAST_POINTS = 5


@dataclass(frozen=True)
class Found:
    """A place where a work may lie: corners of its ink in the view, how it fits, and what the pixels say."""

    entry: int
    quad: NDArray[np.float64]
    fit: float
    inliers: int
    appearance: Appearance


def search_parts(
    index: FeatureIndex, sizes: WorkSizes, features: Features, template_of: Callable[[int], Template | None]
) -> list[Found]:
    """The places worth a decision, best fit first. ``template_of`` answers None for a picture erased meanwhile."""
    listing = alignment.ListingFields(features)
    hypotheses = from_local_features(index, sizes, features.local) + from_regions(index, sizes, features.regions)
    templates: dict[int, Template] = {}
    for entry in {one.entry for one in hypotheses}:
        template = template_of(entry)
        if template is not None and len(template.coarse) >= _LEAST_POINTS:
            templates[entry] = template
    moved = []
    for one in hypotheses:
        if (template := templates.get(one.entry)) is None:
            continue
        width, height = alignment.ink_size(template)
        if plausible(one.quad, width / height):
            fit, quad = alignment.coarse(listing, template, one.quad)
            moved.append((fit, quad, one))
    refined = []
    for fit, quad, one in _apart(moved, MOST_REFINED, 2):
        del fit
        better, place = alignment.fine(listing, templates[one.entry], quad)
        refined.append((better, place, one))
    return [
        Found(one.entry, quad, fit, one.inliers, appearance(listing, templates[one.entry], quad))
        for fit, quad, one in _apart(refined, MOST_COMPARED, 1)
    ]


_Moved = tuple[float, NDArray[np.float64], Hypothesis]


def _apart(moved: list[_Moved], most: int, most_per_work: int) -> list[_Moved]:
    """The best ``most``, at most so many of a work, and none at nearly the same place as a better one of it."""
    kept: list[_Moved] = []
    of_work: dict[int, list[NDArray[np.float64]]] = {}
    for fit, quad, one in sorted(moved, key=lambda move: (-move[0], move[2].entry)):
        known = of_work.setdefault(one.entry, [])
        if len(known) >= most_per_work:
            continue
        if any(np.abs(other - quad).max() < _SAME_PLACE * longest_side(quad) for other in known):
            continue
        known.append(quad)
        kept.append((fit, quad, one))
        if len(kept) == most:
            break
    return kept
