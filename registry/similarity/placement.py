"""Where a work lies in a listing, as polygons and in words."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.similarity.answer import Polygon

_TURN_SAID_FROM = 2.0
"""Degrees: less is not called turned."""
_SHOWN_WHOLE = 0.97
_STRETCH_SAID_FROM = 1.08
_SAME_WIDTH = 0.97


@dataclass(frozen=True)
class Placement:
    """``region`` is the part of ``frame`` inside the listing, ``region_of_work`` the same part in the work.

    ``frame`` and ``frame_of_work`` are the corners of the work's ink in both pictures, from its left top clockwise
    as the work shows it. ``share_of_listing`` is the region's share of the listing's area.
    """

    frame: Polygon
    frame_of_work: Polygon
    region: Polygon
    region_of_work: Polygon
    share_of_listing: float


def placement(
    quad: NDArray[np.float64], listing_size: tuple[int, int], ink: tuple[float, float, float, float]
) -> Placement:
    """``quad`` (8): the ink's corners in pixels of the listing, whose (width, height) is given; ``ink`` is its box."""
    corners = quad.reshape(4, 2)
    left, top, right, bottom = ink
    box = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)
    width, height = listing_size
    listing = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    area, inside = cv2.intersectConvexConvex(corners.astype(np.float32), listing)
    if inside is None or len(inside) < 3:
        inside, area = corners.astype(np.float32)[:, None], 0.0
    back = cv2.getPerspectiveTransform(corners.astype(np.float32), box.astype(np.float32))
    of_work = cv2.perspectiveTransform(np.asarray(inside, np.float32).reshape(-1, 1, 2), back).reshape(-1, 2)
    return Placement(
        frame=_polygon(corners),
        frame_of_work=_polygon(box),
        region=_polygon(np.asarray(inside, np.float64).reshape(-1, 2)),
        region_of_work=_polygon(np.clip(of_work, [left, top], [right, bottom])),
        share_of_listing=round(min(1.0, float(area) / (width * height)), 4),
    )


def words(frame: Polygon, frame_of_work: Polygon, listing_size: tuple[int, int], tone: float, visible: float) -> str:
    """What was done to the work: mirrored, turned, inverted, its size in the listing, how much of it shows."""
    corners, box = np.array(frame), np.array(frame_of_work)
    across, down = corners[1] - corners[0] + corners[2] - corners[3], corners[3] - corners[0] + corners[2] - corners[1]
    mirrored = across[0] * down[1] - across[1] * down[0] < 0
    parts = ["mirrored"] if mirrored else []
    # Of a mirrored print the downward side tells the turn: left and right are exchanged.
    angle = math.degrees(math.atan2(-down[0], down[1]) if mirrored else math.atan2(across[1], across[0]))
    if abs(angle) >= _TURN_SAID_FROM:
        parts.append(f"rotated {abs(angle):.0f} degrees {'clockwise' if angle > 0 else 'counter-clockwise'}")
    if tone < 0:
        parts.append("inverted")
    proportions = (box[1][0] - box[0][0]) / (box[2][1] - box[1][1])
    stretch = float(np.hypot(*across) / np.hypot(*down) / proportions)
    if max(stretch, 1 / stretch) >= _STRETCH_SAID_FROM:
        parts.append(f"stretched by {max(stretch, 1 / stretch) - 1:.0%}")
    share = float((corners[:, 0].max() - corners[:, 0].min()) / listing_size[0])
    if share < _SAME_WIDTH:
        parts.append(f"{share:.0%} of the listing's width")
    if visible < _SHOWN_WHOLE:
        parts.append(f"cut off, {visible:.0%} of it visible")
    return ", ".join(parts) or "re-encoded"


def _polygon(points: NDArray[np.floating]) -> Polygon:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in points)
