"""What reading a picture file yields: the types that imaging hands to every other room."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.imaging.local_features import LocalFeatures
from registry.imaging.regions import Regions
from registry.imaging.symmetry import Symmetry
from registry.imaging.template import Template
from registry.imaging.view import Box


@dataclass(frozen=True)
class Fingerprint:
    """A perceptual hash with everything needed to derive it again.

    ``algorithm`` names the hash with its version (``dct256/1``), ``ground`` the colour that
    transparent pixels were composited on (``opaque`` where the picture has none), ``bits`` the
    hash, most significant bit first.
    """

    algorithm: str
    ground: str
    bits: bytes


@dataclass(frozen=True)
class HashVariant:
    """The ``dct256/1`` hash that the picture would have had before ``symmetry`` and ``inverted`` were done to it.

    Comparing every variant of a listing picture with the single stored fingerprint of each work
    finds a work under all sixteen transformations.
    """

    symmetry: Symmetry
    inverted: bool
    ground: str
    bits: bytes


@dataclass(frozen=True)
class Note:
    """Something the owner should know about how the file was read, such as a first frame taken."""

    code: str
    text: str


@dataclass(frozen=True)
class Features:
    """What the search finds parts of the picture by. Derived data: no entry commits to it.

    ``view`` is the picture reduced to a longer side of at most VIEW_SIDE: shape (height, width, 4), uint8, sRGB,
    straight alpha. Everything else is in its pixels. ``ink`` is the bounding box of what is drawn, ``ground`` the
    grey level on which the features were taken.
    """

    view: NDArray[np.uint8]
    ink: Box
    ground: int
    local: LocalFeatures
    regions: Regions
    template: Template


@dataclass(frozen=True)
class Reading:
    """A picture file, read.

    ``sha256`` and ``size`` are of the file's bytes. ``width`` and ``height`` are in pixels after
    orientation. ``canonical_digest`` is the hex digest of the canonical pixels under the rules
    named by ``canonical_version``. ``raster`` is the canonical picture reduced for comparison:
    shape (height, width, 4), uint8, sRGB, straight alpha, longer side at most RASTER_SIDE.
    """

    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    canonical_version: str
    canonical_digest: str
    fingerprints: tuple[Fingerprint, ...]
    variants: tuple[HashVariant, ...]
    raster: NDArray[np.uint8]
    features: Features
    notes: tuple[Note, ...]
