"""The compiled loop that holds every outline against a listing."""

import numpy as np
from numpy.typing import NDArray

from registry.similarity.compiling import compiled

_HALF_WORD = 16
"""A sum over an outline's points fits into so many bits."""


def paired(responses: NDArray[np.int8]) -> NDArray[np.int32]:
    """The ``responses`` (2, codes) of two appearances as one number for each code, so that one look tells both."""
    words = responses.astype(np.int32)
    pairs: NDArray[np.int32] = words[0] + (words[1] << _HALF_WORD)
    return pairs


@compiled
def agreements(outlines: NDArray[np.uint16], pairs: NDArray[np.int32], agreed: NDArray[np.int32]) -> None:
    """Fills ``agreed`` (2, outlines) with the sums over an outline's codes of what ``paired`` responses say."""
    for row in range(outlines.shape[0]):
        codes = outlines[row]
        total = 0
        for point in range(outlines.shape[1]):
            total += pairs[codes[point]]
        low = np.int64(np.int16(total & 0xFFFF))
        agreed[0, row], agreed[1, row] = low, (total - low) >> _HALF_WORD
