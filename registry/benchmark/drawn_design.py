"""Designs of coloured shapes, for those who have none to measure with."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from registry.benchmark.thefts import Picture

_OVERSAMPLING = 2


def drawn_design(rng: Generator, side: int) -> Picture:
    """RGBA, ``side`` pixels square: a dozen or two discs, boxes, stars and strokes on a transparent ground."""
    large = side * _OVERSAMPLING
    sheet = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    for _ in range(int(rng.integers(12, 25))):
        x, y, reach = (float(one) for one in (*rng.uniform(0.15, 0.85, 2) * large, rng.uniform(0.03, 0.15) * large))
        colour = (*(int(level) for level in rng.integers(0, 256, 3)), 255)
        kind = int(rng.integers(4))
        box = (x - reach, y - reach * float(rng.uniform(0.4, 1)), x + reach, y + reach)
        if kind == 0:
            draw.ellipse(box, fill=colour)
        elif kind == 1:
            draw.rounded_rectangle(box, reach / 6, fill=colour, outline="black", width=max(1, large // 200))
        elif kind == 2:
            points = int(rng.integers(3, 9))
            turns = np.linspace(0, 2 * np.pi, 2 * points, endpoint=False) + rng.uniform(0, np.pi)
            radii = np.where(np.arange(2 * points) % 2, reach, reach * rng.uniform(0.3, 0.8))
            star = zip(x + radii * np.cos(turns), y + radii * np.sin(turns), strict=True)
            draw.polygon([(float(across), float(down)) for across, down in star], fill=colour)
        else:
            stroke = np.stack([x + np.cumsum(rng.normal(0, reach / 2, 8)), y + np.cumsum(rng.normal(0, reach / 2, 8))])
            draw.line([tuple(point) for point in stroke.T.tolist()], fill=colour, width=large // 80, joint="curve")
    return np.asarray(sheet.resize((side, side), Image.Resampling.BOX), dtype=np.uint8)
