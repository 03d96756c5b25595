"""A decoded picture as canonical pixels: upright 8-bit sRGB with straight alpha, made a strip at a time.

Every step looks at one pixel alone, so strips give the same pixels as the whole would, and a picture
of 50 megapixels lies in memory once, as its decoder left it. Runs in the sandbox only.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from registry.errors import Refused
from registry.imaging.canonical_pixels import strip_rows
from registry.imaging.picture import Note
from registry.imaging.pixel_words import clear_transparent

HELD_PIXELS = 16_000_000
"""Up to here the finished pixels are kept (64 MB): asking again is free. Above, strips are made anew each time."""
_SIXTEEN_BIT_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_Method = Image.Transpose
_METHODS = {
    2: _Method.FLIP_LEFT_RIGHT,
    3: _Method.ROTATE_180,
    4: _Method.FLIP_TOP_BOTTOM,
    5: _Method.TRANSPOSE,
    6: _Method.ROTATE_270,
    7: _Method.TRANSVERSE,
    8: _Method.ROTATE_90,
}
"""What undoes each EXIF orientation (CIPA DC-008, 4.6.5)."""
_SIDEWAYS = {_Method.TRANSPOSE, _Method.ROTATE_270, _Method.TRANSVERSE, _Method.ROTATE_90}
_FROM_THE_END = {_Method.ROTATE_180, _Method.FLIP_TOP_BOTTOM, _Method.TRANSVERSE, _Method.ROTATE_90}


class UprightPicture:
    """``image`` as it is meant to be seen; ``notes`` gets what its owner should know. Raises Refused."""

    def __init__(self, image: Image.Image, notes: list[Note]) -> None:
        if image.mode == "F":
            raise Refused(
                "format_not_supported",
                "The picture holds floating-point measurements rather than colours.",
                hint="Export it with 8 or 16 bits a channel.",
            )
        self._image = image
        self._method = _METHODS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
        self._transform = _colour_transform(image, notes)
        width, height = image.size
        self.width, self.height = (height, width) if self._method in _SIDEWAYS else (width, height)
        self._held: NDArray[np.uint8] | None = None
        if width * height <= HELD_PIXELS:
            self._held = np.empty((self.height, self.width, 4), dtype=np.uint8)
            rows = strip_rows(self.width)
            for start in range(0, self.height, rows):
                end = min(start + rows, self.height)
                self._make(start, end, self._held[start:end])

    def rows(self, start: int, end: int) -> NDArray[np.uint8]:
        """Canonical pixels, shape (end - start, width, 4), uint8; not to be written to."""
        if self._held is not None:
            return self._held[start:end]
        made = np.empty((end - start, self.width, 4), dtype=np.uint8)
        self._make(start, end, made)
        return made

    def _make(self, start: int, end: int, into: NDArray[np.uint8]) -> None:
        strip = self._image.crop(self._box(start, end))
        if self._method is not None:
            strip = strip.transpose(self._method)
        into[...] = np.asarray(_to_srgb(strip, self._transform))
        if strip.has_transparency_data:
            clear_transparent(into)

    def _box(self, start: int, end: int) -> tuple[int, int, int, int]:
        """The part of the stored picture that the upright rows come from."""
        if self._method in _FROM_THE_END:
            start, end = self.height - end, self.height - start
        if self._method in _SIDEWAYS:
            return start, 0, end, self.width
        return 0, start, self.width, end


def _to_srgb(image: Image.Image, transform: ImageCms.ImageCmsTransform | None) -> Image.Image:
    if image.mode == "RGBA" and transform is None:
        return image  # what the lines below would put together again
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    coloured = _with_plain_colours(image)
    if transform is not None:
        coloured = ImageCms.applyTransform(coloured, transform) or coloured
    if coloured.mode != "RGB":
        coloured = coloured.convert("RGB")
    if alpha is not None:
        coloured.putalpha(alpha)
        return coloured
    return coloured.convert("RGBA")


def _with_plain_colours(image: Image.Image) -> Image.Image:
    """Without palette, alpha and more than 8 bits: what a colour profile is about."""
    if image.mode in _SIXTEEN_BIT_MODES or image.mode == "I":
        values = np.asarray(image).astype(np.int64)
        return Image.fromarray(((np.clip(values, 0, 65_535) * 255 + 32_767) // 65_535).astype(np.uint8))
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode in ("1", "LA", "La", "RGBA", "RGBa", "RGBX"):
        image = image.convert("L" if image.mode in ("1", "LA", "La") else "RGB")
    return image


def _colour_transform(image: Image.Image, notes: list[Note]) -> ImageCms.ImageCmsTransform | None:
    profile = image.info.get("icc_profile")
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _with_plain_colours(image.crop((0, 0, 1, 1))).mode
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        return ImageCms.buildTransform(source, _SRGB, mode, "RGB", renderingIntent=intent)
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append(
            Note("colour_profile_ignored", "The colour profile is damaged or of another kind; sRGB is assumed.")
        )
        return None
