"""Designs printed on things: shirts, bags, cases, posters, mugs, cushions, photographed somewhere."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from registry.benchmark.thefts.finishing import (
    as_levels,
    light,
    photographed,
    product_colour,
    scene,
    soft_noise,
    softened,
)
from registry.benchmark.thefts.plate import (
    Plate,
    Points,
    between,
    projected,
    rectangle,
    resampled,
    scaling,
    translation,
    turning,
)
from registry.benchmark.thefts.theft import Context, Picture, Severity

_SHIRT = (
    (0.3, 0.0),
    (0.42, 0.05),
    (0.58, 0.05),
    (0.7, 0.0),
    (1.0, 0.2),
    (0.9, 0.4),
    (0.78, 0.32),
    (0.78, 1.0),
    (0.22, 1.0),
    (0.22, 0.32),
    (0.1, 0.4),
    (0.0, 0.2),
)
_BAG = (
    (0.05, 0.25),
    (0.3, 0.25),
    (0.34, 0.0),
    (0.4, 0.0),
    (0.37, 0.25),
    (0.63, 0.25),
    (0.6, 0.0),
    (0.66, 0.0),
    (0.7, 0.25),
    (0.95, 0.25),
    (1.0, 1.0),
    (0.0, 1.0),
)
_RECTANGLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_CUSHION = ((0.02, 0.02), (0.5, 0.05), (0.98, 0.02), (0.95, 0.5), (0.98, 0.98), (0.5, 0.95), (0.02, 0.98), (0.05, 0.5))


@dataclass(frozen=True)
class _Product:
    """A thing to print on: its outline in a box of side 1, and where in that box the print lies."""

    outline: tuple[tuple[float, float], ...]
    print_area: tuple[float, float, float, float]


_SHIRT_PRODUCT = _Product(_SHIRT, (0.29, 0.16, 0.71, 0.85))
_PRODUCTS = (
    _SHIRT_PRODUCT,
    _Product(_BAG, (0.12, 0.34, 0.88, 0.95)),
    _Product(_RECTANGLE, (0.06, 0.06, 0.94, 0.94)),
    _Product(_CUSHION, (0.12, 0.12, 0.88, 0.88)),
)
_FASTENED = 0.97
"""Opacity of a print: cloth shines through a little."""
_COLUMNS = 1024


def mockup(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """The ink takes 35 to 60 % of the listing's width: 52 to 60, 43 to 52, 35 to 43."""
    low, high = {1: (0.52, 0.60), 2: (0.43, 0.52), 3: (0.35, 0.43)}[severity]
    return _printed(design, float(rng.uniform(low, high)), severity, context, rng)


