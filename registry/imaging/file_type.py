"""What a file is, from its bytes alone; names and declared types are never believed."""

from registry.errors import Refused

_FTYP_AVIF = {b"avif", b"avis"}
_FTYP_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
TRAILING_TOLERANCE = 4_096
"""Bytes of padding that cameras and editors leave after a picture's end; an archive or page needs a marker."""
_MARKERS_OF_OTHER_FILES = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf", b"MZ\x90"),
    *(b"%PDF-", b"<html", b"<script", b"<?php", b"#!/"),
)
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"%PDF-", "application/pdf"),
)


def media_type(content: bytes) -> str:
    """The media type of ``content``. Refuses: ``empty_file``, ``format_not_supported``, ``file_is_two_things``."""
    if not content:
        raise Refused("empty_file", "The file is empty.", hint="Save or copy the picture again.")
    found = _sniffed(content)
    if found is None:
        raise Refused(
            "format_not_supported",
            "The file is no picture of a kind that can be registered.",
            hint="Save it as PNG, JPEG, WebP, AVIF, HEIC, GIF, TIFF, BMP, SVG, PSD or PDF.",
        )
    end = _end_of_picture(content, found)
    if end is not None and _carries_another_file(content[end:]):
        raise Refused(
            "file_is_two_things",
            "After the end of the picture the file goes on with something else.",
            hint="Open the picture in an editor and save it again, so that the file holds the picture alone.",
        )
    return found


def _sniffed(content: bytes) -> str | None:
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return _iso_base_media(content)
    return "image/svg+xml" if _looks_like_svg(content) else None


def _iso_base_media(content: bytes) -> str | None:
    length = int.from_bytes(content[:4], "big")
    brands = {content[8:12], *(content[at : at + 4] for at in range(16, min(length, 256), 4))}
    if brands & _FTYP_AVIF:
        return "image/avif"
    return "image/heic" if brands & _FTYP_HEIC else None


def _looks_like_svg(content: bytes) -> bool:
    start = content[:4_096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"<") and b"<svg" in content[:65_536]


def _end_of_picture(content: bytes, kind: str) -> int | None:
    """Where the picture's own structure says that it ends; None where the format does not say."""
    if kind == "image/png":
        return _end_of_png(content)
    if kind == "image/webp":
        return 8 + int.from_bytes(content[4:8], "little")
    if kind == "image/gif":
        return content.rfind(b"\x00;") + 2 if b"\x00;" in content else None
    if kind == "image/bmp":
        return int.from_bytes(content[2:6], "little") or None
    if kind == "image/jpeg":
        return _end_of_jpeg(content)
    return None


def _end_of_png(content: bytes) -> int | None:
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND":
            return at
    return None


def _end_of_jpeg(content: bytes) -> int | None:
    """After the first end-of-image marker that is not inside a segment (thumbnails lie inside segments)."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return at + 2
        elif marker == 0xDA:
            at = _after_scan(content, at)
        elif 0xD0 <= marker <= 0xD7 or marker == 0x01:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _after_scan(content: bytes, at: int) -> int:
    at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    while (at := content.find(b"\xff", at)) != -1 and at + 1 < len(content):
        if content[at + 1] == 0 or 0xD0 <= content[at + 1] <= 0xD7 or content[at + 1] == 0xFF:
            at += 1 if content[at + 1] == 0xFF else 2
        else:
            return at
    return len(content)


def _carries_another_file(rest: bytes) -> bool:
    # A second JPEG after the first is a camera's preview or gain map (CIPA DC-007), not a polyglot.
    if not rest or rest.startswith(b"\xff\xd8"):
        return any(marker in rest for marker in _MARKERS_OF_OTHER_FILES)
    return len(rest) > TRAILING_TOLERANCE or any(
        marker in rest.lower() or marker in rest for marker in _MARKERS_OF_OTHER_FILES
    )
