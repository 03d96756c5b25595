"""A design as it is laid over a listing: its ink at two sizes, as points on edges and as pixels."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.imaging import view
from registry.imaging.gradient_field import blurred, gradient
from registry.imaging.pixel_words import is_opaque

SIDE = 160
"""Pixels of the ink's longer side in which a listing is compared with the work, pixel by pixel."""
COARSE_SIDE = 64
FINE_POINTS = 260
COARSE_POINTS = 90
_MARGIN = 4
_LEAST_SLOPE = 8.0
_STRONGEST = 60.0
"""Levels a pixel above which an edge is not drawn more often than others."""
_HALF = 128


@dataclass(frozen=True)
class Template:
    """``pixels`` has shape (height, width, 4), uint8: the ink's box with a longer side of SIDE.

    ``coarse`` and ``fine`` have shape (count, 4), float32: x, y of a point on an edge, in longer sides of the
    ink's box from its left top, and the direction of the edge there as a unit vector. In random order.
    """

    pixels: NDArray[np.uint8]
    coarse: NDArray[np.float32]
    fine: NDArray[np.float32]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]


def template(pixels: view.Pixels, box: view.Box) -> Template:
    """The template of a view whose ink lies in ``box``."""
    left, top, right, bottom = box
    ink = np.ascontiguousarray(pixels[top:bottom, left:right])
    sized = view.resized(ink, SIDE)
    return Template(
        sized, _edge_points(view.resized(ink, COARSE_SIDE), COARSE_POINTS), _edge_points(sized, FINE_POINTS)
    )


def _edge_points(pixels: view.Pixels, most: int) -> NDArray[np.float32]:
    """Points on the edges of colour and of alpha, spread over the picture, stronger edges more often."""
    how = cv2.BORDER_REPLICATE if is_opaque(pixels) else cv2.BORDER_CONSTANT
    padded = np.asarray(
        cv2.copyMakeBorder(pixels, _MARGIN, _MARGIN, _MARGIN, _MARGIN, how, value=(0, 0, 0, 0)), np.uint8
    )
    alpha = padded[..., 3:].astype(np.float32)
    channels = np.concatenate([view.on_ground(padded, _HALF), alpha / 2], axis=2)
    across, down = gradient(blurred(channels, 0.7))
    slope = np.hypot(across, down)
    lines, columns = np.nonzero(_crests(across, down, slope))
    random = np.random.default_rng(0)
    order = np.argsort(-(random.random(len(lines)) ** (1 / np.sqrt(np.minimum(slope[lines, columns], _STRONGEST)))))
    lines, columns = lines[order], columns[order]
    chosen = _spread(lines, columns, slope.shape[1], most)
    lines, columns = lines[chosen], columns[chosen]
    longer = max(pixels.shape[:2])
    length = slope[lines, columns]
    points = np.stack(
        [
            (columns - _MARGIN + 0.5) / longer,
            (lines - _MARGIN + 0.5) / longer,
            -down[lines, columns] / length,
            across[lines, columns] / length,
        ],
        axis=1,
    )
    return np.ascontiguousarray(points[random.permutation(len(points))], dtype=np.float32)


def _crests(across: NDArray[np.float32], down: NDArray[np.float32], slope: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the slope is largest along its own direction, as in Canny's edges."""
    height, width = slope.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    step_x, step_y = across / (slope + 1e-6), down / (slope + 1e-6)
    before = cv2.remap(slope, x - step_x, y - step_y, cv2.INTER_LINEAR)
    after = cv2.remap(slope, x + step_x, y + step_y, cv2.INTER_LINEAR)
    crest = (slope > _LEAST_SLOPE) & (slope >= before) & (slope >= after)
    border = _MARGIN - 1
    crest[:border] = crest[height - border :] = False
    crest[:, :border] = crest[:, width - border :] = False
    return crest


def _spread(lines: NDArray[np.int64], columns: NDArray[np.int64], width: int, most: int) -> NDArray[np.int64]:
    """At most ``most`` of the points, in turns: the first of every cell of a grid, then the second of each."""
    count = len(lines)
    if count <= most:
        return np.arange(count)
    cell_side = max(1, round(count / most))
    cells = (lines // cell_side) * (width // cell_side + 1) + columns // cell_side
    by_cell = np.argsort(cells, kind="stable")
    _, starts = np.unique(cells[by_cell], return_index=True)
    turn = np.empty(count, np.int64)
    turn[by_cell] = np.arange(count) - np.repeat(starts, np.diff(np.append(starts, count)))
    return np.argsort(turn, kind="stable")[:most]
