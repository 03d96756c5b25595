"""What a thief does to a picture before listing it: whole pictures edited, and one design inside another picture."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps

from registry.benchmark.thefts import Context, generate

BAD_JPEG_QUALITY = 30
"""Out of 100: about what a picture has after some rounds through messengers."""
_PRINT = 11
"""Seed of the product that a picture is printed on."""
_CUT_AWAY = 0.2
"""Of each side."""


@dataclass(frozen=True)
class Edit:
    """``words`` tell a person what was done; ``suffix`` is of the file that ``apply`` returns the bytes of."""

    name: str
    words: str
    suffix: str
    apply: Callable[[Image.Image], bytes]


def as_png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _as_bad_jpeg(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    on_white(picture).save(buffer, "JPEG", quality=BAD_JPEG_QUALITY)
    return buffer.getvalue()


def on_white(picture: Image.Image) -> Image.Image:
    """The picture as RGB, with white where it was transparent."""
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _printed(picture: Image.Image) -> bytes:
    design = np.asarray(picture.convert("RGBA"))
    return as_png(Image.fromarray(generate("mockup", 2, design, Context(), np.random.default_rng(_PRINT)).picture))


def _cropped(picture: Image.Image) -> bytes:
    sheet = on_white(picture)
    across, down = round(_CUT_AWAY * sheet.width), round(_CUT_AWAY * sheet.height)
    return as_png(sheet.crop((across, down, sheet.width - across, sheet.height - down)))


SAVED_AGAIN = Edit("saved-again", f"saved it as JPEG, quality {BAD_JPEG_QUALITY}", "jpg", _as_bad_jpeg)
MIRRORED = Edit("mirrored", "mirrored it", "png", lambda picture: as_png(ImageOps.mirror(picture)))
TURNED = Edit(
    "turned", "turned it by 90 degrees", "png", lambda picture: as_png(picture.transpose(Image.Transpose.ROTATE_270))
)
GREY = Edit("grey", "made it grey", "png", lambda picture: as_png(ImageOps.grayscale(on_white(picture))))
INVERTED = Edit("inverted", "inverted its colours", "png", lambda picture: as_png(ImageOps.invert(on_white(picture))))
PRINTED = Edit("printed", "printed it on a product", "png", _printed)
CROPPED = Edit("cropped", "cut out the middle of it", "png", _cropped)
EDITS = (SAVED_AGAIN, MIRRORED, TURNED, GREY, INVERTED)
INSIDE_OTHERS = (PRINTED, CROPPED)
"""Of drawn pictures only: the demo keeps others so small that nothing is left to print."""
