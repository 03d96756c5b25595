"""Reading a picture file from beginning to end: type, pixels, digest, fingerprints. Runs in the sandbox only."""

import hashlib
from collections.abc import Callable

import imagehash
import numpy as np
from PIL import Image

from registry.imaging import canonical_pixels, dct_hash, refusals, view
from registry.imaging.decoding import decode
from registry.imaging.file_type import media_type
from registry.imaging.local_features import local_features
from registry.imaging.picture import Features, Fingerprint, HashVariant, Reading
from registry.imaging.purpose import Purpose
from registry.imaging.regions import regions
from registry.imaging.template import template

PHASH = "imagehash-phash64/1"
DHASH = "imagehash-dhash64/1"


def read(
    content: bytes, purpose: Purpose = Purpose.LISTING, wait_for_memory: Callable[[], None] = lambda: None
) -> Reading:
    """Everything this package needs to know of a picture. Raises Refused.

    ``wait_for_memory`` is called before a picture is decoded that takes much of it.
    """
    kind = media_type(content)
    upright, notes = decode(content, kind, wait_for_memory)
    pixels = canonical_pixels.CanonicalPixels(upright.height, upright.width, upright.rows)
    raster = canonical_pixels.raster(pixels)
    fingerprints, variants = _fingerprints(pixels)
    seen = view.reduced(pixels.rows, pixels.height, pixels.width, view.VIEW_SIDE)
    width, height, digest = pixels.width, pixels.height, pixels.digest()
    del pixels, upright  # some hundred megabytes of a large picture, which the features need no more
    return Reading(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        media_type=kind,
        width=width,
        height=height,
        canonical_version=canonical_pixels.VERSION,
        canonical_digest=digest,
        fingerprints=fingerprints,
        variants=variants,
        raster=raster,
        features=features(seen, purpose),
        notes=notes,
    )


def features(seen: view.Pixels, purpose: Purpose) -> Features:
    """Everything that the search takes from a view."""
    box, ground = view.ink_box(seen), view.contrasting_ground(seen)
    return Features(
        view=seen,
        ink=box,
        ground=ground,
        local=local_features(seen, ground, purpose),
        regions=regions(seen, ground),
        template=template(seen, box),
    )


def _fingerprints(
    pixels: canonical_pixels.CanonicalPixels,
) -> tuple[tuple[Fingerprint, ...], tuple[HashVariant, ...]]:
    sums = pixels.premultiplied_sums(dct_hash.CELLS, dct_hash.CELLS)
    fingerprints: list[Fingerprint] = []
    variants: list[HashVariant] = []
    for name, level in pixels.grounds.items():
        luma = dct_hash.cells(pixels, sums, level)
        if dct_hash.is_flat(luma):
            continue
        transformed = dct_hash.coefficients(luma)
        fingerprints.append(Fingerprint(dct_hash.ALGORITHM, name, dct_hash.hash_bits(transformed)))
        fingerprints += _imagehash_fingerprints(luma, name)
        variants += [
            HashVariant(symmetry, inverted, name, bits) for symmetry, inverted, bits in dct_hash.variants(transformed)
        ]
    if not variants:
        raise refusals.flat()
    return tuple(fingerprints), tuple(variants)


def _imagehash_fingerprints(luma: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", ground: str) -> list[Fingerprint]:
    """The widely used hashes, on the canonical cells: ``imagehash`` itself would drop alpha and trust palettes."""
    grey = Image.fromarray(((luma + 1024) * 255 // 2048).astype(np.uint8))
    return [
        Fingerprint(algorithm, ground, np.packbits(np.asarray(hashed.hash).ravel()).tobytes())
        for algorithm, hashed in ((PHASH, imagehash.phash(grey)), (DHASH, imagehash.dhash(grey)))
    ]
