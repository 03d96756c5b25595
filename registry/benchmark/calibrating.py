"""Labelled places for fitting the decision: thefts of registered designs, searched twice.

Once as they are, for what a copy looks like; once as if what they show were not registered, for what is found
where nothing is. Each design takes its turn under several thefts and severities.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as AnyCollection
from dataclasses import replace

import numpy as np

from registry.benchmark.collection import Collection, PictureFile
from registry.benchmark.families import Families
from registry.benchmark.firstmark import Firstmark
from registry.benchmark.judgement import overlap
from registry.benchmark.stealing import Thief
from registry.benchmark.system import Listing
from registry.benchmark.thefts import NAMES, SEVERITIES
from registry.errors import Refused
from registry.similarity.answer import Polygon
from registry.similarity.decision import MEASUREMENTS
from registry.similarity.fitting import LabelledListing
from registry.similarity.verdicts import Place, measured, placed_in

COPY_OVERLAP = 0.5
"""Intersection over union with the truth from which a place of the right work is a copy; below it is left out."""


class Labeller:
    """Registers every design of a collection and asks for the places in thefts of them, ``per_theft`` of each."""

    def __init__(
        self,
        collection: Collection,
        families: Families,
        firstmark: Firstmark,
        *,
        seed: int,
        per_theft: int,
        thefts: Sequence[str] = NAMES,
    ) -> None:
        every = (*collection.registered, *collection.unregistered)
        self._collection = replace(collection, registered=every, unregistered=())
        self._families = families
        self._firstmark = firstmark
        self._per_theft = per_theft
        self._thefts = thefts
        self._thief = Thief(self._collection, families, seed=seed, sample=len(every))

    @property
    def steps(self) -> int:
        """How often progress is made."""
        return len(self._collection.registered) + len(self._thefts) * self._per_theft + len(self._collection.photos)

    def listings(self, advance: Callable[[], None]) -> Iterator[LabelledListing]:
        """Of each theft the copies and the strangers, and of each photograph the strangers."""
        for place in self._collection.registered:
            self._firstmark.enrol(place, self._collection.designs[place])
            advance()
        stolen = self._collection.registered
        for number, name in enumerate(self._thefts):
            for turn in range(self._per_theft):
                place = stolen[(number * self._per_theft + turn) % len(stolen)]
                theft = self._thief.of(name, SEVERITIES[turn % len(SEVERITIES)], place)
                # Rings that are each like the next are no false alarm of the first for the last, nor a copy of it.
                present = set().union(*(self._families.connected(work) for work in theft.shown))
                yield from self._labelled(theft.listing, theft.shown, present)
                advance()
        for photo in self._collection.photos:
            yield from self._labelled(_listing_of(photo), {}, set())
            advance()

    def _labelled(
        self, listing: Listing, shown: Mapping[int, Polygon], present: AnyCollection[int]
    ) -> Iterator[LabelledListing]:
        try:
            reading = self._firstmark.read(listing)
        except Refused:  # too flat or too small to show anything
            return
        if shown:
            kept = []
            for work, place in self._firstmark.places(reading):
                if work in shown:
                    shape = (reading.width, reading.height)
                    if overlap(placed_in(place, reading).region, shown[work], shape) >= COPY_OVERLAP:
                        kept.append((place, True))
                elif work not in present:
                    kept.append((place, False))
            yield _listing(kept, stranger=False)
        yield _listing([(place, False) for _, place in self._firstmark.places(reading, present)], stranger=True)


def _listing(places: list[tuple[Place, bool]], *, stranger: bool) -> LabelledListing:
    values = np.array([measured(place) for place, _ in places], np.float64).reshape(-1, len(MEASUREMENTS))
    return LabelledListing(values, np.array([copy for _, copy in places], np.bool_), stranger)


def _listing_of(photo: PictureFile) -> Listing:
    return Listing(photo.pixels[..., :3])
