"""Pixels of four bytes as words of 32 or 64 bits: one operation for a whole pixel, along contiguous memory.

Choosing pixels by their alpha, or computing channel by channel, takes several times as long.
"""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Shape (..., 4): red, green, blue and straight alpha."""

# Little-endian by name, so that alpha is the highest byte on every machine.
_WORD = np.dtype("<u4")
_LANES = np.dtype("<u8")
_OPAQUE = np.uint32(0xFF000000)
_ALPHA_LANE = 48


def is_opaque(pixels: Pixels) -> bool:
    """Whether no pixel is transparent in the least."""
    return bool(_words(pixels).min() >= _OPAQUE)


def clear_transparent(pixels: Pixels) -> None:
    """Set the colour of fully transparent pixels to 0, 0, 0, in place."""
    words = _words(pixels)
    if ((words - np.uint32(1)) < np.uint32(0xFFFFFF)).any():  # as few files need it
        words *= pixels[..., 3] != 0


def translucent(pixels: Pixels) -> NDArray[np.intp]:
    """Flat indices of the pixels that multiplying by alpha may change: neither opaque nor all zeros."""
    return np.flatnonzero(_words(pixels) - np.uint32(1) < _OPAQUE - np.uint32(1))


def premultiplied(pixels: Pixels, into: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(r a, g a, b a, a) of each pixel, exact, in the beginning of ``into``.

    A product of two bytes fits its lane of 16 bits, so that one multiplication of 64 bits makes all four.
    """
    product = into[: len(pixels)]
    product[...] = pixels
    lanes = product.view(_LANES)
    alpha = lanes >> np.uint64(_ALPHA_LANE)
    lanes &= np.uint64((1 << _ALPHA_LANE) - 1)
    lanes |= np.uint64(1 << _ALPHA_LANE)
    lanes *= alpha
    return product


def empty_products(rows: int, width: int) -> NDArray[np.uint16]:
    """Room for ``premultiplied``."""
    return np.empty((rows, width, 4), dtype="<u2")


def _words(pixels: Pixels) -> NDArray[np.uint32]:
    return pixels.view(_WORD)[..., 0]
