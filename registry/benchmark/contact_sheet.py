"""Hits and misses to look at: a number says how many, only a picture says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.thefts import Picture
from registry.similarity.answer import Polygon

CELL = 260
_CAPTION = 30
_COLUMNS = 4
_GROUND = (236, 238, 242)
_TRUE, _FOUND = (24, 150, 70), (214, 40, 40)


@dataclass(frozen=True)
class Exhibit:
    """One cell pair: the work at the left, the listing with the true region (green) and the found one (red)."""

    caption: str
    hit: bool
    work: Picture
    listing: Picture
    true: Polygon | None = None
    found: Polygon | None = None

    @classmethod
    def reduced(
        cls,
        caption: str,
        *,
        hit: bool,
        work: Picture,
        listing: Picture,
        true: Polygon | None = None,
        found: Polygon | None = None,
    ) -> "Exhibit":
        """With pictures no larger than a cell, so that many can be kept."""
        small, scale = _fitted(listing)
        return cls(caption, hit, _fitted(work)[0], small, _scaled(true, scale), _scaled(found, scale))


def draw(exhibits: Sequence[Exhibit], path: Path) -> None:
    """One PNG with a pair of cells for each; misses have a red caption. A crash leaves half a file."""
    columns = min(_COLUMNS, max(1, len(exhibits)))
    rows = max(1, -(-len(exhibits) // columns))
    width, height = 2 * CELL + 16, CELL + _CAPTION
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(13)
    for number, exhibit in enumerate(exhibits):
        x, y = number % columns * width, number // columns * height
        sheet.paste(_on_ground(exhibit.work), (x + 4, y + _CAPTION))
        listing = _on_ground(exhibit.listing)
        _outline(listing, exhibit.true, _TRUE, 3)
        _outline(listing, exhibit.found, _FOUND, 2)
        sheet.paste(listing, (x + 8 + CELL, y + _CAPTION))
        draw.text((x + 4, y + 6), exhibit.caption, fill=_TRUE if exhibit.hit else _FOUND, font=font)
    sheet.save(path, "PNG")


def _fitted(picture: Picture) -> tuple[Picture, float]:
    image = Image.fromarray(np.ascontiguousarray(picture))
    scale = CELL / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=np.uint8), scale


def _scaled(polygon: Polygon | None, scale: float) -> Polygon | None:
    return polygon and tuple((x * scale, y * scale) for x, y in polygon)


def _on_ground(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture).convert("RGBA")
    ground = Image.new("RGBA", image.size, _GROUND)
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _outline(image: Image.Image, polygon: Polygon | None, colour: tuple[int, int, int], width: int) -> None:
    if polygon:
        ImageDraw.Draw(image).line([*polygon, polygon[0]], fill=colour, width=width)
