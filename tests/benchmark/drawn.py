"""Small drawn designs and files of them."""

from pathlib import Path

import numpy as np
from PIL import Image

from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.thefts import Picture

SIDE = 240


def design(seed: int, side: int = SIDE) -> Picture:
    return drawn_design(np.random.default_rng(seed), side)


def folder_of_designs(folder: Path, count: int) -> Path:
    folder.mkdir()
    for seed in range(count):
        Image.fromarray(design(seed)).save(folder / f"design-{seed}.png")
    return folder
