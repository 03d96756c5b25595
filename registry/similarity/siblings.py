"""Telling works apart that seem to lie at one spot of a listing.

Rings of lines by one generator, buttons in forty colours: the edges of all of them fit nearly as well as those of the
one that was copied. Aligned on finer pixels the copied one gains what the others cannot.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from registry.similarity import alignment
from registry.similarity.alignment import ListingFields
from registry.similarity.appearance import appearance
from registry.similarity.decision import Calibration
from registry.similarity.hypotheses import same_spot
from registry.similarity.registered_features import AnyTemplate
from registry.similarity.verdicts import Place, certainty_of, has_tone

MOST_ALIGNED = 4
"""Places of a listing that are aligned finer, some 4 ms each. Of 172 groups of siblings in stolen designs the right
work led 127 before, 142 with these, and 143 with all of them aligned."""
MARGIN = 0.5
"""Certainty that a work may be behind the best of its spot and still be aligned finer; a larger one told no more."""
CROWD = 3
"""Works at a spot, each as certain as a match but for its lights and darks, with which a person decides: art like it is
made in series, and the listing may show one of the series that nobody registered. Of 200 unregistered designs three
were called a match, rings of lines all of them, each in a crowd."""


def told_apart(
    places: Sequence[Place], listing: ListingFields, known: Mapping[int, AnyTemplate], calibration: Calibration
) -> list[Place]:
    """The same places; those that nearly equal the best one of another work at their spot, and that one, are aligned
    finer where this makes them more certain; those in a crowd are marked. ``known`` has the templates of all that a
    person would see."""
    rivals: list[Place] = []
    crowded: list[Place] = []
    for spot in _spots([(certainty_of(place, calibration), place) for place in places]):
        most, best = spot[0]
        close = [place for certainty, place in spot if certainty >= most - MARGIN]
        if any(place.work_id != best.work_id for place in close):
            rivals += close
        if len({place.work_id for certainty, place in spot if certainty >= 1 and not has_tone(place)}) >= CROWD:
            crowded += [place for _, place in spot]
    chosen = {id(place) for place in rivals[:MOST_ALIGNED]}
    marked = {id(place) for place in crowded}
    aligned = (_aligned(place, listing, known, calibration) if id(place) in chosen else place for place in places)
    return [replace(one, in_crowd=id(place) in marked) for one, place in zip(aligned, places, strict=True)]


def _spots(certain: Iterable[tuple[float, Place]]) -> Iterator[list[tuple[float, Place]]]:
    """Those that a person would see, by the spot of the listing, the most certain spot and place first."""
    left = sorted((one for one in certain if one[0] >= 0), key=lambda one: (-one[0], one[1].found.entry))
    while left:
        near = [same_spot(place.found.quad, left[0][1].found.quad) for _, place in left]
        yield [one for one, here in zip(left, near, strict=True) if here]
        left = [one for one, here in zip(left, near, strict=True) if not here]


def _aligned(place: Place, listing: ListingFields, known: Mapping[int, AnyTemplate], calibration: Calibration) -> Place:
    template = known[place.found.entry]
    _, quad = alignment.finer(listing, template, place.found.quad)
    finer = replace(place.found, quad=quad, appearance=appearance(listing, template, quad))
    aligned = replace(place, found=finer, found_first=place.found)
    return max(place, aligned, key=lambda one: certainty_of(one, calibration))
