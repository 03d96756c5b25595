"""The double-angle field of the search, compiled: what ``imaging.gradient_field`` defines, for many small pictures.

The gradients of a rendering are linear in those of the inked colours and of the alpha, so that three renderings of
a work on one ground need one blur and one pair of derivatives.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging.gradient_field import SCHARR_GAIN, Field, blurred
from registry.similarity.compiling import compiled_loosely

Planes = NDArray[np.float32]
"""Shape (height, width, count)."""


def slopes(planes: Planes, smoothing: float) -> tuple[Planes, Planes]:
    """Slopes to the right and down of each plane, in levels a pixel, after a Gaussian of ``smoothing`` pixels."""
    smooth, gain = blurred(planes, smoothing), 1 / SCHARR_GAIN
    across = cv2.Scharr(smooth, cv2.CV_32F, 1, 0, scale=gain)
    return cast(Planes, across), cast(Planes, cv2.Scharr(smooth, cv2.CV_32F, 0, 1, scale=gain))


def double_angle(planes: Planes, *, noise: float, smoothing: float) -> Field:
    """As ``gradient_field.double_angle``, without the magnitude."""
    across, down = slopes(np.ascontiguousarray(planes, np.float32), smoothing)
    return steepest(across, down, noise)


@compiled_loosely
def steepest(across: Planes, down: Planes, noise: float) -> Field:
    """The field of the steepest plane at each pixel; slopes up to ``noise`` count as none."""
    height, width, count = across.shape
    field = np.empty((height, width, 2), np.float32)
    least = np.float32(noise)
    for row in range(height):
        for column in range(width):
            x, y = across[row, column, 0], down[row, column, 0]
            largest = x * x + y * y
            for plane in range(1, count):
                other_x, other_y = across[row, column, plane], down[row, column, plane]
                squared = other_x * other_x + other_y * other_y
                if squared > largest:
                    x, y, largest = other_x, other_y, squared
            magnitude = np.sqrt(largest) + np.float32(1e-6)
            if magnitude <= least:
                field[row, column, 0] = np.float32(0)
                field[row, column, 1] = np.float32(0)
                continue
            strength = np.sqrt(magnitude - least) / (magnitude * magnitude)
            field[row, column, 0] = strength * (x * x - y * y)
            field[row, column, 1] = strength * np.float32(2) * x * y
    return field


@compiled_loosely
def mixed(planes: Planes, shares: NDArray[np.float32], of_last: NDArray[np.float32]) -> Planes:
    """Sums ``shares[k] * planes[..., k] + of_last[k] * planes[..., -1]`` for each k, shape (height, width, k)."""
    height, width, last = planes.shape[0], planes.shape[1], planes.shape[2] - 1
    sums = np.empty((height, width, len(shares)), np.float32)
    for row in range(height):
        for column in range(width):
            for k in range(len(shares)):
                sums[row, column, k] = shares[k] * planes[row, column, k] + of_last[k] * planes[row, column, last]
    return sums


@compiled_loosely
def locally_normalised(field: Field, energy: NDArray[np.float32], share: float, floor: float) -> Field:
    """``field`` divided by its length or ``share`` of the root of ``energy``, whichever is more, plus ``floor``."""
    height, width = energy.shape
    normalised = np.empty_like(field)
    for row in range(height):
        for column in range(width):
            x, y = field[row, column, 0], field[row, column, 1]
            around = np.float32(share) * np.sqrt(max(energy[row, column], np.float32(0)))
            by = np.float32(1) / (max(np.sqrt(x * x + y * y), around) + np.float32(floor))
            normalised[row, column, 0] = x * by
            normalised[row, column, 1] = y * by
    return normalised


@compiled_loosely
def products(own: Field, theirs: Field, near: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Sums over ``near`` of the product of two fields, of the square of each, and of the smaller of the squares."""
    both, own_energy, their_energy, shared = 0.0, 0.0, 0.0, 0.0
    for row in range(near.shape[0]):
        for column in range(near.shape[1]):
            if not near[row, column]:
                continue
            a, b, c, d = own[row, column, 0], own[row, column, 1], theirs[row, column, 0], theirs[row, column, 1]
            one, other = a * a + b * b, c * c + d * d
            both += a * c + b * d
            own_energy += one
            their_energy += other
            shared += min(one, other)
    return both, own_energy, their_energy, shared


@compiled_loosely
def products_by_block(own: Field, theirs: Field, near: NDArray[np.bool_], side: int) -> NDArray[np.float64]:
    """The first three sums of ``products`` in each square of ``side`` pixels, shape (3, blocks)."""
    height, width = near.shape
    across = width // side + 1
    sums = np.zeros((3, (height // side + 1) * across))
    for row in range(height):
        for column in range(width):
            if not near[row, column]:
                continue
            a, b, c, d = own[row, column, 0], own[row, column, 1], theirs[row, column, 0], theirs[row, column, 1]
            block = row // side * across + column // side
            sums[0, block] += a * c + b * d
            sums[1, block] += a * a + b * b
            sums[2, block] += c * c + d * d
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
