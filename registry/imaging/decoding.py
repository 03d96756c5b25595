"""From a file's bytes to the picture that it holds. Runs in the sandbox only."""

import io
import warnings
from collections.abc import Callable
from typing import Any

from PIL import AvifImagePlugin, Image, ImageFile, UnidentifiedImageError
from pillow_heif import HeifImagePlugin, options

from registry.errors import Refused
from registry.imaging import refusals
from registry.imaging.confinement import MEMORY_BYTES
from registry.imaging.pdf_page import page_image
from registry.imaging.picture import Note
from registry.imaging.svg import svg_image
from registry.imaging.upright import UprightPicture

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
_WEBP_BYTES = 13
"""What its decoder takes for a pixel, measured, the first eight of them when it is opened."""
MODEST_PIXELS = 4_000_000
"""Up to here no decoder takes more than some 80 MB, so that such pictures may be decoded beside a large one."""

# One picture is one core's work, and no decoder may quietly return half a picture.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
options.DECODE_THREADS = 1
ImageFile.LOAD_TRUNCATED_IMAGES = False
Image.MAX_IMAGE_PIXELS = None  # check_size looks before anything is decoded
_HEIF = HeifImagePlugin


def decode(
    content: bytes, media_type: str, wait_for_memory: Callable[[], None]
) -> tuple[UprightPicture, tuple[Note, ...]]:
    """The picture, and what its owner should know. Raises Refused."""
    notes: list[Note] = []
    if media_type == "image/webp":
        _check_webp_memory(content)
    if media_type in ("image/svg+xml", "application/pdf"):
        wait_for_memory()  # what a drawing takes cannot be told before
        drawn = svg_image(content) if media_type == "image/svg+xml" else page_image(content)
        refusals.check_size(*drawn.size)
        return UprightPicture(drawn, notes), ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=[PILLOW_FORMATS[media_type]]) as image:
                refusals.check_size(*image.size)
                _note_frames(image, media_type, notes)
                if image.width * image.height > MODEST_PIXELS:
                    wait_for_memory()
                image.load()
                refusals.check_size(*image.size)
                upright = UprightPicture(image, notes)
                return upright, tuple(notes)
    except (Refused, MemoryError):
        raise
    except UnidentifiedImageError as error:
        raise refusals.damaged("begins like a picture, but its header cannot be read") from error
    except Exception as error:
        # Decoders raise whatever they like for damaged files; all of it means the same to the owner.
        raise refusals.damaged("cannot be decoded to its end") from error


def _check_webp_memory(content: bytes) -> None:
    """Asked of the header (RFC 9649, 2.5 to 2.7), because the decoder calls it damage when memory runs out."""
    kind, header = content[12:16], content[20:30]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(header[at : at + 3], "little") for at in (4, 7))
    elif kind == b"VP8L":
        sides = int.from_bytes(header[1:5], "little")
        width, height = 1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(header[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if width > 0 and height > 0:
        refusals.check_size(width, height)
    if width * height * _WEBP_BYTES > MEMORY_BYTES - 2 * len(content):
        raise refusals.needs_too_much_memory()


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
