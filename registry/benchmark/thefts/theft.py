"""What a theft is made of, and what comes out of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Shape (height, width, 3 or 4): sRGB, straight alpha."""
Severity = Literal[1, 2, 3]
"""2 is what the theft's name says; 1 is milder and 3 harder. The mock-ups stay within the range of their name."""
SEVERITIES: tuple[Severity, ...] = (1, 2, 3)
INK_ALPHA = 12
"""Alpha above which a pixel of a design is ink. Designs are often padded; truth is about what can be seen of them."""


@dataclass(frozen=True)
class Context:
    """What a thief has besides the design.

    ``photos`` are RGB grounds; where there are none, grounds are drawn. ``others`` are designs (RGBA) to
    fill a collage with; where there are too few, shapes are drawn.
    """

    photos: Sequence[Picture] = ()
    others: Sequence[Picture] = ()


@dataclass(frozen=True)
class Shown:
    """One design in the listing picture.

    ``work`` is 0 for the design that the theft was made of and ``1 + place`` for ``Context.others[place]``.
    ``polygon``, shape (corners, 2), is the image of the bounding box of its ink (alpha above INK_ALPHA) as
    (x, y) in listing pixels, x right and y down from the picture's corner, cut off at the picture's edges.
    ``visible`` is the share of the ink, in 0..1, that is in the picture and not covered.
    """

    work: int
    polygon: NDArray[np.float64]
    visible: float


@dataclass(frozen=True)
class Theft:
    """A listing picture and the truth about it. ``shown`` names every design that should be found."""

    name: str
    severity: Severity
    picture: Picture
    shown: tuple[Shown, ...] = field(default=())