def small_mockup(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """The ink takes 20 to 30 % of the listing's width: 27 to 30, 23 to 27, 20 to 23."""
    low, high = {1: (0.27, 0.30), 2: (0.23, 0.27), 3: (0.20, 0.23)}[severity]
    return _printed(design, float(rng.uniform(low, high)), severity, context, rng)


def folds(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """On a cloth that lies in folds: every point moved by up to 1.5, 3 or 5 % of the print's width, and shaded."""
    plate, ground = _laid_out(design, float(rng.uniform(0.45, 0.65)), 1, context, rng, _SHIRT_PRODUCT)
    size = {1: 0.008, 2: 0.016, 3: 0.026}[severity] * float(np.ptp(plate.marks[0].outline[:, 0]))
    grain = float(rng.uniform(0.12, 0.22))
    heights, sideways = (_relief(plate.width, plate.height, grain, rng) for _ in range(2))
    field = np.stack([heights, sideways], axis=2) * np.float32(size)

    def backward(points: Points) -> Points:
        return points + _sampled(field, points)

    def forward(points: Points) -> Points:
        moved = points
        for _ in range(12):
            moved = points - _sampled(field, moved)
        return moved

    folded = plate.moved(forward, backward, plate.width, plate.height)
    slope = np.gradient(heights, axis=1) + 0.6 * np.gradient(heights, axis=0)
    shading = 1 + np.clip(slope / max(float(np.abs(slope).max()), 1e-6), -1, 1) * {1: 0.2, 2: 0.35, 3: 0.5}[severity]
    return _finished(folded.over(ground), shading[..., None].astype(np.float32), severity, rng)


def _relief(width: int, height: int, grain: float, rng: Generator) -> NDArray[np.float32]:
    """Smooth heights about 0 with a deviation of 1."""
    rough = soft_noise(width, height, grain, rng)
    smooth = softened(rough, width * grain / 8)
    return smooth / np.float32(smooth.std())


def curved(design: Picture, severity: Severity, context: Context, rng: Generator) -> Plate:
    """Around a mug: the print spans 60, 100 or 130 degrees of it, seen a little from above."""
    width, height = _listing_size(rng)
    span = np.radians({1: 60.0, 2: 100.0, 3: 130.0}[severity])
    share = float(rng.uniform(0.35, 0.5))
    plate = Plate.of_design(design).trimmed()
    colour = product_colour(rng, plate.pixels)
    across = width * share
    radius = across / (2 * np.sin(span / 2))
    tall = min(plate.height * (radius * span) / plate.width, height * 0.62)
    radius = min(radius, tall * plate.width / plate.height / span)
    sag = radius * float(rng.uniform(0.12, 0.3))
    centre = np.array([width * float(rng.uniform(0.42, 0.58)), height * float(rng.uniform(0.47, 0.55))])
    turned = float(rng.uniform(-0.15, 0.15))

    def forward(points: Points) -> Points:
        angle = (points[:, 0] / plate.width - 0.5) * span + turned
        down = (points[:, 1] / plate.height - 0.5) * tall + sag * (np.cos(angle) - 1)
        return np.stack([centre[0] + radius * np.sin(angle), centre[1] + down], axis=1)

    def backward(points: Points) -> Points:
        inside = (points[:, 0] - centre[0]) / radius
        angle = np.arcsin(np.clip(inside, -1, 1))
        down = points[:, 1] - centre[1] - sag * (np.cos(angle) - 1)
        x = np.where(np.abs(inside) < 1, (angle - turned) / span + 0.5, -1.0)
        return np.stack([x * plate.width, (down / tall + 0.5) * plate.height], axis=1)

    wrapped = plate.moved(forward, backward, width, height)
    ground = scene(context, width, height, rng)
    body, shading = _mug((width, height), centre, radius, tall * 1.2, sag)
    ground = as_levels(ground * (1 - body) + np.array(colour, dtype=np.float32) * body)
    return _finished(wrapped.over(ground), np.where(body > 0.5, shading, 1).astype(np.float32), severity, rng)


def _mug(
    size: tuple[int, int], centre: Points, radius: float, tall: float, sag: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where the mug is, and how its side is lit; both of shape (height, width, 1)."""
    width, height = size
    sheet = np.zeros((height, width), dtype=np.uint8)
    x, top, bottom = centre[0], centre[1] - tall / 2, centre[1] + tall / 2
    for level in (top, bottom):
        cv2.ellipse(
            sheet, (round(x), round(level - sag)), (round(radius), max(1, round(sag))), 0, 0, 360, 255, -1, cv2.LINE_AA
        )
    cv2.rectangle(sheet, (round(x - radius), round(top - sag)), (round(x + radius), round(bottom - sag)), 255, -1)
    handle = (round(x + radius), round(centre[1] - sag)), (round(radius * 0.45), round(tall * 0.3))
    cv2.ellipse(sheet, *handle, 0, -90, 90, 255, max(3, round(radius * 0.16)), cv2.LINE_AA)
    opening = np.zeros((height, width), dtype=np.uint8)
    rim = round(radius * 0.94), max(1, round(sag * 0.9))
    cv2.ellipse(opening, (round(x), round(top - sag)), rim, 0, 0, 360, 255, -1, cv2.LINE_AA)
    inside = np.clip((np.arange(width) + 0.5 - x) / radius, -1, 1)
    shading = 0.5 + 0.5 * np.sqrt(1 - inside**2) + 0.1 * np.exp(-(((inside + 0.45) / 0.12) ** 2))
    body = np.asarray(sheet, dtype=np.float32)[..., None] / np.float32(255)
    within = opening.astype(np.float32)[..., None] / 255
    return body, np.asarray(shading[None, :, None] * (1 - 0.45 * within), dtype=np.float32)


def _printed(design: Picture, share: float, severity: Severity, context: Context, rng: Generator) -> Plate:
    plate, ground = _laid_out(design, share, severity, context, rng, *_PRODUCTS)
    return _finished(plate.over(ground), None, severity, rng)


def _laid_out(
    design: Picture, share: float, tilt: Severity, context: Context, rng: Generator, *products: _Product
) -> tuple[Plate, Picture]:
    """The print on a transparent canvas of the listing's size, and the scene with the bare product below it."""
    width, height = _listing_size(rng)
    plate = Plate.of_design(design).trimmed()
    aspect = plate.height / plate.width
    height = max(height, round(width * share * aspect / 0.85))
    product = products[int(rng.integers(len(products)))]
    colour = product_colour(rng, plate.pixels)
    across = width * share
    middle = np.array([width * float(rng.uniform(0.44, 0.56)), height * float(rng.uniform(0.44, 0.56))])
    reach = {1: 0.015, 2: 0.03, 3: 0.05}[tilt] * width
    turned = turning(float(rng.uniform(-1, 1)) * {1: 3.0, 2: 6.0, 3: 10.0}[tilt])
    frame = rectangle(0, 0, width, height)
    view = between(frame, frame + rng.uniform(-reach, reach, (4, 2)))
    about = view @ translation(*middle) @ turned
    scale = across / plate.width
    place = about @ scaling(scale, scale) @ translation(-plate.width / 2, -plate.height / 2)
    # The tilt and the view change the width a little; the share is a promise about what is seen.
    place = _about(middle, across / float(np.ptp(projected(place, plate.marks[0].outline)[:, 0]))) @ place
    low_x, low_y, high_x, high_y = product.print_area
    body_width = max(across / (high_x - low_x), across * aspect / (high_y - low_y)) * float(rng.uniform(1.05, 1.3))
    body_height = body_width * (1 if product.outline is not _RECTANGLE else float(np.clip(aspect, 0.7, 1.6)))
    corner = -np.array([(low_x + high_x) / 2 * body_width, (low_y + high_y) / 2 * body_height])
    body = projected(about, np.array(product.outline) * [body_width, body_height] + corner)
    ground = _with_product(scene(context, width, height, rng), body, colour, rng)
    print_ = plate.drawn_by(place, width, height)
    pixels = print_.pixels.copy()
    pixels[..., 3] = as_levels(pixels[..., 3] * _FASTENED)
    return print_.recoloured(pixels), ground


def _about(middle: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    return translation(*middle) @ scaling(factor, factor) @ translation(*-middle)


def _with_product(ground: Picture, outline: Points, colour: tuple[int, int, int], rng: Generator) -> Picture:
    """The scene with a product of that outline and colour, its shadow and its weave."""
    height, width = ground.shape[:2]
    sheet = np.zeros((height, width), dtype=np.uint8)
    cv2.fillPoly(sheet, [np.rint(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    body = sheet.astype(np.float32) / 255
    shadow = softened(np.roll(body, (width // 60, width // 90), (0, 1)), width / 50)
    dark = ground * (1 - np.float32(0.45) * shadow[..., None])
    depth = cv2.distanceTransform((sheet > 127).astype(np.uint8), cv2.DIST_L2, 5)
    edge = 0.82 + 0.18 * np.clip(np.asarray(depth, dtype=np.float32) / (width * 0.05), 0, 1)
    weave = 1 + np.float32(0.02) * rng.standard_normal((height, width), dtype=np.float32)
    cloth = np.array(colour, dtype=np.float32) * (edge * weave)[..., None]
    return as_levels(dark * (1 - body[..., None]) + cloth * body[..., None])


def _finished(plate: Plate, shading: NDArray[np.float32] | None, severity: Severity, rng: Generator) -> Plate:
    lit = plate.pixels[..., :3] * light(plate.width, plate.height, {1: 0.12, 2: 0.22, 3: 0.35}[severity], rng)
    if shading is not None:
        lit = lit * shading
    return photographed(
        plate.recoloured(as_levels(lit)),
        grain={1: 1.5, 2: 3.0, 3: 5.0}[severity],
        quality={1: 85, 2: 75, 3: 65}[severity],
        rng=rng,
    )


def _listing_size(rng: Generator) -> tuple[int, int]:
    """Pixels of a listing picture: what marketplaces show, in their usual formats."""
    width = int(rng.integers(1000, 1301))
    return width, round(width * float(rng.choice([0.75, 1.0, 1.25])))


def _sampled(field: NDArray[np.float32], points: Points) -> Points:
    """The field, shape (height, width, 2), between its pixels; beyond the picture as at its edge."""
    rows = -(-len(points) // _COLUMNS)  # OpenCV takes no more than 32,767 places in a row
    places = np.resize(points - 0.5, (rows, _COLUMNS, 2))
    found = resampled(field, places, beyond=cv2.BORDER_REPLICATE)
    return found.reshape(-1, 2)[: len(points)].astype(np.float64)
