"""What a camera and an upload do to a picture: light, grain, compression; and the grounds that a picture stands on."""

import io

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from registry.benchmark.thefts.plate import Plate
from registry.benchmark.thefts.theft import INK_ALPHA, Context, Picture

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
DARK: Colour = (28, 28, 32)
PRODUCT_COLOURS: tuple[Colour, ...] = (
    WHITE,
    (246, 240, 226),
    (205, 203, 198),
    (188, 152, 108),
    (226, 178, 186),
    (160, 186, 170),
    (196, 42, 48),
    (38, 70, 132),
    (30, 84, 62),
    (24, 30, 52),
    DARK,
)
"""White and cream, heather grey, kraft, pastels, and the dyed cloths that are common."""
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""ITU-R BT.601."""
_LEGIBLE = 95.0
"""Mean distance of ink from its ground, in 8-bit levels of luma, which a seller takes care of."""
_ON_WHITE = 40.0
"""The same, below which a design is white on transparent and shown on something dark."""


def contrast(design: Picture, ground: Colour | Picture) -> float:
    """How much the ink of an RGBA design stands out of a colour, or of a picture of its size, in levels of luma."""
    step = 4 if min(design.shape[:2]) > 64 else 1
    sample = design[::step, ::step]
    ink = sample[..., 3] > INK_ALPHA
    if not ink.any():
        return 0.0
    below = np.broadcast_to(np.asarray(ground, dtype=np.float32), (*design.shape[:2], 3))[::step, ::step]
    distance = np.abs((sample[..., :3][ink] - below[ink]) @ LUMA)
    return float(np.average(distance, weights=sample[..., 3][ink]))


def plain_ground(design: Picture) -> Colour:
    """The colour that a shop shows the design on: white, unless it would vanish there."""
    return WHITE if contrast(design, WHITE) >= _ON_WHITE else DARK


def product_colour(rng: Generator, *designs: Picture) -> Colour:
    """A cloth or paper that each of the designs can be read on, or can be read best."""
    chosen = [PRODUCT_COLOURS[place] for place in rng.permutation(len(PRODUCT_COLOURS))]
    found = {one: min(contrast(design, one) for design in designs) for one in chosen}
    return next((one for one in chosen if found[one] >= _LEGIBLE), max(chosen, key=lambda one: found[one]))


def readable_scene(design: Picture, context: Context, rng: Generator) -> Picture:
    """A scene of the design's size on which it can be read: faded, as sellers do, where no part of one will do."""
    height, width = design.shape[:2]
    tried = [scene(context, width, height, rng) for _ in range(3)]
    best = max(tried, key=lambda one: contrast(design, one))
    if contrast(design, best) >= _LEGIBLE * 0.6:
        return best
    return as_levels(best * np.float32(0.35) + np.array(plain_ground(design), dtype=np.float32) * np.float32(0.65))


def flat(colour: Colour, width: int, height: int) -> Picture:
    return np.full((height, width, 3), colour, dtype=np.uint8)


def on_plain_ground(plate: Plate, design: Picture) -> Plate:
    return plate.over(flat(plain_ground(design), plate.width, plate.height))


def scene(context: Context, width: int, height: int, rng: Generator) -> Picture:
    """A part of a photograph; without photographs a drawn wall and table, softly lit."""
    if not context.photos:
        return drawn_scene(width, height, rng)
    photo = context.photos[int(rng.integers(len(context.photos)))]
    scale = max(width / photo.shape[1], height / photo.shape[0]) * float(rng.uniform(1.0, 1.4))
    size = (max(width, round(photo.shape[1] * scale)), max(height, round(photo.shape[0] * scale)))
    large = cv2.resize(photo[..., :3], size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = int(rng.integers(size[0] - width + 1)), int(rng.integers(size[1] - height + 1))
    part: Picture = np.ascontiguousarray(large[top : top + height, left : left + width], dtype=np.uint8)
    return part[:, ::-1].copy() if rng.random() < 0.5 else part


def drawn_scene(width: int, height: int, rng: Generator) -> Picture:
    """A wall and a table of two muted colours with grain."""
    wall, table = rng.uniform(110, 230, (2, 1)) + rng.uniform(-18, 18, (2, 3))
    horizon = int(height * rng.uniform(0.55, 0.85))
    picture = np.empty((height, width, 3), dtype=np.float32)
    picture[:horizon], picture[horizon:] = wall, table
    boards = np.sin(np.arange(width) * 2 * np.pi / (width * rng.uniform(0.05, 0.2)))[None, :, None] * 6
    picture[horizon:] += boards + soft_noise(width, height - horizon, 0.02, rng)[..., None] * 14
    picture[:horizon] += soft_noise(width, horizon, 0.05, rng)[..., None] * 8
    return as_levels(picture)


def soft_noise(width: int, height: int, grain: float, rng: Generator) -> NDArray[np.float32]:
    """Smooth noise about 0 with a deviation near 1; ``grain`` is its wave length as a share of the width."""
    cells = max(2, round(1 / grain))
    rows = max(2, round(cells * height / width))
    coarse = rng.standard_normal((rows + 2, cells + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def light(width: int, height: int, strength: float, rng: Generator) -> NDArray[np.float32]:
    """Factors, shape (height, width, 1), of a lamp from one side and soft shadows; 1 is the fully lit end."""
    angle = rng.uniform(0, 2 * np.pi)
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height))
    slope = (across * np.cos(angle) + down * np.sin(angle)) / np.sqrt(0.5)
    field = 1 - strength * (0.5 + slope + 0.2 * soft_noise(width, height, 0.4, rng))
    return np.asarray(np.clip(field, 0.2, 1.15)[..., None], dtype=np.float32)


def softened(field: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """A wide Gaussian, in pixels, reckoned on a reduced picture."""
    reduction = max(1.0, deviation / 4)
    height, width = field.shape
    size = (max(1, round(width / reduction)), max(1, round(height / reduction)))
    small = cv2.GaussianBlur(cv2.resize(field, size, interpolation=cv2.INTER_AREA), (0, 0), deviation / reduction)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def with_grain(picture: Picture, deviation: float, rng: Generator) -> Picture:
    """The noise of a sensor, stronger in one colour than between them, as it is after demosaicing."""
    shared = rng.standard_normal((*picture.shape[:2], 1), dtype=np.float32) * np.float32(deviation)
    own = rng.standard_normal((*picture.shape[:2], 3), dtype=np.float32) * np.float32(deviation / 2)
    return as_levels(picture[..., :3] + shared + own)


def as_levels(picture: NDArray[np.number]) -> Picture:
    """Rounded to 8 bits."""
    return np.asarray(np.clip(np.rint(np.asarray(picture, dtype=np.float32)), 0, 255), dtype=np.uint8)


def jpeg(picture: Picture, quality: int) -> Picture:
    """An opaque picture after saving it at that quality."""
    written = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture[..., :3])).save(written, "JPEG", quality=quality)
    return np.asarray(Image.open(written).convert("RGB"), dtype=np.uint8)


def saved(plate: Plate, quality: int) -> Plate:
    """An opaque plate after saving it as JPEG."""
    return plate.recoloured(jpeg(plate.pixels, quality))


def photographed(plate: Plate, *, grain: float, quality: int, rng: Generator) -> Plate:
    """An opaque plate after a camera and an upload."""
    return saved(plate.recoloured(with_grain(plate.pixels, grain, rng)), quality)
