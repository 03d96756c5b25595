"""From a file's bytes to upright 8-bit sRGB pixels with straight alpha. Runs in the sandbox only."""

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import HeifImagePlugin, options

from registry.errors import Refused
from registry.imaging import refusals
from registry.imaging.pdf_page import page_image
from registry.imaging.picture import Note
from registry.imaging.svg import svg_image

PILLOW_FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/heic": "HEIF",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/bmp": "BMP",
    "image/vnd.adobe.photoshop": "PSD",
}
_SIXTEEN_BIT_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}

# The sandbox allows no threads, and no decoder may quietly return half a picture.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
options.DECODE_THREADS = 1
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = None  # check_size looks before anything is decoded
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_HEIF = HeifImagePlugin


def decode(content: bytes, media_type: str) -> tuple[NDArray[np.uint8], tuple[Note, ...]]:
    """Pixels of shape (height, width, 4), uint8, and what the owner should know. Raises Refused."""
    if media_type == "image/svg+xml":
        return _pixels(svg_image(content)), ()
    if media_type == "application/pdf":
        return _pixels(page_image(content)), ()
    notes: list[Note] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=[PILLOW_FORMATS[media_type]]) as image:
                refusals.check_size(*image.size)
                _note_frames(image, media_type, notes)
                image.load()
                refusals.check_size(*image.size)
                upright = ImageOps.exif_transpose(image)
                return _pixels(_to_srgb(upright, notes)), tuple(notes)
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise refusals.damaged("begins like a picture, but its header cannot be read") from error
    except Exception as error:
        # Decoders raise whatever they like for damaged files; all of it means the same to the owner.
        raise refusals.damaged("cannot be decoded to its end") from error


def _note_frames(image: Any, media_type: str, notes: list[Note]) -> None:
    frames = getattr(image, "n_frames", 1)
    if media_type == "image/vnd.adobe.photoshop" or frames <= 1:
        return
    image.seek(0)
    if media_type in ("image/tiff", "image/heic"):
        notes.append(Note("first_page_taken", f"The file holds {frames} pictures; only the first is looked at."))
    else:
        notes.append(
            Note("first_frame_taken", f"The picture is animated ({frames} frames); only the first is looked at.")
        )


def _to_srgb(image: Image.Image, notes: list[Note]) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode in _SIXTEEN_BIT_MODES or image.mode == "I":
        image = _eight_bits(image)
    elif image.mode == "F":
        raise Refused(
            "format_not_supported",
            "The picture holds floating-point measurements rather than colours.",
            hint="Export it with 8 or 16 bits a channel.",
        )
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if alpha is not None else "RGB")
    if image.mode in ("1", "LA", "La", "RGBA", "RGBa", "RGBX"):
        image = image.convert("L" if image.mode in ("1", "LA", "La") else "RGB")
    if profile:
        image = _converted(image, profile, notes)
    image = image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def _converted(image: Image.Image, profile: bytes, notes: list[Note]) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, source, _SRGB, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append(
            Note("colour_profile_ignored", "The colour profile is damaged or of another kind; sRGB is assumed.")
        )
        return image
    return converted if converted is not None else image


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    return Image.fromarray(((np.clip(values, 0, 65_535) * 255 + 32_767) // 65_535).astype(np.uint8))


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    refusals.check_size(*image.size)
    return np.array(image if image.mode == "RGBA" else image.convert("RGBA"), dtype=np.uint8)
