"""Thefts of designs, made from a seed: what a seller does to a picture, and the truth about where it went.

    from registry.benchmark.thefts import NAMES, SEVERITIES, Context, generate
    theft = generate("mockup", 2, design, Context(photos=photos), numpy.random.default_rng(7))

Pure functions on arrays: the same design, context and generator give the same pixels.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator

from registry.benchmark.thefts import products, recolouring, scenes, whole
from registry.benchmark.thefts.plate import Plate
from registry.benchmark.thefts.theft import SEVERITIES, Context, Picture, Severity, Shown, Theft

Make = Callable[[Picture, Severity, Context, Generator], Plate]
THEFTS: Mapping[str, Make] = {
    "jpeg30": whole.jpeg30,
    "resize25": whole.resize25,
    "stretch": whole.stretch,
    "crop85": whole.crop85,
    "crop60": whole.crop60,
    "border20": whole.border20,
    "mirror": whole.mirror,
    "rot90": whole.rot90,
    "rot180": whole.rot180,
    "rot270": whole.rot270,
    "rot10": whole.rot10,
    "rot45": whole.rot45,
    "hue": recolouring.hue,
    "grey": recolouring.grey,
    "invert": recolouring.invert,
    "watermark": whole.watermark,
    "new_background": whole.new_background,
    "blur": whole.blur,
    "collage": scenes.collage,
    "mockup": products.mockup,
    "small_mockup": products.small_mockup,
    "redraw": recolouring.redraw,
    "halftone": recolouring.halftone,
    "text_changed": recolouring.text_changed,
    "colourway": recolouring.colourway,
    "collage3": scenes.collage3,
    "curved": products.curved,
    "folds": products.folds,
    "occlusion": scenes.occlusion,
    "screen_photo": scenes.screen_photo,
}
NAMES: tuple[str, ...] = tuple(THEFTS)


def generate(name: str, severity: Severity, design: Picture, context: Context, rng: Generator) -> Theft:
    """The theft of that name (KeyError for another) done to ``design``, uint8, RGBA with straight alpha or RGB.

    ValueError for a design that is transparent everywhere.
    """
    plate = THEFTS[name](design, severity, context, rng)
    opaque = plate.pixels[..., 3].min() == 255
    picture = np.ascontiguousarray(plate.pixels[..., :3] if opaque else plate.pixels)
    return Theft(name, severity, picture, plate.shown())


__all__ = ["NAMES", "SEVERITIES", "Context", "Picture", "Severity", "Shown", "Theft", "generate"]
