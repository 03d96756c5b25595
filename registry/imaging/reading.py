"""Reading a picture file from beginning to end: type, pixels, digest, fingerprints. Runs in the sandbox only."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.imaging import canonical_pixels, dct_hash, refusals, view
from registry.imaging.decoding import MODEST_PIXELS, decode
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
    height, width = upright.height, upright.width
    pixels = canonical_pixels.CanonicalPixels(height, width, upright.rows)
    with ThreadPoolExecutor(1) as beside:
        surveying = beside.submit(_surveyed, pixels)
        if height * width > MODEST_PIXELS:
            surveying.result()  # beside a large picture, what only one of the two takes has to be in memory at once
        seen = view.reduced(pixels.rows, height, width, view.VIEW_SIDE)
        del pixels, upright  # some hundred megabytes of a large picture, which the features need no more
        found = features(seen, purpose, beside)
        digest, fingerprints, variants, raster = surveying.result()
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
        features=found,
        notes=notes,
    )


def features(seen: view.Pixels, purpose: Purpose, beside: Executor) -> Features:
    """Everything that the search takes from a view; ``beside`` has a thread that takes a part of the work."""
    box, ground = view.ink_box(seen), view.contrasting_ground(seen)
    of_regions = beside.submit(regions, seen, ground)
    return Features(
        view=seen,
        ink=box,
        ground=ground,
        local=local_features(seen, ground, purpose),
        template=template(seen, box),
        regions=of_regions.result(),
    )


def _surveyed(
    pixels: canonical_pixels.CanonicalPixels,
) -> tuple[str, tuple[Fingerprint, ...], tuple[HashVariant, ...], NDArray[np.uint8]]:
    """What is normative about a picture, and its raster."""
    cells, weight = (dct_hash.CELLS, dct_hash.CELLS), pixels.height * pixels.width
    survey = pixels.surveyed(cells, canonical_pixels.raster_size(pixels.height, pixels.width))
    of_cells, of_raster = survey.sums
    fingerprints, variants = _fingerprints(of_cells, weight, survey.grounds)
    return survey.digest, fingerprints, variants, canonical_pixels.raster(of_raster, weight)


def _fingerprints(
    sums: NDArray[np.int64], weight: int, grounds: dict[str, int]
) -> tuple[tuple[Fingerprint, ...], tuple[HashVariant, ...]]:
    fingerprints: list[Fingerprint] = []
    variants: list[HashVariant] = []
    for name, level in grounds.items():
        luma = dct_hash.cells(sums, weight, level)
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


def _imagehash_fingerprints(luma: NDArray[np.int64], ground: str) -> list[Fingerprint]:
    """The widely used hashes, on the canonical cells: ``imagehash`` itself would drop alpha and trust palettes."""
    grey = Image.fromarray(((luma + 1024) * 255 // 2048).astype(np.uint8))
    return [
        Fingerprint(algorithm, ground, np.packbits(np.asarray(hashed.hash).ravel()).tobytes())
        for algorithm, hashed in ((PHASH, imagehash.phash(grey)), (DHASH, imagehash.dhash(grey)))
    ]
