"""The refusals of a picture that several files here raise. Each says what to do next."""

from registry.errors import Refused

MAX_PIXELS = 50_000_000
"""A 48 kB PNG can hold 400 megapixels; the largest cameras and scanners in use make 50."""
MAX_SIDE = 20_000
"""Pixels: a strip of 50 megapixels that is 1 pixel high is no picture."""
MIN_SIDE = 16
"""Pixels: below this, different designs look alike."""


def too_large(width: int, height: int) -> Refused:
    """More pixels than MAX_PIXELS or a side above MAX_SIDE."""
    return Refused(
        "picture_too_large",
        f"The picture has {width} x {height} pixels; the most is {MAX_PIXELS // 1_000_000} million, {MAX_SIDE} a side.",
        hint="Save it smaller; the fingerprint needs far fewer pixels.",
    )


def check_size(width: int, height: int) -> None:
    """Raises Refused unless a picture of these pixels can be read and identified."""
    if width <= 0 or height <= 0:
        raise damaged("says that it has no pixels")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise too_large(width, height)
    if min(width, height) < MIN_SIDE:
        raise Refused(
            "picture_too_small",
            f"The picture has {width} x {height} pixels; below {MIN_SIDE} a side different designs look alike.",
            hint="Upload the picture in its original size.",
        )


def needs_too_much_memory() -> Refused:
    """The refusal of a picture that no reasonable amount of memory can decode."""
    return Refused(
        "decoder_memory",
        "Reading the picture takes more memory than any picture should.",
        hint="Open the picture in an editor and save it again, smaller or in another format.",
    )


def damaged(what: str) -> Refused:
    """The file contradicts itself or ends too early."""
    return Refused(
        "picture_damaged",
        f"The file {what}.",
        hint="Open the picture in an editor, see whether it is whole, and save it again.",
    )


def flat() -> Refused:
    """Nothing to identify."""
    return Refused(
        "picture_flat",
        "The picture is one flat colour, or nearly so: nothing in it could be told from other pictures.",
        hint="Upload a picture that shows the design.",
    )
