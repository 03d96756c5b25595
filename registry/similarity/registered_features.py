"""What the search keeps of a registered picture's features, packed for the database and unpacked again.

Places are in units of the longer side of the ink's box, from its left top, so that they fit whatever view the
work is laid over.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.imaging.picture import Features
from registry.imaging.regions import terms
from registry.imaging.template import COARSE_POINTS, FINE_POINTS, Template
from registry.similarity.outline import Outline, outline
from registry.similarity.vocabulary import vocabulary

MOST_FEATURES = 300
MOST_REGIONS = 8
SMALLEST_FEATURE = 1 / 180
"""Size of a feature, in longer sides of the ink: smaller ones would vanish in a print at a third of a listing."""
FEATURE = np.dtype([("cell", "<u2"), ("code", "<u8", 2), ("place", "<f2", 4)])
REGION = np.dtype([("place", "<f4", 3), ("spectrum", "i1", (len(terms()), 2))])
_TEMPLATE_HEADER = np.dtype([("height", "<u2"), ("width", "<u2"), ("coarse", "<u2"), ("fine", "<u2")])
_POINT = np.dtype("<f2")
_POINT_LENGTH = 4 * _POINT.itemsize
_MOST_POINTS_LENGTH = (COARSE_POINTS + FINE_POINTS) * _POINT_LENGTH
_CODE = np.dtype("<u2")


@dataclass(frozen=True)
class RegisteredFeatures:
    """``local`` and ``regions`` are arrays of FEATURE and of regions (``place``: x, y, spread; ``spectrum``).

    ``ink`` is the box of the ink in pixels of the whole picture: left, top, right, bottom. ``outline`` is what
    registered pictures are held against a whole listing by.
    """

    local: NDArray[np.void]
    regions: NDArray[np.void]
    template: Template
    ink: tuple[float, float, float, float]
    outline: Outline


def chosen(features: Features, width: int, height: int) -> RegisteredFeatures:
    """What is kept of a reading's features; ``width`` and ``height`` are of the whole picture."""
    left, top, right, bottom = features.ink
    longer = max(right - left, bottom - top)
    places = features.local.places.copy()
    places[:, :2] -= np.array([left, top], np.float32)
    places[:, :3] /= np.float32(longer)
    kept = np.flatnonzero(places[:, 2] >= SMALLEST_FEATURE)[:MOST_FEATURES]
    local = np.zeros(len(kept), FEATURE)
    if len(kept):
        descriptors = features.local.descriptors[kept]
        local["cell"] = vocabulary().cells(descriptors)[:, 0]
        local["code"] = vocabulary().codes(descriptors)
        local["place"] = places[kept]
    count = min(len(features.regions), MOST_REGIONS)
    regions = np.zeros(count, REGION)
    centres = features.regions.places[:count].copy()
    centres[:, :2] -= np.array([left, top], np.float32)
    regions["place"] = centres / np.float32(longer)
    regions["spectrum"] = features.regions.spectra[:count]
    across, down = width / features.view.shape[1], height / features.view.shape[0]
    ink = (left * across, top * down, right * across, bottom * down)
    return RegisteredFeatures(
        local, regions, features.template, ink, outline(features.template.coarse, ink, width, height)
    )


def packed(features: RegisteredFeatures) -> tuple[bytes, bytes, bytes, bytes]:
    """Local features, regions, template with its edge points, and outline, as bytes."""
    shown = features.template
    header = np.zeros((), _TEMPLATE_HEADER)
    header["height"], header["width"] = shown.pixels.shape[:2]
    header["coarse"], header["fine"] = len(shown.coarse), len(shown.fine)
    points = np.concatenate([shown.coarse, shown.fine]).astype(_POINT)
    return (
        features.local.tobytes(),
        features.regions.tobytes(),
        header.tobytes() + points.tobytes() + shown.pixels.tobytes(),
        features.outline.astype(_CODE).tobytes(),
    )


def unpacked_local(content: bytes) -> NDArray[np.void]:
    """The array that ``packed`` wrote."""
    return np.frombuffer(content, FEATURE)


def unpacked_regions(content: bytes) -> NDArray[np.void]:
    """The array that ``packed`` wrote."""
    return np.frombuffer(content, REGION)


def unpacked_outline(content: bytes) -> Outline:
    """The array that ``packed`` wrote."""
    return np.frombuffer(content, _CODE).astype(np.uint16, copy=False)


class PackedTemplate:
    """The template that ``packed`` wrote and zlib compressed; its pixels are unpacked each time they are asked for.

    Of the works that may lie in a listing few are looked at so closely, and packed they take a fifth of the memory.
    """

    def __init__(self, compressed: bytes) -> None:
        self._compressed = compressed
        points_at = _TEMPLATE_HEADER.itemsize
        beginning = zlib.decompressobj().decompress(compressed, points_at + _MOST_POINTS_LENGTH)
        header = np.frombuffer(beginning, _TEMPLATE_HEADER, 1)[0]
        coarse, fine = int(header["coarse"]), int(header["fine"])
        self._pixels_at = points_at + (coarse + fine) * _POINT_LENGTH
        points = np.frombuffer(beginning[points_at : self._pixels_at], _POINT).reshape(-1, 4).astype(np.float32)
        self.shape = int(header["height"]), int(header["width"])
        self.coarse, self.fine = points[:coarse], points[coarse:]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """As :class:`registry.imaging.template.Template` has them."""
        content = zlib.decompress(self._compressed)
        return np.frombuffer(content, np.uint8, offset=self._pixels_at).reshape(*self.shape, 4)


AnyTemplate = Template | PackedTemplate
