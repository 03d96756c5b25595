"""Local features, regions and outlines of pictures that do not change.

Local features lie by cell of the vocabulary, as an inverted file; regions have what neither turning nor mirroring
changes of their spectra, as unit vectors in whole numbers; outlines are compared one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.similarity.index import feature_kernels, outline_kernels, region_kernels
from registry.similarity.outline import FULL_AGREEMENT, POINTS, Outline, Responses
from registry.similarity.registered_features import FEATURE, REGION
from registry.similarity.vocabulary import CELLS

PICTURE = np.dtype([("entry", "<i8"), ("ink", "<f4", 4), ("canvas", "<f4", 2)])
"""An entry, the box of its ink (left, top, right, bottom), and width and height of the picture, all in pixels of it."""
_MAGNITUDE_UNIT = 255.0
_ASKED_UNIT = 4_096.0
"""Of a listing's magnitudes, finer than of the kept ones; the products of unit vectors stay far below 2^31."""


@dataclass(frozen=True)
class PictureFeatures:
    """What is known of one picture before it lies in a table: arrays of FEATURE and of REGION, and its outline.

    ``ink`` is the box of its ink (left, top, right, bottom), ``canvas`` width and height of the picture, in pixels.
    """

    entry: int
    ink: tuple[float, float, float, float]
    canvas: tuple[float, float]
    local: NDArray[np.void]
    regions: NDArray[np.void]
    outline: Outline


@dataclass(frozen=True)
class LocalHits:
    """Alike features: the listing's by number, entry, place in the work (x, y, size, angle), distance in bits."""

    features: NDArray[np.int64]
    entries: NDArray[np.int64]
    places: NDArray[np.float32]
    distances: NDArray[np.int64]


@dataclass(frozen=True)
class FeatureTable:
    """``pictures`` are of PICTURE, by entry. List c of the inverted file lies from ``starts[c]`` to ``starts[c + 1]``.

    ``codes`` (features, 2), ``places`` (features, 4) and ``rows`` (of ``pictures``) are of local features; ``regions``,
    ``magnitudes`` and ``region_rows`` of regions; ``outlines`` and ``outline_rows`` of outlines. Safe to use from many
    threads.
    """

    pictures: NDArray[np.void]
    starts: NDArray[np.uint32]
    codes: NDArray[np.uint64]
    places: NDArray[np.float16]
    rows: NDArray[np.uint32]
    regions: NDArray[np.void]
    magnitudes: NDArray[np.uint8]
    region_rows: NDArray[np.uint32]
    outlines: NDArray[np.uint16]
    outline_rows: NDArray[np.uint32]

    @classmethod
    def of(cls, pictures: Sequence[PictureFeatures]) -> "FeatureTable":
        """Built from pictures by entry; the same pictures give the same bytes."""
        known = np.zeros(len(pictures), PICTURE)
        for row, picture in enumerate(pictures):
            known[row] = (picture.entry, picture.ink, picture.canvas)
        local = np.concatenate([np.zeros(0, FEATURE), *(picture.local for picture in pictures)])
        regions = np.concatenate([np.zeros(0, REGION), *(picture.regions for picture in pictures)])
        outlines = np.concatenate([np.zeros(0, np.uint16), *(picture.outline for picture in pictures)])
        numbers = np.arange(len(pictures), dtype=np.uint32)
        order = np.argsort(local["cell"], kind="stable")
        starts = np.zeros(CELLS + 1, np.uint32)
        starts[1:] = np.cumsum(np.bincount(local["cell"], minlength=CELLS))
        return cls(
            pictures=known,
            starts=starts,
            codes=np.ascontiguousarray(local["code"][order]),
            places=np.ascontiguousarray(local["place"][order]),
            rows=np.repeat(numbers, [len(picture.local) for picture in pictures])[order],
            regions=regions,
            magnitudes=np.rint(magnitudes_of(regions["spectrum"]) * _MAGNITUDE_UNIT).astype(np.uint8),
            region_rows=np.repeat(numbers, [len(picture.regions) for picture in pictures]),
            outlines=outlines.reshape(-1, POINTS),
            outline_rows=numbers[[len(picture.outline) > 0 for picture in pictures]],
        )

    def hits(
        self, cells: NDArray[np.int32], codes: NDArray[np.uint64], *, radius: int, comparisons: int, most_each: int
    ) -> LocalHits:
        """Features within ``radius`` bits of the listing's, given by ``cells`` (count, probes) and ``codes``.

        The listing's rarest features come first, and after some number of ``comparisons`` the common ones are left
        out; of what one of them hits, the ``most_each`` nearest are kept.
        """
        lengths = (self.starts[cells + 1] - self.starts[cells]).sum(axis=1, dtype=np.int64)
        order = np.argsort(lengths, kind="stable")
        asked = np.sort(order[np.cumsum(lengths[order]) <= comparisons])
        room = np.empty((most_each * (len(asked) + 1), 3), np.int32)
        count = feature_kernels.scan(
            np.ascontiguousarray(cells[asked]),
            codes[asked],
            self.starts,
            self.codes,
            self.rows,
            radius,
            most_each,
            room,
        )
        features, postings, distances = room[:count].T.astype(np.int64)
        entries = self.pictures["entry"][self.rows[postings]]
        return LocalHits(asked[features], entries, self.places[postings].astype(np.float32), distances)

    def alike_regions(
        self, magnitudes: NDArray[np.float32], most: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """For each of the listing's regions the ``most`` most alike: cosines and numbers of regions, the best first."""
        few = min(most, len(self.regions))
        best, numbers = np.empty((2, len(magnitudes), few), np.int64)
        if few:
            asked = np.rint(magnitudes * _ASKED_UNIT).astype(np.int16)
            region_kernels.most_alike(self.magnitudes, asked, best, numbers)
        return (best / (_MAGNITUDE_UNIT * _ASKED_UNIT)).astype(np.float32), numbers

    def alike_outlines(self, responses: Responses, most: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The ``most`` outlines that agree best with the listing in each of its appearances.

        Shapes (appearances, most): mean agreements, 1 for edges that are all just there, and numbers of outlines; the
        best first, earlier ones before later.
        """
        agreed = np.empty((2, len(self.outlines)), np.int32)
        outline_kernels.agreements(self.outlines, outline_kernels.paired(responses), agreed)
        few = min(most, len(self.outlines))
        numbers = np.stack([_largest(one, few) for one in agreed])
        best = np.take_along_axis(agreed, numbers, 1)
        return (best / (POINTS * FULL_AGREEMENT)).astype(np.float32), numbers


def _largest(values: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Where the ``count`` largest are, the largest first, of equal ones the earlier."""
    if not count:
        return np.zeros(0, np.int64)
    least = np.partition(values, len(values) - count)[len(values) - count]
    candidates = np.flatnonzero(values >= least)
    return candidates[np.argsort(-values[candidates], kind="stable")[:count]]


def magnitudes_of(spectra: NDArray[np.int8]) -> NDArray[np.float32]:
    """What of spectra (count, terms, 2) neither turning nor mirroring changes, as unit vectors."""
    size = np.hypot(spectra[..., 0].astype(np.float32), spectra[..., 1].astype(np.float32)) ** np.float32(0.7)
    unit: NDArray[np.float32] = size / np.maximum(np.linalg.norm(size, axis=1, keepdims=True), 1e-6)
    return unit.astype(np.float32)
