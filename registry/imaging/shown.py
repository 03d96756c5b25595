"""Pixels as pictures that a browser shows, or that stand in a document."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from registry.imaging.pixel_words import is_opaque
from registry.imaging.view import on_ground, resized

MEDIA_TYPE = "image/webp"
_QUALITY = 82
_EFFORT = 2
"""Of 6: more makes files a few per cent smaller in several times the time."""

PRINT_SIDE = 640
"""Pixels of the longer side: more than 300 to the inch at 50 mm."""
_PRINT_QUALITY = 90


def as_webp(pixels: NDArray[np.uint8]) -> bytes:
    """A WebP of ``pixels``, shape (height, width, 4), straight alpha; transparent parts stay transparent."""
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if is_opaque(pixels):
        picture = picture.convert("RGB")
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=_QUALITY, method=_EFFORT)
    return written.getvalue()


def for_print(pixels: NDArray[np.uint8], ground: int) -> bytes:
    """``pixels`` of the same shape on a grey level, opaque, with a longer side of at most PRINT_SIDE.

    A PNG or a JPEG, whichever is smaller: flat drawings keep their edges.
    """
    if max(pixels.shape[:2]) > PRINT_SIDE:
        pixels = resized(pixels, PRINT_SIDE)
    picture = Image.fromarray(np.rint(on_ground(pixels, ground)).astype(np.uint8))
    exact, close = io.BytesIO(), io.BytesIO()
    picture.save(exact, "PNG", optimize=True)
    picture.save(close, "JPEG", quality=_PRINT_QUALITY, subsampling=0)
    return min(exact.getvalue(), close.getvalue(), key=len)
