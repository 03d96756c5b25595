"""How a local feature's descriptor becomes a cell of the inverted file and a code to compare within it.

An inverted multi-index (Babenko and Lempitsky 2012): a rotated projection to 64 numbers, each half
quantised to one of 256 centroids, so 65,536 cells. Within a cell features are compared by 128 signs of
another projection (Hamming embedding, Jégou and others 2008). All arithmetic is on whole numbers small
enough to be exact in the floats used, so every machine derives the same cells and codes. The numbers in
``vocabulary.npz`` were learned from public-domain clip art and freely licensed photographs; they are part
of the index's format.
"""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CELLS = 1 << 16
PROBES = 6
"""Cells looked into for each feature of a listing."""
_PROJECTION_UNIT = 64.0
_NEAREST = 3
_FILE = Path(__file__).with_name("vocabulary.npz")

Descriptors = NDArray[np.uint8]


class Vocabulary:
    """The learned numbers, read-only."""

    def __init__(
        self,
        projection: NDArray[np.int8],
        centroids: NDArray[np.int16],
        signs: NDArray[np.int8],
        medians: NDArray[np.int32],
    ) -> None:
        self._projection = projection.astype(np.float32)
        self._centroids = centroids.astype(np.float64)
        self._signs = signs.astype(np.float32)
        self._medians = medians.astype(np.float32)

    def codes(self, descriptors: Descriptors) -> NDArray[np.uint64]:
        """Shape (count, 2)."""
        above = descriptors.astype(np.float32) @ self._signs > self._medians
        return np.packbits(above, axis=1).view("<u8")

    def cells(self, descriptors: Descriptors, count: int = 1) -> NDArray[np.int32]:
        """The ``count`` nearest cells of each, nearest first; shape (features, count), at most 9."""
        projected = np.rint(descriptors.astype(np.float32) @ self._projection / _PROJECTION_UNIT).astype(np.float64)
        half = projected.shape[1] // 2
        nearest, distances = [], []
        rows = np.arange(len(descriptors))
        for number, centroids in enumerate(self._centroids):
            part = projected[:, number * half : (number + 1) * half]
            squared = (centroids * centroids).sum(axis=1) - 2 * part @ centroids.T
            order = np.empty((len(part), _NEAREST), np.int64)
            least = np.empty((len(part), _NEAREST))
            for rank in range(_NEAREST):
                order[:, rank] = squared.argmin(axis=1)  # the first of equals, on every machine
                least[:, rank] = squared[rows, order[:, rank]]
                squared[rows, order[:, rank]] = np.inf
            nearest.append(order)
            distances.append(least)
        total = (distances[0][:, :, None] + distances[1][:, None, :]).reshape(len(descriptors), _NEAREST**2)
        cells = (nearest[0][:, :, None] * 256 + nearest[1][:, None, :]).reshape(len(descriptors), _NEAREST**2)
        order = np.argsort(total, axis=1, kind="stable")[:, :count]
        return np.take_along_axis(cells, order, 1).astype(np.int32)


@cache
def vocabulary() -> Vocabulary:
    """The one that this version of the index uses."""
    with np.load(_FILE, allow_pickle=False) as numbers:
        return Vocabulary(numbers["projection"], numbers["centroids"], numbers["signs"], numbers["medians"])


def seen_through(descriptors: Descriptors, *, inverted: bool, mirrored: bool) -> Descriptors:
    """The descriptors that the same features have in the negative or the mirror image of their picture.

    A SIFT descriptor is 4 x 4 histograms of 8 directions relative to the feature's own: inversion turns that
    by half a circle, which reverses both axes; mirroring reverses one axis and the sense of the directions.
    """
    grid = descriptors.reshape(-1, 4, 4, 8)
    if inverted:
        grid = grid[:, ::-1, ::-1]
    if mirrored:
        grid = grid[:, ::-1][..., (-np.arange(8)) % 8]
    return np.ascontiguousarray(grid).reshape(-1, 128)
