"""Curves as the server draws them: places of points in the view of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 8, 12, 8


@dataclass(frozen=True)
class Chart:
    """``line`` and ``area`` are attributes ``points`` of an SVG; times are milliseconds, of the ends of the curve."""

    line: str
    area: str
    first: int
    last: int
    highest: int


def growth(points: Sequence[tuple[int, int]]) -> Chart | None:
    """The curve through (time, size), which both only rise; None of fewer than two points."""
    if len(points) < 2:
        return None
    (first, _), (last, highest) = points[0], points[-1]
    across = (WIDTH - _LEFT - _RIGHT) / max(last - first, 1)
    up = (HEIGHT - _TOP - _BOTTOM) / highest
    floor = HEIGHT - _BOTTOM
    line = " ".join(f"{_LEFT + (time - first) * across:.1f},{floor - size * up:.1f}" for time, size in points)
    return Chart(line, f"{_LEFT},{floor} {line} {WIDTH - _RIGHT},{floor}", first, last, highest)
