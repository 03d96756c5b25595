"""PDQ, Meta's 256-bit hash, with the hashes of all eight rotations and mirrorings of the listing."""

import numpy as np
import pdqhash
from numpy.typing import NDArray

from registry.benchmark.collection import PictureFile
from registry.benchmark.system import Claim, Listing, on_white

RADIUS = 31
"""Of 256 bits: what PDQ's authors recommend."""


class Pdq:
    name = "pdq"

    def __init__(self) -> None:
        self._works: list[int] = []
        self._hashes: list[NDArray[np.bool_]] = []

    def enrol(self, work: int, design: PictureFile) -> bool:
        bits, _ = pdqhash.compute(np.ascontiguousarray(on_white(design.pixels)))
        self._works.append(work)
        self._hashes.append(np.asarray(bits, dtype=np.bool_))
        return True

    def ask(self, listing: Listing) -> list[Claim]:
        variants, _ = pdqhash.compute_dihedral(np.ascontiguousarray(listing.on_white))
        asked = np.stack([np.asarray(bits, dtype=np.bool_) for bits in variants])
        distances = np.count_nonzero(np.stack(self._hashes)[:, None] != asked[None], axis=2).min(axis=1)
        near = [int(place) for place in np.argsort(distances, kind="stable") if distances[place] <= RADIUS]
        return [Claim(self._works[place], True, 1 - float(distances[place]) / 256) for place in near]
