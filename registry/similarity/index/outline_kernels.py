"""The compiled loop that holds every outline against a listing."""

import numpy as np
from numpy.typing import NDArray

from registry.similarity.compiling import compiled


@compiled
def agreements(outlines: NDArray[np.uint16], responses: NDArray[np.int8], agreed: NDArray[np.int32]) -> None:
    """Fills ``agreed`` (outlines, appearances) with the sums over an outline's codes of a listing's ``responses``."""
    for row in range(outlines.shape[0]):
        for appearance in range(responses.shape[0]):
            total = np.int32(0)
            for point in range(outlines.shape[1]):
                total += np.int32(responses[appearance, outlines[row, point]])
            agreed[row, appearance] = total
