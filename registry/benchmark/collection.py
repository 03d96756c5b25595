"""The designs and photographs to measure with, and which of them are registered."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from registry.benchmark.thefts import Picture
from registry.benchmark.thefts.theft import INK_ALPHA
from registry.errors import Refused
from registry.imaging.decoding import decode
from registry.imaging.file_type import media_type

REGISTERED_SHARE = 0.6
"""Of the designs; the others are what a false alarm is counted on."""
SMALLEST_COLLECTION = 5
"""Designs: three registered for a collage of three, and two that are not."""
_DECODED_AT_ONCE = 48
"""Pictures kept in memory, about 4 MB each."""


@dataclass(frozen=True)
class PictureFile:
    """A picture to measure with. ``digest`` is the SHA-256 of its file, from which every chance about it is drawn."""

    path: Path
    name: str
    digest: bytes

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def pixels(self) -> Picture:
        """RGBA, straight alpha."""
        return _decoded(self.path)

    @property
    def half(self) -> int:
        """0 or 1, the same on every machine: thresholds are tuned on one half and reported on the other."""
        return self.digest[0] & 1


@lru_cache(maxsize=_DECODED_AT_ONCE)
def _decoded(path: Path) -> Picture:
    return pixels_of(path.read_bytes())


def pixels_of(content: bytes) -> Picture:
    """Canonical pixels of a file. Raises Refused.

    Decoded in this process: these are the files of whoever runs the benchmark, on his own machine.
    """
    upright, _ = decode(content, media_type(content), lambda: None)
    return upright.rows(0, upright.height).copy()


@dataclass(frozen=True)
class Collection:
    """``designs`` in the order of their names; the sets hold places in it."""

    designs: tuple[PictureFile, ...]
    registered: tuple[int, ...]
    unregistered: tuple[int, ...]
    photos: tuple[PictureFile, ...]
    refused: tuple[str, ...] = field(default=())


def collect(
    designs: Sequence[Path],
    photos: Sequence[Path],
    *,
    seed: int,
    half: int | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Collection:
    """Read every file once, leave out what is no picture or has no ink, and split the rest by ``seed``.

    Refused (``too_few_designs``) when fewer than SMALLEST_COLLECTION remain.
    """
    refused: list[str] = []

    def usable(paths: Sequence[Path], *, ink: bool) -> list[PictureFile]:
        found: dict[bytes, PictureFile] = {}
        for path in sorted(paths):
            advance()
            one = PictureFile(path, path.name, hashlib.sha256(path.read_bytes()).digest())
            if half not in (None, one.half) or one.digest in found:
                continue
            try:
                visible = bool((one.pixels[..., 3] > INK_ALPHA).any())
            except Refused:
                visible = False
            if visible or not ink:
                found[one.digest] = one
            else:
                refused.append(one.name)
        return list(found.values())

    kept, grounds = usable(designs, ink=True), usable(photos, ink=False)
    if len(kept) < SMALLEST_COLLECTION:
        raise Refused(
            "too_few_designs",
            f"There are {len(kept)} usable designs, and {SMALLEST_COLLECTION} are needed.",
            hint="Name a folder with more pictures; some hundred give numbers that mean something.",
        )
    order = sorted(range(len(kept)), key=lambda place: generator(seed, "split", kept[place].digest).random())
    registered = max(3, round(len(kept) * REGISTERED_SHARE))
    return Collection(tuple(kept), tuple(order[:registered]), tuple(order[registered:]), tuple(grounds), tuple(refused))


def generator(seed: int, *about: bytes | str | int) -> np.random.Generator:
    """Chance that depends on ``seed`` and on what it is about, and on nothing that ran before."""
    hashed = hashlib.sha256(seed.to_bytes(8, "big"))
    for one in about:
        part = one if isinstance(one, bytes) else str(one).encode()
        hashed.update(len(part).to_bytes(4, "big") + part)
    return np.random.default_rng(int.from_bytes(hashed.digest()[:16], "big"))
