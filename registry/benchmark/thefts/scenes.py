"""Several designs in one picture, something before the design, and pictures of a screen."""

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.thefts.finishing import (
    as_levels,
    contrast,
    drawn_scene,
    flat,
    photographed,
    plain_ground,
    product_colour,
    saved,
    scene,
)
from registry.benchmark.thefts.plate import Plate, between, rectangle, scaling, translation, turning, with_alpha
from registry.benchmark.thefts.products import mockup
from registry.benchmark.thefts.theft import Context, Picture, Severity
from registry.benchmark.thefts.whole import WORDS, fitted

_READ_ON_GROUND = 60.0
_SKIN = ((236, 200, 174), (198, 148, 112), (138, 94, 66), (92, 62, 46))


def collage(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """Tiles of a grid, the design in one of them: 1: two tiles, 2: four, 3: nine. Each tile has its own ground."""
    columns, rows = {1: (2, 1), 2: (2, 2), 3: (3, 3)}[severity]
    side = 1200 // columns
    sheet = Plate(with_alpha(flat((255, 255, 255), side * columns, side * rows)))
    chosen = list(rng.permutation(len(context.others)))[: columns * rows - 1]
    filling: list[tuple[int, Picture]] = [(0, design), *((1 + int(one), context.others[int(one)]) for one in chosen)]
    for number, place in enumerate(rng.permutation(columns * rows)):
        left, top = int(place) % columns * side, int(place) // columns * side
        if number >= len(filling):
            tile = Plate(with_alpha(drawn_scene(side, side, rng)))
        else:
            work, picture = filling[number]
            ground = plain_ground(picture) if rng.random() < 0.5 else product_colour(rng, with_alpha(picture))
            tile = _fitted_into(Plate.of_design(picture, work).trimmed(), side, 0.88).over(flat(ground, side, side))
        sheet = sheet.with_pasted(tile, left, top)
    return saved(sheet, 80)


def collage3(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """Three designs freely laid on one ground, turned by up to 5, 12 or 25 degrees; on 3 the ground is a photograph."""
    width, height = 1200, 900
    chosen = [int(one) for one in rng.permutation(len(context.others))[:2]]
    pictures = [(0, design), *((1 + one, context.others[one]) for one in chosen)]
    if severity < 3:
        ground = flat(product_colour(rng, *(with_alpha(picture) for _, picture in pictures)), width, height)
    else:
        ground = scene(context, width, height, rng)
    laid = Plate(np.zeros((height, width, 4), dtype=np.uint8))
    for place, (work, picture) in zip(rng.permutation(3), pictures, strict=False):
        side = round(width / 3 * float(rng.uniform(0.85, 0.98)))
        tile = _fitted_into(Plate.of_design(picture, work).trimmed(), side, 0.8)
        degrees = float(rng.uniform(-1, 1)) * {1: 5, 2: 12, 3: 25}[severity]
        middle = ((int(place) + 0.5) * width / 3, height * float(rng.uniform(0.35, 0.65)))
        matrix = translation(*middle) @ turning(degrees) @ translation(-side / 2, -side / 2)
        placed = tile.drawn_by(matrix, width, height)
        if contrast(placed.pixels, ground) < _READ_ON_GROUND:  # a sticker has a card of its own
            placed = tile.over(flat(plain_ground(tile.pixels), side, side)).drawn_by(matrix, width, height)
        laid = laid.beside(placed)
    return photographed(laid.over(ground), grain=1.0, quality=80, rng=rng)


def _fitted_into(plate: Plate, side: int, share: float) -> Plate:
    """In the middle of a square, taking at most that share of it."""
    scale = side * share / max(plate.width, plate.height)
    matrix = translation((side - plate.width * scale) / 2, (side - plate.height * scale) / 2) @ scaling(scale, scale)
    return plate.drawn_by(matrix, side, side)


def occlusion(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """On a product, with a hand or a label over 10, 20 or 30 % of the box around it."""
    plate = mockup(design, 1, context, rng)
    left, top, right, bottom = plate.ink_box
    wanted = (right - left) * (bottom - top) * {1: 0.10, 2: 0.20, 3: 0.30}[severity]
    by_hand = rng.random() < 0.5
    cover = (_hand if by_hand else _label)(plate, wanted, rng)
    alpha = np.asarray(cover, dtype=np.float32)[..., 3:] / 255
    mixed = as_levels(plate.pixels[..., :3] * (1 - alpha) + np.asarray(cover, dtype=np.float32)[..., :3] * alpha)
    hidden = np.asarray(cover)[..., 3] > 127
    return photographed(plate.recoloured(mixed).covered(hidden), grain=1.5, quality=80, rng=rng)


def _hand(plate: Plate, wanted: float, rng: Generator) -> Image.Image:
    """Fingers that reach in from one side, over about ``wanted`` pixels of the print."""
    left, top, right, bottom = plate.ink_box
    skin = _SKIN[int(rng.integers(len(_SKIN)))]
    sheet = Image.new("RGBA", (plate.width, plate.height), (*skin, 0))
    draw, thick = ImageDraw.Draw(sheet), max(8.0, min(right - left, bottom - top) * 0.16)
    from_left, fingers = rng.random() < 0.5, 4
    length = min(wanted / (fingers * thick), 0.6 * (right - left))
    start = float(rng.uniform(top, max(top + 1, bottom - fingers * thick * 1.05)))
    for finger in range(fingers):
        y = start + (finger + 0.5) * thick * 1.05
        tip = length * (1 - 0.25 * abs(finger - 1.3) / 1.7)
        base = -plate.width if from_left else 2 * plate.width
        end = left + tip if from_left else right - tip
        shade = tuple(round(level * (1 - 0.04 * finger)) for level in skin)
        box = (min(base, end), y - thick / 2, max(base, end), y + thick / 2)
        draw.rounded_rectangle(
            box, thick / 2, fill=(*shade, 255), outline=(*(round(one * 0.7) for one in skin), 255), width=2
        )
    return sheet


def _label(plate: Plate, wanted: float, rng: Generator) -> Image.Image:
    """A price tag, a little turned, somewhere over the print."""
    left, top, right, bottom = plate.ink_box
    width = min(right - left, round(np.sqrt(wanted * 2)))
    height = max(8, round(wanted / max(width, 1)))
    tag = Image.new("RGBA", (width, height), (*(int(one) for one in rng.integers(150, 256, 3)), 255))
    word = WORDS[int(rng.integers(len(WORDS)))]
    size = max(8.0, min(height * 0.5, 1.5 * width / len(word)))
    ImageDraw.Draw(tag).text(
        (width / 2, height / 2), word, fill="black", anchor="mm", font=ImageFont.load_default(size)
    )
    tag = tag.rotate(float(rng.uniform(-15, 15)), Image.Resampling.BICUBIC, expand=True)
    sheet = Image.new("RGBA", (plate.width, plate.height))
    x = int(rng.integers(left, max(left, right - tag.width) + 1))
    y = int(rng.integers(top, max(top, bottom - tag.height) + 1))
    sheet.paste(tag, (x, y))
    return sheet


def screen_photo(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """A shop's page on a monitor, photographed from one side: perspective, moire, glare, a cold cast."""
    width, height = 1200, 900
    plate = fitted(design)
    page = _fitted_into(plate.trimmed(), 700, 0.9)
    page = page.drawn_by(translation(150, 0), 1000, 700).over(flat(plain_ground(design), 1000, 700))
    sheet = page.pixels.copy()
    sheet[:36, :, :3] = (222, 224, 228)
    page = page.recoloured(sheet)
    reach = {1: 0.03, 2: 0.07, 3: 0.12}[severity]
    corners = rectangle(width * 0.1, height * 0.1, width * 0.9, height * 0.9)
    corners += rng.uniform(-reach, reach, (4, 2)) * [width, height]
    laid = page.drawn_by(between(rectangle(0, 0, page.width, page.height), corners), width, height)
    bezel = scene(context, width, height, rng)
    cv2.fillPoly(
        bezel, [np.rint((corners - corners.mean(axis=0)) * 1.05 + corners.mean(axis=0)).astype(np.int32)], (18, 18, 20)
    )
    picture = laid.over(bezel).pixels[..., :3].astype(np.float32)
    on_screen = laid.pixels[..., 3:].astype(np.float32) / 255
    picture *= 1 - on_screen * (1 - _moire(width, height, {1: 0.06, 2: 0.12, 3: 0.2}[severity], rng))
    picture += on_screen * _glare(width, height, {1: 50.0, 2: 100.0, 3: 160.0}[severity], rng)
    picture *= np.array([0.95, 1.0, 1.04], dtype=np.float32)
    return photographed(laid.recoloured(as_levels(picture)), grain=2.5, quality=75, rng=rng)


def _moire(
    width: int, height: int, strength: float, rng: Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Factors of the beat between the screen's grid and the camera's, different in each colour."""
    down, across = np.indices((height, width), dtype=np.float32)
    bands = []
    for _ in range(3):
        angle, wave = rng.uniform(0, np.pi), rng.uniform(6, 22)
        bent = across * np.cos(angle) + down * np.sin(angle) + 12 * np.sin(down / height * rng.uniform(2, 5))
        bands.append(1 - strength / 2 + strength / 2 * np.sin(bent * 2 * np.pi / wave))
    return np.stack(bands, axis=2).astype(np.float32)


def _glare(
    width: int, height: int, strength: float, rng: Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Levels that a lamp's reflection adds."""
    down, across = np.indices((height, width), dtype=np.float32)
    x, y, reach = rng.uniform(0.2, 0.8) * width, rng.uniform(0.2, 0.8) * height, rng.uniform(0.1, 0.2) * width
    spot = np.exp(-(((across - x) / reach) ** 2 + ((down - y) / (reach * rng.uniform(0.4, 1))) ** 2))
    return (strength * spot).astype(np.float32)[..., None]
