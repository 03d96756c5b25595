"""Finding works as parts of a listing: hypotheses from the features, moved to their best fit, compared on pixels."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from registry.imaging.picture import Features
from registry.similarity import alignment
from registry.similarity.appearance import Appearance, appearance
from registry.similarity.hypotheses import (
    Hypothesis,
    Source,
    WorkSizes,
    from_local_features,
    from_regions,
    same_quad,
    same_spot,
)
from registry.similarity.index.feature_index import FeatureIndex
from registry.similarity.kernels import plausible
from registry.similarity.registered_features import AnyTemplate

FIRST_OF_SOURCE = 10
"""Works of each source, in its own order, that are looked at closely however their edges fit: a busy design fits
worse than a ring fits anywhere, and fit alone would let the rings crowd it out."""
FITTING_REFINED = 24
"""Further places that are moved on the fine field, best coarse fit first."""
FIRST_COMPARED = 8
"""Works of each source that are compared on pixels likewise."""
FITTING_COMPARED = 12
"""Further places that are compared on pixels, best fine fit first."""
REFINED_AT_A_PLACE = 12
COMPARED_AT_A_PLACE = 6
"""Works at nearly the same place of the listing, of each choice: the others of a collage shall have their turn.
Families of forty rings exist; which of them it is shows in the fine fit."""
LEAST_FIT = 0.45
"""Places whose edges fit worse, coarsely or finely, are looked at no further. Of 598 thefts 531 were found with
0.4 to 0.5; with 0.3, and no such limit for coarse fits, 529 in an eighth more time."""
VOUCHING = 8
"""So many features vouch for a place however its edges fit."""
_LEAST_POINTS = 5


@dataclass(frozen=True)
class Found:
    """A place where a work may lie: corners of its ink in the view, how it fits, and what the pixels say.

    ``on_canvas``: it was found where the listing is the whole picture, and nothing had to be moved to make it fit.
    """

    entry: int
    quad: NDArray[np.float64]
    fit: float
    inliers: int
    appearance: Appearance
    on_canvas: bool = False


def proposed(
    index: FeatureIndex,
    sizes: WorkSizes,
    features: Features,
    *,
    hidden: Set[int] = frozenset(),
    sources: Set[Source] = frozenset(Source),
) -> list[Hypothesis]:
    """Where the ``sources`` say that works may lie, of all entries but the ``hidden``."""
    hypotheses: list[Hypothesis] = []
    if Source.LOCAL_FEATURES in sources:
        hypotheses += from_local_features(index, sizes, features.local, hidden)
    if Source.REGIONS in sources:
        hypotheses += from_regions(index, sizes, features.regions, hidden)
    return hypotheses


def compared(
    hypotheses: Sequence[Hypothesis], listing: alignment.ListingFields, known: Mapping[int, AnyTemplate]
) -> list[Found]:
    """The places worth a decision, best fit first. ``known`` lacks pictures that were erased meanwhile."""
    templates = {entry: template for entry, template in known.items() if len(template.coarse) >= _LEAST_POINTS}
    moved = []
    for one in hypotheses:
        if (template := templates.get(one.entry)) is None:
            continue
        width, height = alignment.ink_size(template)
        if plausible(one.quad, width / height):
            fit, quad = alignment.coarse(listing, template, one.quad)
            if fit >= LEAST_FIT or one.inliers >= VOUCHING:
                moved.append(_Moved(fit, quad, one))
    refined = []
    for place in _chosen(moved, _REFINED):
        fit, quad = alignment.fine(listing, templates[place.origin.entry], place.quad)
        refined.append(_Moved(fit, quad, place.origin))
    return [
        Found(
            place.origin.entry,
            place.quad,
            place.fit,
            place.origin.inliers,
            appearance(listing, templates[place.origin.entry], place.quad),
        )
        for place in _with_vouched(_chosen(_best_of_each(refined), _COMPARED), refined)
        if place.fit >= LEAST_FIT or place.origin.inliers >= VOUCHING
    ]


@dataclass(frozen=True)
class _Moved:
    fit: float
    quad: NDArray[np.float64]
    origin: Hypothesis


@dataclass(frozen=True)
class _Choice:
    """``first`` works of each source, ``fitting`` further places, at most so many of a work and at a place."""

    first: int
    fitting: int
    of_a_work: int
    at_a_place: int


_REFINED = _Choice(FIRST_OF_SOURCE, FITTING_REFINED, 2, REFINED_AT_A_PLACE)
_COMPARED = _Choice(FIRST_COMPARED, FITTING_COMPARED, 1, COMPARED_AT_A_PLACE)


def _best_of_each(refined: list[_Moved]) -> list[_Moved]:
    """The same, each where its work fits best: what a source ranks first may be a wrong place of the right work.

    The features that vouch for a place are those of any that was moved to the same.
    """
    best: dict[int, _Moved] = {}
    for place in refined:
        known = best.get(place.origin.entry)
        if known is None or place.fit > known.fit:
            best[place.origin.entry] = place
    vouching = dict.fromkeys(best, 0)
    for place in refined:
        entry = place.origin.entry
        if same_quad(place.quad, best[entry].quad):
            vouching[entry] = max(vouching[entry], place.origin.inliers)
    return [
        _Moved(
            best[place.origin.entry].fit,
            best[place.origin.entry].quad,
            replace(place.origin, inliers=vouching[place.origin.entry]),
        )
        for place in refined
    ]


def _with_vouched(chosen: list[_Moved], refined: list[_Moved]) -> list[_Moved]:
    """``chosen``, and of the same works the places that most features vouch for, where those are others."""
    entries = {place.origin.entry: place for place in chosen}
    vouched: dict[int, _Moved] = {}
    for place in sorted(refined, key=lambda one: (-one.origin.inliers, -one.fit)):
        best = entries.get(place.origin.entry)
        if best is not None and place.origin.inliers >= VOUCHING and place.origin.entry not in vouched:
            vouched[place.origin.entry] = place
    return [*chosen, *(one for entry, one in vouched.items() if not same_quad(one.quad, entries[entry].quad))]


def _chosen(moved: list[_Moved], choice: _Choice) -> list[_Moved]:
    """The first works of each source in its order, then the best fits; answered best fit first."""
    by_fit = sorted(moved, key=lambda place: (-place.fit, place.origin.entry))
    kept: list[_Moved] = []
    for source in Source:
        own = sorted((place for place in moved if place.origin.source is source), key=lambda place: place.origin.rank)
        kept += _apart(own, kept, choice.first, 1, choice.at_a_place)
    kept += _apart(by_fit, kept, choice.fitting, choice.of_a_work, choice.at_a_place)
    return sorted(kept, key=lambda place: (-place.fit, place.origin.entry))


def _apart(ordered: list[_Moved], before: list[_Moved], most: int, of_a_work: int, at_a_place: int) -> list[_Moved]:
    """The first ``most`` that add something to ``before``: so many of a work, and no crowd at one place."""
    kept: list[_Moved] = []
    for place in ordered:
        if len(kept) == most:
            break
        own = [other for other in [*before, *kept] if other.origin.entry == place.origin.entry]
        if len(own) >= of_a_work or any(same_quad(other.quad, place.quad) for other in own):
            continue
        if sum(same_spot(other.quad, place.quad) for other in kept) >= at_a_place:
            continue
        kept.append(place)
    return kept
