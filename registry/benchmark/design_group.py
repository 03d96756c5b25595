"""What kind of design a picture is, from properties that anyone can measure again: results differ by kind.

The rule, in its order, on the picture reduced to 512 px on its own ground:

1. ``text_design``: most of the ink lies in rows of small pieces of one height, as letters do;
2. ``silhouette_or_line_art``: one colour holds 92 % of the ink;
3. ``flat_logo``: five colours hold 85 % of the ink, and there are fewer than 180 SIFT points;
4. ``rich_illustration``: everything else.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.benchmark.thefts import Picture
from registry.benchmark.thefts.finishing import plain_ground
from registry.benchmark.thefts.theft import INK_ALPHA

_SIDE = 512
_COLOUR_STEP = 32
"""8-bit levels: colours closer than about this are one colour, so that soft edges and JPEG noise add none."""
ONE_COLOUR = 0.92
FEW_COLOURS, FEW_COLOURS_HOLD = 5, 0.85
FEW_FEATURES = 180
LETTERS, LETTERS_HOLD = 4, 0.6
_LETTER_HEIGHT = (0.02, 0.45)
"""Of the picture's longer side."""


class DesignGroup(StrEnum):
    RICH_ILLUSTRATION = "rich_illustration"
    FLAT_LOGO = "flat_logo"
    SILHOUETTE_OR_LINE_ART = "silhouette_or_line_art"
    TEXT_DESIGN = "text_design"


@dataclass(frozen=True)
class Properties:
    """``shares`` are of the ink, by colour, largest first; ``letters`` the share of the ink in rows of letters."""

    shares: tuple[float, ...]
    features: int
    letters: float

    @property
    def group(self) -> DesignGroup:
        if self.letters >= LETTERS_HOLD:
            return DesignGroup.TEXT_DESIGN
        if self.shares[0] >= ONE_COLOUR:
            return DesignGroup.SILHOUETTE_OR_LINE_ART
        if sum(self.shares[:FEW_COLOURS]) >= FEW_COLOURS_HOLD and self.features < FEW_FEATURES:
            return DesignGroup.FLAT_LOGO
        return DesignGroup.RICH_ILLUSTRATION


def measured(design: Picture) -> Properties:
    """The properties of an RGBA picture with some ink."""
    height, width = design.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    inked = design[..., 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([design[..., :3] * inked, inked], axis=2)
    small = np.asarray(cv2.resize(premultiplied, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    share = small[..., 3:]
    colours = np.asarray(small[..., :3] / np.maximum(share, 1e-3), dtype=np.float32)
    ink = _unlike_border(colours) if design[..., 3].min() == 255 else share[..., 0] > INK_ALPHA / 255
    shown = small[..., :3] + np.array(plain_ground(design), dtype=np.float32) * (1 - share)
    grey = cv2.cvtColor(np.rint(shown).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    return Properties(_colour_shares(colours[ink]), len(cv2.SIFT.create().detect(grey, None)), _letters(ink))


def _unlike_border(picture: NDArray[np.float32]) -> NDArray[np.bool_]:
    """An opaque picture's ink: what differs from the colour of its border, if that is one colour."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    colour = np.median(edge, axis=0)
    if (np.abs(edge - colour).max(axis=1) > _COLOUR_STEP).mean() > 0.1:
        return np.ones(picture.shape[:2], dtype=np.bool_)
    ink: NDArray[np.bool_] = np.abs(picture - colour).max(axis=2) > _COLOUR_STEP
    return ink if ink.any() else ~ink


def _colour_shares(colours: NDArray[np.float32]) -> tuple[float, ...]:
    """Greedy: the commonest cell of a coarse grid takes everything within a step and a half of its mean."""
    left = colours
    shares: list[float] = []
    while len(left) > 0.002 * len(colours) and len(shares) < 16:
        cells = (left / _COLOUR_STEP).astype(np.int64) @ np.array([64, 8, 1])
        most = np.bincount(cells).argmax()
        near = np.abs(left - left[cells == most].mean(axis=0)).max(axis=1) <= 1.5 * _COLOUR_STEP
        near |= cells == most
        shares.append(float(near.sum()) / len(colours))
        left = left[~near]
    return tuple(sorted(shares, reverse=True))


def _letters(ink: NDArray[np.bool_]) -> float:
    """The share of the ink in rows of at least LETTERS pieces of like height, on one line and close together."""
    low, high = (share * max(ink.shape) for share in _LETTER_HEIGHT)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    pieces = [
        tuple(int(number) for number in piece)  # left, top, width, height, area
        for piece in stats[1:]
        if low <= piece[3] <= high and piece[2] <= 3 * piece[3]
    ]
    held: set[tuple[int, ...]] = set()
    for one in pieces:
        row = sorted(
            other
            for other in pieces
            if 0.5 <= other[3] / one[3] <= 2 and abs(other[1] + other[3] / 2 - one[1] - one[3] / 2) <= 0.35 * one[3]
        )
        runs = [row[:1]]
        for before, after in pairwise(row):
            if after[0] - before[0] - before[2] > 1.2 * one[3]:
                runs.append([])
            runs[-1].append(after)
        for run in runs:
            if len(run) >= LETTERS:
                held.update(run)
    return sum(piece[4] for piece in held) / max(1, int(ink.sum()))
