"""The same drawing in other colours, or drawn again: what a thief does to call a design his own."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.thefts.finishing import LUMA, as_levels, on_plain_ground, plain_ground, saved
from registry.benchmark.thefts.plate import Plate
from registry.benchmark.thefts.theft import INK_ALPHA, Context, Picture, Severity
from registry.benchmark.thefts.whole import WORDS, fitted

_SCREEN_ANGLES = (15.0, 75.0, 45.0)
"""Degrees, of the cyan, magenta and yellow screens: far enough apart that they make no moire."""


_TRACED_ALPHA = 96
"""Whoever traces a half transparent hairline draws it or leaves it out; more than a third is drawn."""
_LEAST_ROUNDING = 0.5
_KEPT = 0.75
_HUES = 6


def grey(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    """1: as a PNG; 2: as a JPEG; 3: faded to sepia."""
    plate = on_plain_ground(fitted(design), design)
    luma = plate.pixels[..., :3] @ LUMA
    if severity == 3:
        return saved(plate.recoloured(as_levels(luma[..., None] / 255 * np.array([150, 130, 105]) + 80)), 70)
    plate = plate.recoloured(as_levels(np.repeat(luma[..., None], 3, axis=2)))
    return plate if severity == 1 else saved(plate, 80)


def hue(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """All colours turned by 30, 90 or 150 degrees."""
    plate = fitted(design)
    turn = {1: 30, 2: 90, 3: 150}[severity] * int(rng.choice([-1, 1]))
    changed = _hue_turned(plate.pixels, turn)
    return saved(on_plain_ground(plate.recoloured(changed), changed), 85)


def invert(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    """1: the negative as a PNG; 2: as a JPEG; 3: faded as well."""
    plate = on_plain_ground(fitted(design), design)
    negative = 255 - plate.pixels[..., :3]
    if severity == 3:
        return saved(plate.recoloured(as_levels(negative * 0.6 + 60)), 70)
    return plate.recoloured(negative) if severity == 1 else saved(plate.recoloured(negative), 80)


def colourway(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """Each colour of the palette replaced by one of its own; 2: also lighter and darker; 3: lightness dealt anew."""
    plate = fitted(design)
    labels, palette = _quantised(plate.pixels, 8)
    wanted = _dyed(palette, severity, rng)
    if severity == 3:
        luma = wanted @ LUMA
        wanted = wanted + (luma[rng.permutation(len(luma))] - luma)[:, None]
    detail = plate.pixels[..., :3].astype(np.float32) - palette[labels]
    changed = np.concatenate([as_levels(wanted[labels] + detail), plate.pixels[..., 3:]], axis=2)
    return saved(on_plain_ground(plate.recoloured(changed), changed), 85)


def redraw(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """Traced by hand into flat colours with rounded contours: 12, 8 or 5 colours, each a little off."""
    plate = fitted(design)
    labels, palette = _quantised(plate.pixels, {1: 12, 2: 8, 3: 5}[severity])
    colours = palette + rng.normal(0, {1: 4, 2: 10, 3: 18}[severity], palette.shape).astype(np.float32)
    colours = np.concatenate([colours, np.array([plain_ground(design)], dtype=np.float32)])
    labels = np.where(plate.pixels[..., 3] > _TRACED_ALPHA, labels, len(palette))
    widest = max(plate.width, plate.height) * {1: 0.0015, 2: 0.003, 3: 0.005}[severity]
    traced = np.einsum("khw,kc->hwc", _contours(labels, len(colours), widest), colours)
    return saved(plate.recoloured(as_levels(traced)), 90)


def _contours(labels: NDArray[np.intp], count: int, deviation: float) -> NDArray[np.float32]:
    """How much of each pixel each colour takes, shape (count, height, width), with rounded contours.

    Rounding that would lose a colour, as it does with fine lines, is made less: nobody traces them away.
    """
    areas = np.bincount(labels.ravel(), minlength=count)
    while True:
        shares = np.stack([_softened(labels == place, deviation) for place in range(count)])
        left = np.bincount(shares.argmax(axis=0).ravel(), minlength=count)
        if deviation < _LEAST_ROUNDING or (left >= _KEPT * areas)[areas > areas.sum() / 500].all():
            break
        deviation /= 1.5
    sharp = np.exp((shares - shares.max(axis=0)) * 40)  # a contour one or two pixels wide, as a renderer draws it
    return np.asarray(sharp / sharp.sum(axis=0), dtype=np.float32)


def halftone(design: Picture, severity: Severity, _: Context, __: Generator) -> Plate:
    """Printed in dots of three inks, as on a cheap shirt: a cell is 0.5, 0.8 or 1.2 % of the longer side."""
    plate = on_plain_ground(fitted(design), design)
    least = {1: 3.0, 2: 4.0, 3: 6.0}[severity]  # pixels in which a dot can still be drawn
    cell = max(least, max(plate.width, plate.height) * {1: 0.005, 2: 0.008, 3: 0.012}[severity])
    down, across = np.indices(plate.pixels.shape[:2], dtype=np.float32)
    printed = np.empty((plate.height, plate.width, 3), dtype=np.float32)
    for channel, degrees in enumerate(_SCREEN_ANGLES):
        angle = np.radians(degrees)
        along, beside = across * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - across * np.sin(angle)
        screen = 0.5 + (np.cos(along * 2 * np.pi / cell) + np.cos(beside * 2 * np.pi / cell)) / 4
        ink = 1 - plate.pixels[..., channel].astype(np.float32) / 255
        printed[..., channel] = 255 * (1 - np.clip((ink - screen) * cell / 2 + 0.5, 0, 1) * 0.95)
    return saved(plate.recoloured(as_levels(printed)), 85)


def text_changed(design: Picture, severity: Severity, _: Context, rng: Generator) -> Plate:
    """A part of the picture painted over in one of its own colours, with other words on it."""
    plate = on_plain_ground(fitted(design), design)
    left, top, right, bottom = plate.ink_box
    share = {1: 0.12, 2: 0.22, 3: 0.35}[severity]
    width, height = (
        round((right - left) * min(1.0, share * 2.6)),
        max(12, round((bottom - top) * share / min(1.0, share * 2.6))),
    )
    x = int(rng.integers(left, max(left, right - width) + 1))
    y = int(rng.integers(top, max(top, bottom - height) + 1))
    colour = tuple(
        int(level) for level in np.median(plate.pixels[y : y + height, x : x + width, :3].reshape(-1, 3), axis=0)
    )
    sheet = Image.fromarray(plate.pixels[..., :3])
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)
    dark = float(np.array(colour, dtype=np.float32) @ LUMA) < 128
    word = WORDS[int(rng.integers(len(WORDS)))]
    size = min(height * 0.7, 1.5 * width / len(word))
    draw.text(
        (x + width / 2, y + height / 2),
        word,
        fill="white" if dark else "black",
        anchor="mm",
        font=ImageFont.load_default(max(8, size)),
    )
    cover = np.zeros((plate.height, plate.width), dtype=np.bool_)
    cover[y : y + height, x : x + width] = True
    return saved(plate.recoloured(np.asarray(sheet)).covered(cover), 85)


def _dyed(palette: NDArray[np.float32], severity: Severity, rng: Generator) -> NDArray[np.float32]:
    """Another colour for each; shades of one hue stay so, and greys get a hue, too. From 2 on lightness changes."""
    lab = np.asarray(cv2.cvtColor(palette[None] / 255, cv2.COLOR_RGB2LAB)[0], dtype=np.float32)
    chroma, hue_of = np.hypot(lab[:, 1], lab[:, 2]), np.arctan2(lab[:, 2], lab[:, 1])
    families = np.where(chroma < 8, _HUES, np.floor((hue_of / (2 * np.pi) + 0.5) * _HUES) % _HUES).astype(np.intp)
    hues = rng.uniform(0, 2 * np.pi, _HUES + 1)[families]
    moves = rng.uniform(-20, 20, len(lab))
    chroma = np.maximum(chroma, 35)
    lab[:, 1], lab[:, 2] = chroma * np.cos(hues), chroma * np.sin(hues)
    lab[:, 0] = np.clip(lab[:, 0] + (moves if severity > 1 else 0), 25, 92)
    dyed = cv2.cvtColor(lab[None], cv2.COLOR_LAB2RGB)[0]
    return np.asarray(dyed * 255, dtype=np.float32)


def _hue_turned(pixels: Picture, degrees: float) -> Picture:
    """RGB or RGBA with the hue turned; lightness and chroma stay where sRGB has room for them."""
    lab = cv2.cvtColor(np.ascontiguousarray(pixels[..., :3]).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    angle = np.radians(degrees)
    a, b = lab[..., 1].copy(), lab[..., 2].copy()
    lab[..., 1], lab[..., 2] = a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)
    turned = as_levels(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255)
    return np.concatenate([turned, pixels[..., 3:]], axis=2)


def _quantised(pixels: Picture, colours: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The number of each pixel's colour, shape (height, width), and the colours; what is transparent has no say."""
    ink = pixels[..., 3] > INK_ALPHA
    sample = np.ascontiguousarray(pixels[..., :3][ink])
    step = max(1, len(sample) // 250_000)
    chosen = Image.fromarray(sample[::step][None]).quantize(colours, Image.Quantize.MEDIANCUT, kmeans=2)
    raw = chosen.getpalette() or []
    used = len(chosen.getcolors() or ())
    palette = np.array(raw[: 3 * used], dtype=np.float32).reshape(-1, 3)
    flat = pixels[..., :3].reshape(-1, 3).astype(np.float32)
    distances = (palette * palette).sum(axis=1) - 2 * flat @ palette.T
    return distances.argmin(axis=1).reshape(pixels.shape[:2]), palette


def _softened(mask: NDArray[np.bool_], deviation: float) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), deviation), dtype=np.float32)
