"""A picture on its way to becoming a listing, which knows where each design's ink has gone.

Points are (x, y) measured from the picture's corner, so that the first pixel's middle lies at 0.5, 0.5.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.benchmark.thefts.theft import INK_ALPHA, Picture, Shown

Points = NDArray[np.float64]
Move = Callable[[Points], Points]
"""Where points of shape (count, 2) go."""
Matrix = NDArray[np.float64]
"""A 3 by 3 projective map of (x, y, 1)."""
_SIDE_POINTS = 12
"""Corners along each side of an outline, so that it can follow a curved surface."""
_INK_POINTS = 4000
"""Pixels that stand for the ink: the visible share is then known to about a hundredth."""


@dataclass(frozen=True)
class Mark:
    """One design: its outline, what is left of a sample of its ink, and how large the sample was."""

    work: int
    outline: Points
    ink: Points
    sampled: int

    def moved(self, move: Move) -> "Mark":
        return replace(self, outline=move(self.outline), ink=move(self.ink) if len(self.ink) else self.ink)


@dataclass(frozen=True)
class Plate:
    """``pixels`` are RGBA with straight alpha."""

    pixels: Picture
    marks: tuple[Mark, ...] = ()

    @classmethod
    def of_design(cls, design: Picture, work: int = 0) -> "Plate":
        """A design as it was registered. RGB has ink everywhere."""
        pixels = with_alpha(design)
        down, across = np.nonzero(pixels[..., 3] > INK_ALPHA)
        if not len(across):
            raise ValueError("the design has no ink")
        step = max(1, len(across) // _INK_POINTS)
        ink = np.stack([across[::step], down[::step]], axis=1) + 0.5
        outline = _box_outline(float(across.min()), float(down.min()), float(across.max()) + 1, float(down.max()) + 1)
        return cls(pixels, (Mark(work, outline, ink.astype(np.float64), len(ink)),))

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def ink_box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of all outlines, within the picture."""
        points = np.concatenate([mark.outline for mark in self.marks])
        low, high = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        return (
            max(0, int(low[0])),
            max(0, int(low[1])),
            min(self.width, int(high[0])),
            min(self.height, int(high[1])),
        )

    def recoloured(self, pixels: Picture) -> "Plate":
        """The same picture in other colours."""
        return replace(self, pixels=with_alpha(pixels))

    def cropped(self, left: int, top: int, right: int, bottom: int) -> "Plate":
        """The part within a box; it may reach beyond the picture, where it is transparent."""
        width, height = right - left, bottom - top
        pixels = np.zeros((height, width, 4), dtype=np.uint8)
        part = self.pixels[max(0, top) : bottom, max(0, left) : right]
        x, y = max(0, -left), max(0, -top)
        pixels[y : y + part.shape[0], x : x + part.shape[1]] = part
        shift = np.array([left, top], dtype=np.float64)
        return Plate(
            pixels, tuple(_inside(mark.moved(lambda points: points - shift), width, height) for mark in self.marks)
        )

    def trimmed(self) -> "Plate":
        """Without the transparent margin."""
        return self.cropped(*self.ink_box)

    def resized(self, width: int, height: int) -> "Plate":
        return self.drawn_by(scaling(width / self.width, height / self.height), width, height)

    def drawn_by(self, matrix: Matrix, width: int, height: int) -> "Plate":
        """The picture under a projective map, on a transparent canvas of that size."""
        inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        return self.moved(
            lambda points: projected(matrix, points), lambda points: projected(inverse, points), width, height
        )

    def moved(self, forward: Move, backward: Move, width: int, height: int) -> "Plate":
        """The picture under any smooth map, on a transparent canvas of that size.

        ``forward`` takes its points to the canvas and ``backward``, its inverse, looks up where a canvas
        point comes from.
        """
        marks = tuple(_inside(mark.moved(forward), width, height) for mark in self.marks)
        left, top, right, bottom = _reach(forward, self.width, self.height, width, height)
        pixels = np.zeros((height, width, 4), dtype=np.uint8)
        if left < right and top < bottom:
            source, reduction = _reduced(self.pixels, _shrinks_to(forward, self.width, self.height))
            grid = np.stack(np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5), axis=-1)
            origin = (backward(grid.reshape(-1, 2)) * reduction - 0.5).reshape(grid.shape)
            pixels[top:bottom, left:right] = _straight(resampled(_premultiplied(source), origin))
        return Plate(pixels, marks)

    def covered(self, cover: NDArray[np.bool_]) -> "Plate":
        """The same pixels, with the ink under ``cover``, shape (height, width), no longer visible."""
        marks = []
        for mark in self.marks:
            places = np.floor(mark.ink).astype(np.int64)
            marks.append(replace(mark, ink=mark.ink[~cover[places[:, 1], places[:, 0]]]))
        return replace(self, marks=tuple(marks))

    def over(self, ground: Picture) -> "Plate":
        """On an opaque RGB ground of the same size."""
        alpha = self.pixels[..., 3:].astype(np.float32) / 255
        mixed = self.pixels[..., :3] * alpha + ground * (1 - alpha)
        return replace(self, pixels=with_alpha(np.rint(mixed).astype(np.uint8)))

    def with_pasted(self, tile: "Plate", left: int, top: int) -> "Plate":
        """An opaque tile laid on it; what lies below is taken to be empty."""
        pixels = self.pixels.copy()
        pixels[top : top + tile.height, left : left + tile.width] = tile.pixels
        shift = np.array([left, top], dtype=np.float64)
        return Plate(pixels, self.marks + tuple(mark.moved(lambda points: points + shift) for mark in tile.marks))

    def beside(self, other: "Plate") -> "Plate":
        """Two pictures of one size in one, the other on top."""
        top = other.pixels[..., 3:].astype(np.float32) / 255
        below = self.pixels[..., 3:].astype(np.float32) / 255 * (1 - top)
        alpha = top + below
        colour = (other.pixels[..., :3] * top + self.pixels[..., :3] * below) / np.maximum(alpha, 1e-6)
        pixels = np.concatenate([np.rint(colour), np.rint(alpha * 255)], axis=2).astype(np.uint8)
        return Plate(pixels, self.marks + other.marks)

    def shown(self) -> tuple[Shown, ...]:
        """The truth about what can be seen, in the order of the works."""
        found = []
        for mark in sorted(self.marks, key=lambda mark: mark.work):
            polygon = clipped(mark.outline, self.width, self.height)
            if len(polygon) and len(mark.ink):
                found.append(Shown(mark.work, polygon, len(mark.ink) / mark.sampled))
        return tuple(found)


