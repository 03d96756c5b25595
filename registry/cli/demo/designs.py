"""Designs to play with, drawn by a seeded generator: the same seed gives the same pictures.

Each function draws on a square of side 1 (x to the right, y down) and is clearly different from the others.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

SIDE = 900
"""Pixels; the size that designs are commonly previewed at."""
OVERSAMPLING = 2
"""Everything is drawn this much larger and then reduced, which smooths the edges."""
Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True)
class Design:
    """A drawn picture with the title that its designer gives it."""

    name: str
    title: str
    picture: Image.Image


class Canvas:
    """A Pillow drawing in unit coordinates."""

    def __init__(self, ground: Colour | None) -> None:
        self.side = SIDE * OVERSAMPLING
        self.image = Image.new("RGBA", (self.side, self.side), (*ground, 255) if ground else (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self._draw.polygon([(x * self.side, y * self.side) for x, y in points], fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, height: float | None = None) -> None:
        vertical = height or radius
        self._draw.ellipse(self._box(x - radius, y - vertical, x + radius, y + vertical), fill=colour)

    def slice(self, centre: Point, radius: float, start: float, end: float, colour: Colour) -> None:
        """A piece of a disc between two angles in degrees, clockwise from the right."""
        x, y = centre
        self._draw.pieslice(self._box(x - radius, y - radius, x + radius, y + radius), start, end, fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, *, round_by: float = 0) -> None:
        self._draw.rounded_rectangle(self._box(left, top, right, bottom), round_by * self.side, fill=colour)

    def line(self, points: list[Point], colour: Colour, width: float) -> None:
        scaled = [(x * self.side, y * self.side) for x, y in points]
        self._draw.line(scaled, fill=colour, width=max(1, round(width * self.side)), joint="curve")

    def text(self, x: float, y: float, text: str, height: float, colour: Colour, *, anchor: str = "mm") -> None:
        font = ImageFont.load_default(height * self.side)
        self._draw.text((x * self.side, y * self.side), text, fill=colour, font=font, anchor=anchor)

    def downward_gradient(self, top: Colour, bottom: Colour) -> None:
        for row in range(self.side):
            share = row / self.side
            colour = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
            self._draw.line([(0, row), (self.side, row)], fill=colour)

    def finished(self, mode: Literal["RGB", "RGBA"] = "RGB") -> Image.Image:
        return self.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).convert(mode)

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * self.side, top * self.side, right * self.side, bottom * self.side


def evening_ridge(random_: random.Random) -> Image.Image:
    """Illustration: a low sun, five ridges one behind the other, pines in front."""
    canvas = Canvas((0, 0, 0))
    canvas.downward_gradient((46, 40, 92), (255, 176, 112))
    sun = random_.uniform(0.62, 0.74)
    for radius, colour in ((0.15, (255, 196, 128)), (0.12, (255, 214, 150)), (0.09, (255, 238, 190))):
        canvas.disc(sun, 0.42, radius, colour)
    ridges = ((196, 116, 118), (148, 84, 112), (98, 60, 102), (58, 42, 82), (28, 26, 56))
    for depth, colour in enumerate(ridges):
        base = 0.47 + depth * 0.11
        waves = [
            (random_.uniform(2, 5 + 3 * depth), random_.uniform(0, 6.3), random_.uniform(0.02, 0.06)) for _ in "abc"
        ]
        skyline = [
            (
                x / 200,
                base + sum(size * math.sin(rate * x / 100 + phase) for rate, phase, size in waves) * (1 - depth * 0.1),
            )
            for x in range(201)
        ]
        canvas.polygon([*skyline, (1, 1), (0, 1)], colour)
    for _ in range(16):
        x, foot, height = random_.uniform(0, 1), random_.uniform(0.93, 1.02), random_.uniform(0.12, 0.26)
        for storey in range(4):
            top = foot - height * (1 - storey * 0.2)
            half = height * (0.09 + storey * 0.055)
            canvas.polygon([(x, top), (x + half, top + height * 0.34), (x - half, top + height * 0.34)], (14, 16, 38))
    for bird in range(5):
        x, y, wing = (
            0.16 + bird * 0.06 + random_.uniform(0, 0.03),
            random_.uniform(0.14, 0.3),
            random_.uniform(0.014, 0.024),
        )
        canvas.line([(x - wing, y - wing * 0.6), (x, y), (x + wing, y - wing * 0.6)], (32, 28, 66), 0.005)
    return canvas.finished()


def kestrel_logo(random_: random.Random) -> Image.Image:
    """Flat logo on a transparent ground: a bird of circle segments over a word."""
    canvas = Canvas(None)
    teal, coral, ink = (22, 118, 124), (240, 98, 76), (24, 34, 52)
    lean = random_.uniform(-4, 4)
    canvas.slice((0.42, 0.4), 0.3, 20 + lean, 200 + lean, teal)
    canvas.slice((0.5, 0.42), 0.22, 180 + lean, 300 + lean, coral)
    canvas.slice((0.36, 0.4), 0.17, 20 + lean, 200 + lean, (120, 198, 190))
    canvas.disc(0.68, 0.3, 0.105, teal)
    canvas.disc(0.705, 0.28, 0.026, (255, 255, 255))
    canvas.disc(0.712, 0.28, 0.013, ink)
    canvas.polygon([(0.76, 0.24), (0.88, 0.33), (0.755, 0.35)], (250, 184, 62))
    canvas.polygon([(0.16, 0.3), (0.04, 0.22), (0.1, 0.42), (0.02, 0.5), (0.2, 0.48)], ink)
    canvas.text(0.5, 0.83, "KESTREL", 0.17, ink)
    canvas.box(0.17, 0.925, 0.62, 0.942, coral, round_by=0.008)
    return canvas.finished("RGBA")


def winter_oak(random_: random.Random) -> Image.Image:
    """Silhouette: a bare tree before the moon, each branch forking until it is a twig."""
    canvas = Canvas((238, 231, 214))
    canvas.disc(0.36, 0.36, 0.27, (222, 190, 128))
    ink = (26, 24, 30)

    def grow(x: float, y: float, angle: float, length: float, width: float) -> None:
        bend = angle + random_.uniform(-0.16, 0.16)
        tip = (x + length * math.cos(bend), y - length * math.sin(bend))
        canvas.line([(x, y), tip], ink, width)
        canvas.disc(*tip, width / 2, ink)
        if width > 0.0022:
            for turn in (random_.uniform(0.2, 0.55), -random_.uniform(0.2, 0.55)):
                grow(*tip, bend + turn, length * random_.uniform(0.7, 0.86), width * 0.7)

    canvas.polygon([(0.55, 0.97), (0.59, 0.92), (0.598, 0.86), (0.642, 0.86), (0.65, 0.92), (0.7, 0.97)], ink)
    grow(0.62, 0.92, 1.7, 0.22, 0.046)
    ground = [(x / 60, 0.955 + 0.012 * math.sin(x / 5) + random_.uniform(0, 0.006)) for x in range(61)]
    canvas.polygon([*ground, (1, 1), (0, 1)], ink)
    return canvas.finished()


def type_specimen(random_: random.Random) -> Image.Image:
    """Pattern of letters: a specimen sheet in four colours."""
    canvas = Canvas((247, 244, 236))
    palette = ((214, 60, 52), (28, 62, 120), (238, 176, 44), (36, 36, 40))
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ&?!%#"
    for row in range(5):
        for column in range(5):
            x, y = 0.1 + column * 0.2, 0.1 + row * 0.2
            colour, other = random_.sample(palette, 2)
            if random_.random() < 0.5:
                canvas.box(x - 0.09, y - 0.09, x + 0.09, y + 0.09, colour, round_by=random_.choice((0, 0.02, 0.09)))
                colour = (247, 244, 236)
            canvas.text(x, y, random_.choice(letters), random_.uniform(0.13, 0.17), colour)
            if random_.random() < 0.3:
                canvas.disc(x + 0.065, y - 0.065, 0.017, other)
    return canvas.finished()


def quarter_turns(random_: random.Random) -> Image.Image:
    """Geometric composition: quarter circles in a grid."""
    canvas = Canvas((30, 42, 68))
    palette = ((236, 228, 208), (230, 106, 78), (98, 154, 148), (244, 196, 96), (30, 42, 68))
    cell = 1 / 6
    corners = ((0, 0, 0), (1, 0, 90), (1, 1, 180), (0, 1, 270))
    for row in range(6):
        for column in range(6):
            left, top = column * cell, row * cell
            ground, figure, core = random_.sample(palette, 3)
            canvas.box(left, top, left + cell, top + cell, ground)
            right, low, start = random_.choice(corners)
            x, y = left + right * cell, top + low * cell
            canvas.slice((x, y), cell, start, start + 90, figure)
            if random_.random() < 0.6:
                canvas.slice((x, y), cell * 0.5, start, start + 90, core)
    return canvas.finished()


def harbour_waves(random_: random.Random) -> Image.Image:
    """Pattern with a picture in it: scale-like waves, a red sun, one boat."""
    canvas = Canvas((248, 240, 222))
    canvas.disc(0.27, 0.25, 0.13, (206, 58, 50))
    for row in range(15):
        y = 0.5 + row * 0.038
        for column in range(-1, 10):
            x = column * 0.125 + (row % 2) * 0.0625
            for ring, colour in enumerate(
                ((22, 60, 110), (214, 230, 236), (44, 104, 158), (230, 240, 242), (22, 60, 110))
            ):
                canvas.disc(x, y + 0.03, 0.066 * (1 - ring * 0.2), colour)
        if row == 2:
            boat = 0.62 + random_.uniform(-0.04, 0.08)
            canvas.polygon(
                [(boat - 0.13, 0.5), (boat + 0.15, 0.5), (boat + 0.1, 0.57), (boat - 0.09, 0.57)], (92, 50, 38)
            )
            canvas.polygon([(boat, 0.2), (boat, 0.48), (boat - 0.12, 0.48)], (226, 120, 64))
            canvas.polygon([(boat + 0.015, 0.15), (boat + 0.015, 0.48), (boat + 0.16, 0.48)], (240, 168, 86))
    return canvas.finished()


def night_windows(random_: random.Random) -> Image.Image:
    """Illustration: a city at night with lit windows."""
    canvas = Canvas((0, 0, 0))
    canvas.downward_gradient((12, 18, 48), (70, 60, 120))
    for _ in range(70):
        canvas.disc(random_.random(), random_.uniform(0, 0.45), random_.uniform(0.001, 0.0035), (240, 236, 210))
    canvas.disc(0.8, 0.16, 0.075, (246, 238, 206))
    canvas.disc(0.77, 0.145, 0.067, (18, 22, 54))
    for depth, colour in enumerate(((44, 44, 92), (30, 32, 70), (16, 18, 44))):
        x = -0.03
        while x < 1:
            width = random_.uniform(0.08, 0.17)
            top = random_.uniform(0.28, 0.6) + depth * 0.11
            canvas.box(x, top, x + width, 1, colour)
            if random_.random() < 0.35:
                canvas.box(x + width / 2 - 0.004, top - 0.07, x + width / 2 + 0.004, top, colour)
            step = 0.026
            for floor in range(int((0.98 - top) / step)):
                for window in range(int(width / step) - 1):
                    if random_.random() < 0.34:
                        corner = (x + 0.014 + window * step, top + 0.016 + floor * step)
                        lit = random_.choice(((255, 214, 122), (255, 236, 178), (236, 160, 84)))
                        canvas.box(*corner, corner[0] + 0.012, corner[1] + 0.015, lit)
            x += width + random_.uniform(0, 0.02)
    return canvas.finished()


def meadow(random_: random.Random) -> Image.Image:
    """Illustration: tall flowers on stems."""
    canvas = Canvas((226, 236, 224))
    petals = ((228, 88, 104), (250, 182, 70), (140, 104, 188), (244, 244, 236), (74, 132, 188))
    for flower in range(11):
        foot = 0.06 + flower * 0.08 + random_.uniform(0, 0.05)
        sway, head = random_.uniform(-0.07, 0.07), random_.uniform(0.12, 0.62)
        stem = [(foot + sway * (t / 20) ** 2, 1 - (1 - head) * t / 20) for t in range(21)]
        canvas.line(stem, (52, 112, 78), 0.009)
        x, y = stem[9]
        side = random_.choice((-1, 1))
        canvas.polygon(
            [(x, y), (x + side * 0.07, y - 0.05), (x + side * 0.11, y - 0.04), (x + side * 0.06, y)], (80, 146, 96)
        )
        colour, count, reach = random_.choice(petals), random_.choice((5, 6, 8, 11)), random_.uniform(0.045, 0.085)
        x, y = stem[-1]
        for petal in range(count):
            angle = petal * 2 * math.pi / count + foot
            canvas.disc(x + reach * math.cos(angle), y + reach * math.sin(angle), reach * 2.2 / count + 0.012, colour)
        canvas.disc(x, y, reach * 0.55, (96, 62, 44))
    return canvas.finished()


DRAWN: tuple[tuple[str, str, Callable[[random.Random], Image.Image]], ...] = (
    ("evening-ridge", "Evening Ridge", evening_ridge),
    ("kestrel-logo", "Kestrel", kestrel_logo),
    ("winter-oak", "Winter Oak", winter_oak),
    ("type-specimen", "Specimen No. 5", type_specimen),
    ("harbour-waves", "Harbour Waves", harbour_waves),
    ("night-windows", "Night Windows", night_windows),
    ("quarter-turns", "Quarter Turns", quarter_turns),
    ("meadow", "Meadow", meadow),
)


def draw_designs(seed: int = 7) -> list[Design]:
    """Every design, each from its own generator, so that adding one changes no other."""
    return [Design(name, title, draw(random.Random(f"{name}/{seed}"))) for name, title, draw in DRAWN]  # noqa: S311
