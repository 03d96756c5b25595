"""Exact area averaging: the one way this package makes a picture smaller (or larger).

Output cell j of m covers the source interval [j n / m, (j + 1) n / m) of an axis of n pixels, and
each pixel counts by its overlap with it. In units of 1/m the overlaps are whole numbers, so sums are
exact, whatever the order: the reduction of a mirrored or turned picture is the mirrored or turned
reduction, bit for bit, on every machine.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

LARGEST = 255 * 255
LONGEST = 2**32 // LARGEST
"""Pixels of an axis whose weighted sum, LARGEST times as much at most, fits 32 bits."""
_EXACT_ROWS = 2**24 // LARGEST
"""Rows of LARGEST whose sum single precision holds exactly."""
TOGETHER = 2**18
"""Sums of columns that are held at a time: those of a large picture would be another one."""


class AreaSums:
    """Sums over each cell of ``out_height`` x ``out_width``, of strips of source rows that come from the top down.

    Every cell's weights add up to ``height * width``, so the average is the sum over that. Output rows that are
    complete are summed by column, many together.
    """

    def __init__(
        self, height: int, width: int, out_height: int, out_width: int, channels: int, *, together: int = TOGETHER
    ) -> None:
        """``together``: how many sums of columns are held at a time."""
        if height > LONGEST:
            raise ValueError(f"an axis of more than {LONGEST} pixels")
        self._height, self._width, self._channels = height, width, channels
        self._summed = np.empty((out_height, out_width, channels), dtype=np.int64)
        held = min(out_height, max(1, together // (width * channels)))
        self._rows = np.zeros((held, width * channels), dtype=np.uint32)
        self._first = 0

    def add(self, start: int, rows: NDArray[np.uint8 | np.uint16], unit: NDArray[np.uint32] | None = None) -> None:
        """``rows`` (count, width, channels), whose first is row ``start``: the one after those that came before.

        ``unit``, of shape (width * channels,), is what a value is multiplied by; the products are LARGEST at most.
        """
        flat = rows.reshape(len(rows), -1)
        for first in range(0, len(flat), _EXACT_ROWS):
            part = flat[first : first + _EXACT_ROWS]
            for j, total in _overlapping(part, start + first, self._height, len(self._summed)):
                if j == self._first + len(self._rows):  # what comes from here on touches no row before it
                    self._sum_columns()
                self._rows[j - self._first] += total if unit is None else total * unit

    def sums(self) -> NDArray[np.int64]:
        """Shape (out_height, out_width, channels), once all rows have come."""
        self._sum_columns()
        return self._summed

    def _sum_columns(self) -> None:
        """Sum the output rows that are held, and begin with those after them."""
        out_height, out_width, _ = self._summed.shape
        end = min(self._first + len(self._rows), out_height)
        held = self._rows[: end - self._first].reshape(-1, self._width, self._channels)
        # From the pixel in which a cell begins to the one in which the next begins, and then what each takes of both.
        begins, parts = np.divmod(np.arange(out_width) * self._width, out_width)
        summed = np.add.reduceat(held, begins, axis=1, dtype=np.int64) * out_width
        summed[:, :-1][:, begins[1:] == begins[:-1]] = 0  # reduceat answers one pixel for none
        first = held[:, begins].astype(np.int64) * parts[:, None]
        summed -= first
        summed[:, :-1] += first[:, 1:]
        self._summed[self._first : end] = summed
        self._rows[:] = 0
        self._first = end


def coarser(sums: NDArray[np.int64], out_height: int, out_width: int) -> NDArray[np.int64]:
    """The sums over cells of ``out_height`` x ``out_width``, whose numbers divide those of ``sums``: bit for bit."""
    down, across = sums.shape[0] // out_height, sums.shape[1] // out_width
    together = sums.reshape(out_height, down, out_width, across, -1).sum(axis=(1, 3))
    # A pixel's overlap counts in units of a cell, of which a coarse one is so many.
    coarse: NDArray[np.int64] = together // (down * across)
    return coarse


def rounded_quotient(numerator: NDArray[np.int64], denominator: int) -> NDArray[np.int64]:
    """To the nearest integer, halves away from zero: symmetric about zero, so negation commutes with it."""
    magnitude = (2 * np.abs(numerator) + denominator) // (2 * denominator)
    quotient: NDArray[np.int64] = np.sign(numerator) * magnitude
    return quotient


def _overlapping(
    part: NDArray[np.uint8 | np.uint16], start: int, n: int, m: int
) -> Iterator[tuple[int, NDArray[np.uint32]]]:
    """Each cell of ``m`` that the lines of ``part``, from ``start`` of ``n``, touch, and their weighted sum in it.

    What 32 bits cannot hold on the way is taken away again: they count round, and the result fits.
    """
    end = start + len(part)
    for j in range(start * m // n, -(-end * m // n)):
        first, last = max(j * n // m, start), min(-(-(j + 1) * n // m), end)
        total = _sum(part[first - start : last - start])
        total *= np.uint32(m)
        for line, outside in ((first, j * n - first * m), (last - 1, last * m - (j + 1) * n)):
            if outside > 0:
                total -= np.multiply(part[line - start], np.uint32(outside), dtype=np.uint32)
        yield j, total


def _sum(lines: NDArray[np.uint8 | np.uint16]) -> NDArray[np.uint32]:
    if lines.dtype == np.uint8:
        summed = np.asarray(cv2.reduce(lines, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32)
    else:
        single = np.asarray(cv2.reduce(lines, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F), np.float32)
        summed = single.astype(np.int32)  # by way of signed ones, which a processor converts at once
    total: NDArray[np.uint32] = summed[0].view(np.uint32)
    return total
