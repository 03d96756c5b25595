"""``dct256/1``: a 256-bit hash of a picture's low frequencies that closes exactly over sixteen transformations.

The picture on one ground is averaged to 64 x 64 cells of luma and transformed by an integer DCT-II
table; all of it is whole-number arithmetic. Mirroring changes the sign of the odd coefficients, a
transposition transposes them, inversion changes the sign of all, exactly. The hashes that a picture
would have under the eight rotations and mirrorings and their inversions therefore follow from one
set of coefficients, bit for bit equal to those of the transformed picture itself. (PDQ takes its
eight from one set too, but drifts by up to 24 bits, because it filters and rounds on the way.)

A bit is set where a coefficient is above a small fraction of the picture's own energy, not merely
above zero: symmetric designs, common among logos, have odd coefficients of almost zero, whose sign
is noise after a re-encoding. Measured on 150 clip-art designs, bits that change at JPEG quality 30:
with plain signs 1 in the median, 95 at the 97th percentile and 127 at most; with this deadband 0, 3
and 6. Unrelated pairs differ by 114 bits in the median. Fractions from 1/400 to 1/20 do as well
against noise; smaller ones keep more of the hash.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from registry.imaging.canonical_pixels import LUMA_UNIT, ground_luma
from registry.imaging.reduction import rounded_quotient
from registry.imaging.symmetry import Symmetry

ALGORITHM = "dct256/1"
CELLS = 64
FREQUENCIES = 16
BITS = FREQUENCIES * FREQUENCIES
_LEVELS = 2**10
"""Luma runs from -1024 to 1024: an eighth of an 8-bit level each, and 2 * LUMA_UNIT * 2^10 * 5e7 fits 63 bits."""
_COSINE_UNIT = 2**12
_REDUCTION = 2**23
"""Brings coefficients below 2^23, so that a sum of 256 squares times DEADBAND^2 stays in 63 bits."""
DEADBAND = 200
"""A coefficient counts from 1/DEADBAND of the root of the summed squares of all 255."""
FLAT_DEVIATION = 2
"""Standard deviation of the 64 x 64 cells, in 8-bit levels, below which there is nothing to identify."""


def _cosine_table() -> NDArray[np.int64]:
    """Row k holds cos(pi (2 n + 1) k / 128); its second half mirrors the first with exact sign (-1)^k."""
    table = np.zeros((FREQUENCIES, CELLS), dtype=np.int64)
    half = np.arange(CELLS // 2)
    for k in range(FREQUENCIES):
        scale = _COSINE_UNIT * (np.sqrt(0.5) if k == 0 else 1.0)
        first = np.rint(scale * np.cos(np.pi * (2 * half + 1) * k / (2 * CELLS))).astype(np.int64)
        table[k, : CELLS // 2] = first
        table[k, CELLS // 2 :] = first[::-1] * (-1) ** k
    return table


_COSINES = _cosine_table()


def cells(sums: NDArray[np.int64], weight: int, ground: int) -> NDArray[np.int64]:
    """The 64 x 64 luma cells in -1024..1024, from sums over CELLS x CELLS whose weights add to ``weight``."""
    white = LUMA_UNIT * weight
    return rounded_quotient((2 * ground_luma(sums, weight, ground) - white) * _LEVELS, white)


def is_flat(luma: NDArray[np.int64]) -> bool:
    """Whether the cells differ too little for any hash to mean something."""
    return bool(luma.std() * 255 < FLAT_DEVIATION * 2 * _LEVELS)


def coefficients(luma: NDArray[np.int64]) -> NDArray[np.int64]:
    """The lowest 16 x 16 DCT coefficients, vertical frequency first; the constant one is set to 0."""
    transformed = _COSINES @ luma @ _COSINES.T
    transformed[0, 0] = 0
    return transformed


def hash_bits(transformed: NDArray[np.int64]) -> bytes:
    """The 32-byte hash of coefficients of shape (16, 16)."""
    reduced = rounded_quotient(transformed, _REDUCTION)
    energy = int(np.sum(reduced * reduced))
    squares = reduced * reduced * DEADBAND**2
    return np.packbits((reduced > 0) & (squares > energy)).tobytes()


def variants(transformed: NDArray[np.int64]) -> Iterator[tuple[Symmetry, bool, bytes]]:
    """Each (symmetry, inverted) with the hash that the picture had before they were done to it."""
    signs = np.where(np.arange(FREQUENCIES) % 2, -1, 1)
    for symmetry in Symmetry:
        undone = symmetry.inverse
        changed = transformed * signs[None, :] if undone.mirrored else transformed
        for _ in range(undone.quarter_turns):
            changed = changed.T * signs[None, :]
        yield symmetry, False, hash_bits(changed)
        yield symmetry, True, hash_bits(-changed)
