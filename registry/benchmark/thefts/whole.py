"""The picture itself, listed again: compressed, scaled, cut, turned, framed, marked, on another ground."""

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.thefts.finishing import (
    as_levels,
    flat,
    on_plain_ground,
    photographed,
    product_colour,
    readable_scene,
    saved,
)
from registry.benchmark.thefts.plate import Plate, projected, rectangle, scaling, translation, turning, with_alpha
from registry.benchmark.thefts.theft import Context, Picture, Severity

LONGEST_SIDE = 1200
"""Pixels that a marketplace reduces pictures to; larger designs are reduced first."""
SHORTEST_SIDE = 96
"""Nobody lists smaller pictures than a thumbnail of this many pixels."""
WORDS = ("SAMPLE", "SHOP & CO", "PREVIEW", "DESIGN", "HANDMADE", "BEST PRICE", "NEW 2026", "HAPPY DAY")


def fitted(design: Picture) -> Plate:
    """The design at the size that a marketplace shows it in."""
    plate = Plate.of_design(design)
    scale = min(1.0, LONGEST_SIDE / max(plate.width, plate.height))
    return plate if scale == 1 else plate.resized(round(plate.width * scale), round(plate.height * scale))


def jpeg30(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    return saved(on_plain_ground(fitted(design), design), {1: 60, 2: 30, 3: 12}[severity])


def resize25(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    plate = fitted(design)
    share = max({1: 0.5, 2: 0.25, 3: 0.15}[severity], SHORTEST_SIDE / max(plate.width, plate.height))
    small = plate.resized(max(1, round(plate.width * share)), max(1, round(plate.height * share)))
    return saved(on_plain_ground(small, design), 85)


def stretch(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    plate, factor = fitted(design), {1: 1.15, 2: 1.3, 3: 1.6}[severity]
    wider = rng.random() < 0.5
    width, height = (plate.width * factor, plate.height) if wider else (plate.width, plate.height * factor)
    return saved(on_plain_ground(plate.resized(round(width), round(height)), design), 85)


def crop85(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    return _cropped(design, {1: 0.92, 2: 0.85, 3: 0.75}[severity], rng)


def crop60(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    return _cropped(design, {1: 0.7, 2: 0.6, 3: 0.5}[severity], rng)


def _cropped(design: Picture, share: float, rng: Generator) -> Plate:
    """A window of that share of the ink's width and height, anywhere within the ink's box.

    What share of the ink is in it is the design's own: see ``Shown.visible``.
    """
    plate = fitted(design).trimmed()
    width, height = max(1, round(plate.width * share)), max(1, round(plate.height * share))
    left, top = int(rng.integers(plate.width - width + 1)), int(rng.integers(plate.height - height + 1))
    return saved(on_plain_ground(plate.cropped(left, top, left + width, top + height), design), 85)


def border20(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """A frame of a colour around the picture, that share of its width on each side."""
    plate, share = on_plain_ground(fitted(design), design), {1: 0.1, 2: 0.2, 3: 0.35}[severity]
    margin = round(max(plate.width, plate.height) * share)
    framed = plate.cropped(-margin, -margin, plate.width + margin, plate.height + margin)
    red, green, blue = (int(level) for level in rng.integers(0, 256, 3))
    return saved(framed.over(flat((red, green, blue), framed.width, framed.height)), 85)


def mirror(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    plate = fitted(design)
    return _listed_again(
        plate.drawn_by(translation(plate.width, 0) @ scaling(-1, 1), plate.width, plate.height), design, severity
    )


def rot90(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    return _listed_again(_turned(fitted(design), 90), design, severity)


def rot180(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    return _listed_again(_turned(fitted(design), 180), design, severity)


def rot270(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    return _listed_again(_turned(fitted(design), 270), design, severity)


def _listed_again(plate: Plate, design: Picture, severity: Severity) -> Plate:
    """1: as a PNG, transparency kept; 2: as a JPEG; 3: at half the size and a poor quality."""
    if severity == 1:
        return plate
    if severity == 3:
        plate = plate.resized(max(1, plate.width // 2), max(1, plate.height // 2))
    return saved(on_plain_ground(plate, design), 85 if severity == 2 else 40)


def rot10(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    degrees = {1: 5.0, 2: 10.0, 3: 17.0}[severity] * float(rng.choice([-1, 1]))
    return saved(on_plain_ground(_turned(fitted(design), degrees), design), 85)


def rot45(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    degrees = {1: 30.0, 2: 45.0, 3: 135.0}[severity] * float(rng.choice([-1, 1]))
    return saved(on_plain_ground(_turned(fitted(design), degrees), design), 85)


def _turned(plate: Plate, degrees: float) -> Plate:
    """Clockwise, on a canvas that holds all of it."""
    corners = projected(turning(degrees), rectangle(0, 0, plate.width, plate.height))
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    width, height = (round(float(side)) for side in size)
    return plate.drawn_by(translation(-float(low[0]), -float(low[1])) @ turning(degrees), width, height)


def blur(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    """Out of focus: a Gaussian of 0.25, 0.5 or 1 % of the longer side."""
    plate = on_plain_ground(fitted(design), design)
    deviation = max(plate.width, plate.height) * {1: 0.0025, 2: 0.005, 3: 0.01}[severity]
    return saved(plate.recoloured(as_levels(cv2.GaussianBlur(plate.pixels[..., :3], (0, 0), deviation))), 80)


def watermark(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """A shop's name in lines across the whole picture, half transparent."""
    plate = on_plain_ground(fitted(design), design)
    opacity = {1: 0.3, 2: 0.45, 3: 0.65}[severity]
    side = 2 * max(plate.width, plate.height)
    height = max(14, round(side * float(rng.uniform(0.022, 0.034))))
    sheet = Image.new("L", (side, side), 0)
    draw, font, word = ImageDraw.Draw(sheet), ImageFont.load_default(height), WORDS[int(rng.integers(len(WORDS)))]
    step = height * {1: 4.0, 2: 3.0, 3: 2.2}[severity]
    for line in range(int(side / step)):
        draw.text((-(line % 3) * height * 2, line * step), (word + "     ") * 40, fill=round(255 * opacity), font=font)
    turned = sheet.rotate(float(rng.uniform(20, 40)), Image.Resampling.BICUBIC)
    left, top = (side - plate.width) // 2, (side - plate.height) // 2
    cover = np.asarray(turned, dtype=np.float32)[top : top + plate.height, left : left + plate.width, None] / 255
    level = 128.0 if severity == 1 else float(rng.choice([90.0, 235.0]))
    return saved(plate.recoloured(as_levels(plate.pixels[..., :3] * (1 - cover) + level * cover)), 80)


def new_background(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """The ink cut out and put on 1: another colour, 2: a photograph, 3: a photograph, shining through."""
    plate = fitted(design)
    plate = plate.recoloured(cut_out(plate.pixels))
    if plate.pixels[..., 3].min() == 255:  # no ground to replace: the whole picture is pasted on the new one
        plate = _with_margin(plate, 0.08)
    if severity == 1:
        ground = flat(product_colour(rng, plate.pixels), plate.width, plate.height)
    else:
        ground = readable_scene(plate.pixels, context, rng)
    if severity == 3:
        faded = plate.pixels.copy()
        faded[..., 3] = as_levels(faded[..., 3] * 0.8)
        plate = plate.recoloured(faded)
    return photographed(plate.over(ground), grain=1.5, quality=80, rng=rng)


def _with_margin(plate: Plate, share: float) -> Plate:
    margin = round(max(plate.width, plate.height) * share)
    return plate.cropped(-margin, -margin, plate.width + margin, plate.height + margin)


def cut_out(design: Picture) -> Picture:
    """RGBA. An opaque design on one even colour loses that ground where it is joined to the border."""
    pixels = with_alpha(design)
    if pixels[..., 3].min() < 255:
        return pixels
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])[:, :3].astype(np.int16)
    colour = np.median(edge, axis=0)
    if (np.abs(edge - colour).max(axis=1) > 12).mean() > 0.02:
        return pixels
    alike = (np.abs(pixels[..., :3].astype(np.int16) - colour).max(axis=2) <= 12).astype(np.uint8)
    _, labels = cv2.connectedComponents(np.pad(alike, 1, constant_values=1))
    ground = (labels == labels[0, 0])[1:-1, 1:-1]
    if ground.mean() > 0.98:
        return pixels
    cut = pixels.copy()
    cut[..., 3] = as_levels(cv2.GaussianBlur(np.where(ground, 0, 255).astype(np.float32), (0, 0), 0.7))
    return cut