def with_alpha(pixels: Picture) -> Picture:
    """RGBA of RGB or RGBA."""
    if pixels.shape[2] == 4:
        return pixels
    return np.concatenate([pixels, np.full((*pixels.shape[:2], 1), 255, dtype=np.uint8)], axis=2)


def translation(across: float, down: float) -> Matrix:
    return np.array([[1, 0, across], [0, 1, down], [0, 0, 1]], dtype=np.float64)


def scaling(across: float, down: float) -> Matrix:
    return np.diag([across, down, 1.0])


def turning(degrees: float) -> Matrix:
    """Clockwise about the corner."""
    angle = np.radians(degrees)
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])


def between(source: Points, target: Points) -> Matrix:
    """The projective map that takes four corners to four others."""
    return np.asarray(
        cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32)), dtype=np.float64
    )


def rectangle(left: float, top: float, right: float, bottom: float) -> Points:
    """Its corners, clockwise from the top left."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)


def projected(matrix: Matrix, points: Points) -> Points:
    x, y = points[:, 0], points[:, 1]
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in matrix.tolist())
    return np.stack([across / depth, down / depth], axis=1)


def clipped(polygon: Points, width: float, height: float) -> Points:
    """The part of a polygon within the picture (Sutherland and Hodgman 1974); empty if there is none."""
    for axis, limit, sign in ((0, 0.0, 1.0), (0, width, -1.0), (1, 0.0, 1.0), (1, height, -1.0)):
        if not len(polygon):
            break
        depth = sign * (polygon[:, axis] - limit)
        following, next_depth = np.roll(polygon, -1, axis=0), np.roll(depth, -1)
        kept = []
        for here, there, before, after in zip(polygon, following, depth, next_depth, strict=True):
            if before >= 0:
                kept.append(here)
            if (before > 0) != (after > 0) and before != after and before * after < 0:
                kept.append(here + (there - here) * (before / (before - after)))
        polygon = np.array(kept, dtype=np.float64).reshape(-1, 2)
    return polygon


def _box_outline(left: float, top: float, right: float, bottom: float) -> Points:
    corners = rectangle(left, top, right, bottom)
    steps = np.arange(_SIDE_POINTS)[:, None] / _SIDE_POINTS
    sides = [here + (there - here) * steps for here, there in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    return np.concatenate(sides)


def _inside(mark: Mark, width: int, height: int) -> Mark:
    across, down = mark.ink[:, 0], mark.ink[:, 1]
    return replace(mark, ink=mark.ink[(across >= 0) & (across < width) & (down >= 0) & (down < height)])


def _shrinks_to(forward: Move, width: int, height: int) -> float:
    """The largest scale at which the map draws any part of the picture; averaging down to it loses nothing."""
    across, down = np.meshgrid(np.linspace(0.05, 0.95, 5) * width, np.linspace(0.05, 0.95, 5) * height)
    points = np.stack([across.ravel(), down.ravel()], axis=1)
    here = forward(points)
    right, below = forward(points + np.array([1.0, 0.0])) - here, forward(points + np.array([0.0, 1.0])) - here
    return float(max(np.linalg.norm(right, axis=1).max(), np.linalg.norm(below, axis=1).max()))


def _reach(forward: Move, width: int, height: int, canvas_width: int, canvas_height: int) -> tuple[int, int, int, int]:
    """The box of the canvas that the picture can fall into."""
    drawn = forward(_box_outline(0.0, 0.0, float(width), float(height)))
    low, high = np.floor(drawn.min(axis=0)) - 2, np.ceil(drawn.max(axis=0)) + 2
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    return left, top, min(canvas_width, int(high[0])), min(canvas_height, int(high[1]))


def resampled(
    picture: NDArray[np.float32], places: Points, *, beyond: int = cv2.BORDER_CONSTANT
) -> NDArray[np.float32]:
    """The picture between its pixels, at (x, y) of pixel middles, shape (height, width, 2); 0 beyond it by default."""
    across, down = places[..., 0].astype(np.float32), places[..., 1].astype(np.float32)
    drawn = cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=beyond, borderValue=(0, 0, 0, 0))
    return np.asarray(drawn, dtype=np.float32)


def _reduced(pixels: Picture, scale: float) -> tuple[Picture, NDArray[np.float64]]:
    """The picture averaged down to ``scale``, and its exact (across, down) reduction."""
    height, width = pixels.shape[:2]
    if scale >= 1:
        return pixels, np.ones(2)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(_premultiplied(pixels), size, interpolation=cv2.INTER_AREA)
    return _straight(np.asarray(small, dtype=np.float32)), np.array([size[0] / width, size[1] / height])


def _premultiplied(pixels: Picture) -> NDArray[np.float32]:
    alpha = pixels[..., 3:].astype(np.float32)
    return np.concatenate([pixels[..., :3] * (alpha / 255), alpha], axis=2)


def _straight(premultiplied: NDArray[np.float32]) -> Picture:
    alpha = premultiplied[..., 3:]
    colour = premultiplied[..., :3] * (255 / np.maximum(alpha, 1e-3))
    levels = np.clip(np.rint(np.concatenate([colour, alpha], axis=2)), 0, 255)
    return np.asarray(levels, dtype=np.uint8)
