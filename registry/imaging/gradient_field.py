"""The double-angle gradient field: where edges run, whatever their polarity and colour.

At each pixel z = sqrt(|g|) exp(2 i theta), g the strongest gradient over the channels and theta its
direction. A turn by 180 degrees leaves z as it is, so light on dark equals dark on light, and it averages to
nothing on texture without a direction (Bigün and Granlund, 1987, for the doubled angle).
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""Shape (height, width, 2): real and imaginary part."""

SCHARR_GAIN = 32
"""Scharr's kernel answers 32 for a slope of one level a pixel."""
_REACH = 2.5
"""Deviations at which a Gaussian is cut off."""


def gradient(channels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Slopes to the right and down in levels a pixel, of the steepest of the channels; ``(height, width, count)``."""
    across, down = _slopes(channels[..., 0])
    steepest = across * across + down * down
    for channel in range(1, channels.shape[2]):
        other_across, other_down = _slopes(channels[..., channel])
        squared = other_across * other_across + other_down * other_down
        steeper = squared > steepest
        np.copyto(across, other_across, where=steeper)
        np.copyto(down, other_down, where=steeper)
        np.copyto(steepest, squared, where=steeper)
    return across, down


def _slopes(channel: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    plane, gain = np.ascontiguousarray(channel), 1 / SCHARR_GAIN
    across = cv2.Scharr(plane, cv2.CV_32F, 1, 0, scale=gain)
    return np.asarray(across, np.float32), np.asarray(cv2.Scharr(plane, cv2.CV_32F, 0, 1, scale=gain), np.float32)


def double_angle(channels: NDArray[np.float32], *, noise: float, smoothing: float) -> tuple[Field, NDArray[np.float32]]:
    """The field of ``channels`` (height, width, count; 8-bit levels), and the gradient's magnitude.

    ``smoothing`` is the deviation in pixels of a Gaussian before it; slopes up to ``noise`` levels count as none.
    """
    across, down = gradient(blurred(channels, smoothing))
    squared = across * across + down * down
    magnitude = np.sqrt(squared) + np.float32(1e-6)
    strength = np.sqrt(np.maximum(magnitude - np.float32(noise), 0)) / (magnitude * magnitude)
    field = cv2.merge([strength * (across * across - down * down), strength * (2 * across * down)])
    return np.asarray(field, np.float32), magnitude


def locally_normalised(field: Field, *, reach: float, share: float, floor: float) -> Field:
    """``field`` divided by ``share`` of its energy within about ``reach`` pixels, plus ``floor``."""
    energy = np.sqrt(blurred(field[..., 0] ** 2 + field[..., 1] ** 2, reach))
    return cast(Field, field / (share * energy + np.float32(floor))[..., None])


def blurred(pixels: NDArray[np.float32], deviation: float) -> NDArray[np.float32]:
    """A Gaussian blur; deviation in pixels, 0 for none."""
    if deviation <= 0:
        return pixels
    side = gaussian_side(deviation)
    return cast("NDArray[np.float32]", cv2.GaussianBlur(pixels, (side, side), deviation))


def gaussian_side(deviation: float) -> int:
    """Pixels along a side of the kernel of a Gaussian blur."""
    return 2 * round(_REACH * deviation) + 1
