"""The eight rotations and mirrorings of a rectangle (the dihedral group of order 8), in words and on pixels."""

from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", bound=np.generic)


class Symmetry(Enum):
    """What was done to the registered picture to obtain the listing's.

    The value is ``(mirrored, quarter_turns)``: first mirror left to right, then turn clockwise.
    """

    IDENTITY = (False, 0)
    ROTATED_90 = (False, 1)
    ROTATED_180 = (False, 2)
    ROTATED_270 = (False, 3)
    MIRRORED = (True, 0)
    MIRRORED_ROTATED_90 = (True, 1)
    MIRRORED_ROTATED_180 = (True, 2)
    MIRRORED_ROTATED_270 = (True, 3)

    @property
    def mirrored(self) -> bool:
        return self.value[0]

    @property
    def quarter_turns(self) -> int:
        """Clockwise quarter turns after the mirroring."""
        return self.value[1]

    @property
    def inverse(self) -> "Symmetry":
        """The symmetry that undoes this one."""
        return self if self.mirrored else Symmetry((False, -self.quarter_turns % 4))

    def apply(self, pixels: NDArray[Pixel]) -> NDArray[Pixel]:
        """``pixels`` of shape (height, width, ...) transformed; a view where numpy can give one."""
        turned = pixels[:, ::-1] if self.mirrored else pixels
        return np.rot90(turned, -self.quarter_turns, axes=(0, 1))

    @property
    def words(self) -> str:
        """What a person would call it; empty for the identity."""
        parts = ["mirrored"] if self.mirrored else []
        if self.quarter_turns:
            parts.append(f"rotated {90 * self.quarter_turns} degrees clockwise")
        return ", ".join(parts)
