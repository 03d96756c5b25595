"""The double-angle field of the search, compiled: what ``imaging.gradient_field`` defines, for many small pictures.

The gradients of a rendering are linear in those of the inked colours and of the alpha, so that three renderings of
a work on one ground need one blur and one pair of derivatives.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging.gradient_field import SCHARR_GAIN, Field, blurred, gaussian_side
from registry.similarity.compiling import compiled_loosely

Planes = NDArray[np.float32]
"""Shape (count, height, width): loops along the rows of one plane are vectorised."""


def planes_of(picture: NDArray[np.float32]) -> Planes:
    """The channels of a picture, shape (height, width, channels)."""
    planes = np.empty((picture.shape[2], *picture.shape[:2]), np.float32)
    cv2.split(picture, list(planes))
    return planes


def slopes(planes: Planes, smoothing: float) -> tuple[Planes, Planes]:
    """Slopes to the right and down in each plane, in levels a pixel, after a Gaussian of ``smoothing`` pixels."""
    across, down, gain = np.empty_like(planes), np.empty_like(planes), 1 / SCHARR_GAIN
    for number, plane in enumerate(planes):
        smooth = blurred(plane, smoothing)
        cv2.Scharr(smooth, cv2.CV_32F, 1, 0, dst=across[number], scale=gain)
        cv2.Scharr(smooth, cv2.CV_32F, 0, 1, dst=down[number], scale=gain)
    return across, down


def double_angle(planes: Planes, *, noise: float, smoothing: float) -> Planes:
    """As ``gradient_field.double_angle``, without the magnitude; real and imaginary part are the two planes."""
    across, down = slopes(planes, smoothing)
    return steepest(across, down, noise)


def softened(planes: Planes, deviation: float) -> Planes:
    """A Gaussian blur of each plane."""
    side, soft = gaussian_side(deviation), np.empty_like(planes)
    for number, plane in enumerate(planes):
        cv2.GaussianBlur(plane, (side, side), deviation, dst=soft[number])
    return soft


def steepest(across: Planes, down: Planes, noise: float) -> Planes:
    """The field of the steepest plane at each pixel; slopes up to ``noise`` count as none."""
    count = len(across)
    return steepest_of_mixed(across, down, np.ones(count, np.float32), np.zeros(count, np.float32), noise)


@compiled_loosely
def steepest_of_mixed(
    across: Planes, down: Planes, shares: NDArray[np.float32], of_last: NDArray[np.float32], noise: float
) -> Planes:
    """Likewise, of the planes that are ``shares[k]`` of plane k and ``of_last[k]`` of the last one."""
    height, width, last = across.shape[1], across.shape[2], across.shape[0] - 1
    field = np.empty((2, height, width), np.float32)
    least = np.float32(noise)
    right, below, largest = np.empty(width, np.float32), np.empty(width, np.float32), np.empty(width, np.float32)
    for row in range(height):
        largest[:] = -1
        for plane in range(len(shares)):
            share, rest = shares[plane], of_last[plane]
            for column in range(width):
                x = share * across[plane, row, column] + rest * across[last, row, column]
                y = share * down[plane, row, column] + rest * down[last, row, column]
                squared = x * x + y * y
                steeper = squared > largest[column]
                right[column] = x if steeper else right[column]
                below[column] = y if steeper else below[column]
                largest[column] = squared if steeper else largest[column]
        for column in range(width):
            x, y = right[column], below[column]
            magnitude = np.sqrt(largest[column]) + np.float32(1e-6)
            strength = np.sqrt(max(magnitude - least, np.float32(0))) / (magnitude * magnitude)
            field[0, row, column] = strength * (x * x - y * y)
            field[1, row, column] = strength * np.float32(2) * x * y
    return field


@compiled_loosely
def locally_normalised(field: Planes, energy: NDArray[np.float32], share: float, floor: float) -> Field:
    """``field`` divided by its length or ``share`` of the root of ``energy``, whichever is more, plus ``floor``."""
    height, width = energy.shape
    normalised = np.empty((height, width, 2), np.float32)
    for row in range(height):
        for column in range(width):
            x, y = field[0, row, column], field[1, row, column]
            around = np.float32(share) * np.sqrt(max(energy[row, column], np.float32(0)))
            by = np.float32(1) / (max(np.sqrt(x * x + y * y), around) + np.float32(floor))
            normalised[row, column, 0] = x * by
            normalised[row, column, 1] = y * by
    return normalised


@compiled_loosely
def products(own: Planes, theirs: Planes, near: NDArray[np.float32]) -> tuple[float, float, float, float]:
    """Sums of the product of two fields, of the square of each, and of the smaller of the squares.

    Each pixel counts as often as ``near``, shape (height, width), says.
    """
    both, own_energy, their_energy, shared = 0.0, 0.0, 0.0, 0.0
    for row in range(near.shape[0]):
        for column in range(near.shape[1]):
            a, b, c, d = own[0, row, column], own[1, row, column], theirs[0, row, column], theirs[1, row, column]
            one, other, share = a * a + b * b, c * c + d * d, near[row, column]
            both += share * (a * c + b * d)
            own_energy += share * one
            their_energy += share * other
            shared += share * min(one, other)
    return both, own_energy, their_energy, shared


@compiled_loosely
def products_by_block(own: Planes, theirs: Planes, near: NDArray[np.float32], side: int) -> NDArray[np.float64]:
    """The first three sums of ``products`` in each square of ``side`` pixels, shape (3, blocks)."""
    height, width = near.shape
    across = width // side + 1
    sums = np.zeros((3, (height // side + 1) * across))
    for row in range(height):
        for left in range(0, width, side):
            both, own_energy, their_energy = np.float32(0), np.float32(0), np.float32(0)
            for column in range(left, min(left + side, width)):
                a, b, c, d = own[0, row, column], own[1, row, column], theirs[0, row, column], theirs[1, row, column]
                share = near[row, column]
                both += share * (a * c + b * d)
                own_energy += share * (a * a + b * b)
                their_energy += share * (c * c + d * d)
            block = row // side * across + left // side
            sums[0, block] += both
            sums[1, block] += own_energy
            sums[2, block] += their_energy
    return sums


@compiled_loosely
def inside(matrix: NDArray[np.float64], width: int, height: int, picture: tuple[int, int]) -> NDArray[np.bool_]:
    """Which pixels of ``width`` by ``height`` the homography ``matrix`` (3, 3) takes into a picture of that size."""
    within = np.empty((height, width), np.bool_)
    right, bottom = picture[0] - 0.5, picture[1] - 0.5
    for row in range(height):
        for column in range(width):
            depth = matrix[2, 0] * column + matrix[2, 1] * row + matrix[2, 2]
            x = (matrix[0, 0] * column + matrix[0, 1] * row + matrix[0, 2]) / depth
            y = (matrix[1, 0] * column + matrix[1, 1] * row + matrix[1, 2]) / depth
            within[row, column] = x > -0.5 and y > -0.5 and x < right and y < bottom
    return within
