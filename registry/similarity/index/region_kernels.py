"""The compiled loop that holds every region against those of a listing."""

import numpy as np
from numpy.typing import NDArray

from registry.imaging.regions import terms
from registry.similarity.compiling import compiled

_TERMS = len(terms())
_LANES = 16
_PADDED = -(-_TERMS // _LANES) * _LANES
"""Terms with zeros up to whole vectors: a length known to the compiler, without a remainder taken one by one."""


@compiled
def most_alike(
    magnitudes: NDArray[np.uint8], asked: NDArray[np.int16], best: NDArray[np.int64], numbers: NDArray[np.int64]
) -> None:
    """Fills ``best`` and ``numbers`` (asked, most) with the largest products of each of ``asked`` (count, terms) and
    the rows of ``magnitudes`` (regions, terms), and with the numbers of those rows.

    Largest first, of equal ones the earlier; products are of whole numbers, and so the same on every machine. There
    are at least as many regions as are kept.
    """
    most = best.shape[1]
    best[:] = -1
    ours = np.zeros((asked.shape[0], _PADDED), np.int16)
    ours[:, :_TERMS] = asked
    region = np.zeros(_PADDED, np.int16)
    for row in range(magnitudes.shape[0]):
        for term in range(_TERMS):
            region[term] = magnitudes[row, term]
        for one in range(ours.shape[0]):
            mine = ours[one]
            product = np.int32(0)
            for term in range(_PADDED):
                product = np.int32(product + np.int32(region[term]) * np.int32(mine[term]))
            if product <= best[one, most - 1]:
                continue
            place = most - 1
            while place > 0 and best[one, place - 1] < product:
                best[one, place], numbers[one, place] = best[one, place - 1], numbers[one, place - 1]
                place -= 1
            best[one, place], numbers[one, place] = product, row
