"""The pictures that the documentation's commands work on.

Each is drawn here, so that nobody's work has to be copied into the project. They differ from each
other in every respect that a fingerprint looks at.
"""

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw

SIDE = 480


def harbour() -> Image.Image:
    """Boats with sails before a low sun."""
    picture = Image.new("RGB", (SIDE, 360), "#f3d9b1")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((300, 60, 420, 180), fill="#e4572e")
    draw.rectangle((0, 230, SIDE, 360), fill="#1b4965")
    for left, height in ((40, 120), (150, 160), (330, 100)):
        draw.polygon([(left, 230), (left + 60, 230), (left + 30, 230 - height)], fill="#ffffff", outline="#222222")
        draw.polygon([(left - 10, 232), (left + 80, 232), (left + 62, 258), (left + 8, 258)], fill="#7a3b2e")
    for wave in range(9):
        draw.arc((wave * 56 - 20, 280, wave * 56 + 40, 310), 0, 180, fill="#cae9ff", width=4)
    return picture


def lighthouse() -> Image.Image:
    """A striped tower on a rock, its beam to the left."""
    picture = Image.new("RGB", (400, SIDE), "#14213d")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 90), (0, 190), (215, 120)], fill="#fca311")
    for stripe in range(6):
        top = 140 + stripe * 45
        inset = 50 - stripe * 6
        draw.polygon(
            [(190 + inset, top), (330 - inset, top), (336 - inset, top + 45), (184 + inset, top + 45)],
            fill="#e5e5e5" if stripe % 2 else "#c1121f",
        )
    draw.rectangle((225, 100, 295, 140), fill="#ffe8a3", outline="#000000", width=4)
    draw.polygon([(215, 100), (305, 100), (260, 60)], fill="#780000")
    draw.ellipse((90, 400, 400, 560), fill="#5c677d")
    return picture


def meadow() -> Image.Image:
    """Flowers of many petals, strewn by a fixed seed."""
    strewn = random.Random(7)
    picture = Image.new("RGB", (SIDE, SIDE), "#d8f3dc")
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, size = strewn.randrange(40, 440), strewn.randrange(40, 440), strewn.randrange(16, 40)
        draw.line((x, y, x + 8, y + 90), fill="#2d6a4f", width=5)
        petals = strewn.randrange(5, 9)
        colour = strewn.choice(["#d00000", "#3f37c9", "#f48c06", "#9d4edd"])
        for petal in range(petals):
            angle = 2 * math.pi * petal / petals
            px, py = x + size * math.cos(angle), y + size * math.sin(angle)
            draw.ellipse((px - size / 2, py - size / 2, px + size / 2, py + size / 2), fill=colour)
        draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill="#ffd60a")
    return picture


def draw_pictures(folder: Path) -> None:
    """Three designs, and a listing that copies the harbour, smaller, mirrored and re-encoded."""
    designs = folder / "designs"
    designs.mkdir(parents=True)
    harbour().save(designs / "harbour.png")
    lighthouse().save(designs / "lighthouse.png")
    meadow().save(designs / "meadow.png")
    listings = folder / "listings"
    listings.mkdir()
    copy = harbour().transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((360, 270))
    copy.save(listings / "poster.jpg", quality=60)
    tiles = Image.new("RGB", (SIDE, SIDE), "#ffffff")
    draw = ImageDraw.Draw(tiles)
    for row in range(8):
        for column in range(8):
            if (row * column + row) % 3:
                draw.rectangle((column * 60, row * 60, column * 60 + 44, row * 60 + 44), fill="#22577a")
    tiles.save(listings / "tiles.png")
