"""``imagehash``: the hashes that most shops use."""

from abc import ABC, abstractmethod

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.benchmark.collection import PictureFile
from registry.benchmark.system import Claim, Listing, on_white
from registry.benchmark.thefts import Picture

RADIUS = 10
"""Of 64 bits: the usual threshold."""


class _ImageHash(ABC):
    """One 64-bit hash a work, on white (``imagehash`` itself would drop alpha)."""

    name = ""

    def __init__(self) -> None:
        self._works: list[int] = []
        self._hashes: list[NDArray[np.bool_]] = []

    def enrol(self, work: int, design: PictureFile) -> bool:
        self._works.append(work)
        self._hashes.append(self.hashed(on_white(design.pixels)))
        return True

    def ask(self, listing: Listing) -> list[Claim]:
        distances = np.count_nonzero(np.stack(self._hashes) != self.hashed(listing.on_white), axis=1)
        near = [int(place) for place in np.argsort(distances, kind="stable") if distances[place] <= RADIUS]
        return [Claim(self._works[place], True, 1 - float(distances[place]) / 64) for place in near]

    @abstractmethod
    def hashed(self, picture: Picture) -> NDArray[np.bool_]:
        """64 bits, shape (64,)."""


class PHash(_ImageHash):
    name = "phash"

    def hashed(self, picture: Picture) -> NDArray[np.bool_]:
        return np.asarray(imagehash.phash(Image.fromarray(picture)).hash, dtype=np.bool_).ravel()


class DHash(_ImageHash):
    name = "dhash"

    def hashed(self, picture: Picture) -> NDArray[np.bool_]:
        return np.asarray(imagehash.dhash(Image.fromarray(picture)).hash, dtype=np.bool_).ravel()
