"""The listings of a run: each registered design of the sample, stolen in every way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from registry.benchmark.collection import Collection, generator
from registry.benchmark.families import Families
from registry.benchmark.system import Listing
from registry.benchmark.thefts import Context, Picture, Severity, generate
from registry.similarity.answer import Polygon

LEAST_INK = 0.25
"""Share of the ink that must be left of a crop to count under the theft's name; the others get a row of their own."""
UNDER_A_QUARTER = "_under_a_quarter"
CROPS = ("crop85", "crop60")
MOST_PHOTOS_IN_MEMORY = 12
FILLING = {"collage": 8, "collage3": 2}
"""How many other designs a theft needs."""


@dataclass(frozen=True)
class StolenDesign:
    """A listing made of design ``place``; ``shown`` has each design in it with its true polygon."""

    place: int
    case: str
    listing: Listing
    shown: dict[int, Polygon]


class Thief:
    """Steals from a collection, by a seed."""

    def __init__(self, collection: Collection, families: Families, *, seed: int, sample: int) -> None:
        self._collection = collection
        self._families = families
        self._seed = seed
        self.stolen = collection.registered[:sample]
        self._grounds = grounds(collection, seed)

    def steal(self, name: str, severity: Severity) -> Iterator[StolenDesign]:
        """One listing for each design of the sample."""
        for place in self.stolen:
            yield self.of(name, severity, place)

    def of(self, name: str, severity: Severity, place: int) -> StolenDesign:
        """The listing that shows design ``place`` so stolen."""
        design = self._collection.designs[place]
        rng = generator(self._seed, name, severity, design.digest)
        others = self._others(name, place, rng)
        context = Context(self._grounds, [self._collection.designs[one].pixels for one in others])
        theft = generate(name, severity, design.pixels, context, rng)
        works = [place, *others]
        shown = {works[one.work]: tuple((float(x), float(y)) for x, y in one.polygon) for one in theft.shown}
        visible = {works[one.work]: one.visible for one in theft.shown}
        shown.setdefault(place, ())  # where nothing of it is left to see it still counts
        under = name in CROPS and visible.get(place, 0) < LEAST_INK
        return StolenDesign(place, name + UNDER_A_QUARTER if under else name, Listing(theft.picture), shown)

    def _others(self, name: str, place: int, rng: np.random.Generator) -> list[int]:
        """Registered works where all of a collage are to be found, else designs that are not, if there are any."""
        if name not in FILLING:
            return []
        every = name == "collage3" or not self._collection.unregistered
        pool = self._collection.registered if every else self._collection.unregistered
        kin = self._families.kin(place)
        free = [one for one in pool if one != place and one not in kin]
        return [free[int(one)] for one in rng.permutation(len(free))[: FILLING[name]]]


def grounds(collection: Collection, seed: int) -> Sequence[Picture]:
    """Photographs to photograph products in."""
    chosen = generator(seed, "grounds").permutation(len(collection.photos))[:MOST_PHOTOS_IN_MEMORY]
    return [collection.photos[int(place)].pixels[..., :3] for place in chosen]
