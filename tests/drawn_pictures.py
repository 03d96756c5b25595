"""Pictures drawn from a seed: designs, and what a thief makes of them."""

import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from registry.imaging.symmetry import Symmetry


def design(seed: int, size: int = 300) -> Image.Image:
    """A design of coloured shapes on a transparent ground, different for every seed."""
    draw_from = random.Random(seed)
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = draw_from.randrange(size), draw_from.randrange(size)
        reach = draw_from.randrange(size // 10, size // 3)
        colour = (*(draw_from.randrange(256) for _ in range(3)), 255)
        box = (x - reach, y - reach // 2, x + reach, y + reach // 2)
        draw_from.choice([draw.ellipse, draw.rectangle])(box, fill=colour)
    return picture


def flattened(picture: Image.Image, ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    """``picture`` on a flat ground."""
    sheet = Image.new("RGBA", picture.size, (*ground, 255))
    sheet.alpha_composite(picture.convert("RGBA"))
    return sheet.convert("RGB")


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The file of ``picture``."""
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def inverted(picture: Image.Image) -> Image.Image:
    """The negative of ``picture`` on white."""
    return ImageOps.invert(flattened(picture))


def corners_under(symmetry: Symmetry, width: int, height: int) -> tuple[tuple[float, float], ...]:
    """Where the corners of a picture, from its left top clockwise, lie in one of ``width`` by ``height`` after it."""
    moved = symmetry.apply(np.array([[0, 1], [3, 2]]))
    at = {int(moved[row, column]): (column * float(width), row * float(height)) for row in (0, 1) for column in (0, 1)}
    return tuple(at[corner] for corner in range(4))
