"""Pictures that show nothing: whatever is found in them is a mistake."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from registry.benchmark.collection import generator
from registry.benchmark.thefts import Picture
from registry.benchmark.thefts.finishing import as_levels, drawn_scene, flat, jpeg, soft_noise

_SIDE = 900
_WORDS = [
    "the",
    "shop",
    "sells",
    "prints",
    "cups",
    "shirts",
    "and",
    "cards",
    "made",
    "to",
    "order",
    "with",
    "free",
    "delivery",
    "on",
    "all",
    "orders",
    "over",
    "twenty",
]


def controls(seed: int) -> Iterator[tuple[str, Picture]]:
    """Names and RGB pictures: blanks, gradients, noise of several grains, pages of text, drawn scenes."""
    yield "blank", flat((255, 255, 255), _SIDE, _SIDE)
    down, across = np.indices((_SIDE, _SIDE), dtype=np.float32) * (255 / _SIDE)
    yield "gradient", as_levels(np.stack([across, down, 255 - across], axis=2))
    radius = np.hypot(down - 128, across - 128)
    yield "radial gradient", as_levels(np.repeat((255 - radius)[..., None], 3, axis=2))
    rng = generator(seed, "controls")
    yield "noise", as_levels(rng.uniform(0, 255, (_SIDE, _SIDE, 3)))
    for grain in (0.005, 0.02, 0.1):
        waves = np.stack([soft_noise(_SIDE, _SIDE, grain, rng) for _ in range(3)], axis=2)
        yield f"noise of grain {grain}", jpeg(as_levels(128 + 50 * waves), 80)
    for size in (14, 22, 40):
        page = Image.new("RGB", (_SIDE, _SIDE), "white")
        for line in range(30, _SIDE - 30, round(size * 1.5)):
            words = " ".join(rng.choice(_WORDS, 30))
            ImageDraw.Draw(page).text((30, line), words, fill="black", font=ImageFont.load_default(size))
        yield f"page of text, {size} px", np.asarray(page, dtype=np.uint8)
    for number in range(4):
        yield f"drawn scene {number}", jpeg(drawn_scene(1200, _SIDE, rng), 80)
