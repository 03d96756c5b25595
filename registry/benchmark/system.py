"""What is measured: anything that registers pictures and says which of them a listing shows."""

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from PIL import Image

from registry.benchmark.collection import PictureFile
from registry.benchmark.thefts import Picture
from registry.similarity.answer import Polygon


@dataclass(frozen=True)
class Listing:
    """A listing picture, RGB or RGBA, uint8."""

    pixels: Picture

    @cached_property
    def file(self) -> bytes:
        """As a PNG. The theft's own compression has happened already."""
        written = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(self.pixels)).save(written, "PNG", compress_level=1)
        return written.getvalue()

    @cached_property
    def on_white(self) -> Picture:
        """As RGB: what most tools see, whose ground for transparent pixels is white or black."""
        if self.pixels.shape[2] == 3:
            return self.pixels
        return on_white(self.pixels)


@dataclass(frozen=True)
class Claim:
    """That a listing shows work ``work``. ``certain``: a moderator should act (``match``), else look (``review``).

    ``score`` in 0..1 rises with certainty, ``polygon`` lies in listing pixels where the system says where.
    """

    work: int
    certain: bool
    score: float
    polygon: Polygon | None = None


class System(Protocol):
    """One contestant. ``works`` are numbered by the harness."""

    name: str

    def enrol(self, work: int, design: PictureFile) -> bool:
        """Register a design; False where it is refused."""
        ...

    def ask(self, listing: Listing) -> list[Claim]:
        """Which works the listing shows, best first; empty for none."""
        ...


def on_white(pixels: Picture) -> Picture:
    """RGBA with straight alpha as RGB."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)), dtype=np.uint8)
