"""Exact area averaging: the one way this package makes a picture smaller (or larger).

Output cell j of m covers the source interval [j n / m, (j + 1) n / m) of an axis of n pixels, and
each pixel counts by its overlap with it. In units of 1/m the overlaps are whole numbers, so sums are
exact, whatever the order: the reduction of a mirrored or turned picture is the mirrored or turned
reduction, bit for bit, on every machine.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Rows = Callable[[int, int], NDArray[np.integer]]
"""Answers the source rows from ``start`` to ``end``, shape (end - start, width, channels)."""


def weighted_sums(rows: Rows, height: int, width: int, out_height: int, out_width: int) -> NDArray[np.int64]:
    """Sums over each output cell, shape (out_height, out_width, channels).

    Every cell's weights add up to ``height * width``, so the average is the sum over that. Source
    rows are asked for one output row at a time: the memory needed is that of one strip.
    """
    first = _sum_axis(rows(*_span(0, height, out_height)), 0, 0, height, out_height)
    strip = np.empty((out_height, *first.shape), dtype=np.int64)
    strip[0] = first
    for j in range(1, out_height):
        strip[j] = _sum_axis(rows(*_span(j, height, out_height)), 0, j, height, out_height)
    columns = []
    for j in range(out_width):
        start, end = _span(j, width, out_width)
        columns.append(_sum_axis(strip[:, start:end], 1, j, width, out_width))
    return np.stack(columns, axis=1)


def rounded_quotient(numerator: NDArray[np.int64], denominator: int) -> NDArray[np.int64]:
    """To the nearest integer, halves away from zero: symmetric about zero, so negation commutes with it."""
    magnitude = (2 * np.abs(numerator) + denominator) // (2 * denominator)
    quotient: NDArray[np.int64] = np.sign(numerator) * magnitude
    return quotient


def _span(j: int, n: int, m: int) -> tuple[int, int]:
    return j * n // m, -(-(j + 1) * n // m)


def _sum_axis(part: NDArray[np.integer], axis: int, j: int, n: int, m: int) -> NDArray[np.int64]:
    """The weighted sum of ``part``, which holds the pixels that cell ``j`` touches along ``axis``."""
    start, end = _span(j, n, m)
    if end - start == 1:
        only: NDArray[np.int64] = np.add.reduce(part, axis=axis, dtype=np.int64)
        return only * n
    summed: NDArray[np.int64] = np.add.reduce(part, axis=axis, dtype=np.int64)
    total = summed * m
    before, after = j * n - start * m, end * m - (j + 1) * n
    if before:
        total -= part.take(0, axis=axis).astype(np.int64) * before
    if after:
        total -= part.take(-1, axis=axis).astype(np.int64) * after
    return total
