"""Finding works that a listing shows whole, on whatever ground: by outlines, compared where they lie.

Nothing is searched for here and nothing moved to make it fit: where a work's edges are found just where its canvas has
them, chance has had one throw for each work and not thousands.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from registry.similarity import alignment
from registry.similarity.appearance import appearance
from registry.similarity.hypotheses import Hypothesis, Source, WorkSizes, same_quad
from registry.similarity.index.feature_index import FeatureIndex
from registry.similarity.outline import CELLS, responses
from registry.similarity.registered_features import AnyTemplate
from registry.similarity.search_parts import Found

MOST_COMPARED = 8
LEAST_AGREEMENT = 0.25
"""In the mean; of 24 copies on photographs the least had 0.49, of those with other words on them 0.31."""

LEAST_OF_BEST = 0.6
"""Share of the best agreement; where one work's outline is just there, others that half agree are not looked at."""


def proposed(
    index: FeatureIndex, sizes: WorkSizes, listing: alignment.ListingFields, hidden: Set[int] = frozenset()
) -> list[Hypothesis]:
    """Works, none of the ``hidden``, whose outlines agree with the listing as it is or mirrored; the best first."""
    found: list[Hypothesis] = []
    least = LEAST_AGREEMENT
    for agreement, mirrored, entry in index.alike_outlines(
        responses(listing.field(CELLS)), MOST_COMPARED + len(hidden)
    ):
        if agreement < least or len(found) == MOST_COMPARED:
            break
        if entry not in hidden:
            least = max(least, agreement * LEAST_OF_BEST)
            quad = sizes.on_canvas(entry, listing.width, listing.height, mirrored=bool(mirrored))
            found.append(Hypothesis(entry, quad, agreement, 0, Source.OUTLINES, len(found)))
    return found


def vouched(hypotheses: list[Hypothesis], others: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The same, each with the features that agree on just that place of the work in ``others``."""
    by_entry = {one.entry: [other for other in others if other.entry == one.entry] for one in hypotheses}
    return [
        replace(
            one,
            inliers=max(
                (other.inliers for other in by_entry[one.entry] if same_quad(other.quad, one.quad)), default=one.inliers
            ),
        )
        for one in hypotheses
    ]


def compared(
    hypotheses: list[Hypothesis], listing: alignment.ListingFields, known: Mapping[int, AnyTemplate]
) -> list[Found]:
    """The places, best fit first. ``known`` lacks pictures that were erased meanwhile."""
    found = [
        Found(
            one.entry,
            one.quad,
            alignment.unmoved(listing, template, one.quad),
            one.inliers,
            appearance(listing, template, one.quad),
            on_canvas=True,
        )
        for one in hypotheses
        if (template := known.get(one.entry)) is not None
    ]
    return sorted(found, key=lambda place: (-place.fit, place.entry))
