"""Files that must be refused, each under its own code, and why; and unusual ones that must be read."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from pillow_heif import HeifImagePlugin

from tests.drawn_pictures import design, encoded, flattened

_HEIF = HeifImagePlugin
"""Imported for what it adds to Pillow."""
SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class HostileFile:
    """``code`` is that of the refusal."""

    name: str
    content: bytes
    code: str


def hostile_files() -> Iterator[HostileFile]:
    """Some sixty of them, small ones: what is large is only said to be."""
    yield HostileFile("nothing", b"", "empty_file")
    for name, content in _not_pictures().items():
        yield HostileFile(name, content, "format_not_supported")
    for name, content in _damaged().items():
        yield HostileFile(name, content, "picture_damaged")
    for name, content in _bombs().items():
        yield HostileFile(name, content, "picture_too_large")
    for name, content in _two_things().items():
        yield HostileFile(name, content, "file_is_two_things")
    for side in (1, 2, 8, 15):
        yield HostileFile(f"{side} pixels", encoded(design(1, 40).resize((side, side))), "picture_too_small")
    for name, content in _flat().items():
        yield HostileFile(name, content, "picture_flat")
    yield from _drawings()
    yield from _documents()


def _not_pictures() -> dict[str, bytes]:
    return {
        "text": b"I am no picture, whatever my name says.",
        "executable": b"MZ\x90\x00" + bytes(400),
        "elf": b"\x7fELF" + bytes(400),
        "archive": b"PK\x03\x04" + bytes(400),
        "web page": b"<!doctype html><html><body>hello</body></html>",
        "zeros": bytes(10_000),
        "video": b"\x00\x00\x00\x18ftypisom" + bytes(400),
        "sound": b"RIFF\x00\x00\x00\x00WAVE" + bytes(400),
        "gzip": b"\x1f\x8b\x08" + bytes(400),
        "icon": b"\x00\x00\x01\x00\x01\x00" + bytes(400),
        "JPEG 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(400),
        "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n",
    }


def _damaged() -> dict[str, bytes]:
    files = {}
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"):
        whole = encoded(flattened(design(2)), kind)
        files[f"half a {kind}"] = whole[: len(whole) // 2]
        files[f"only the beginning of a {kind}"] = whole[:40]
    whole = encoded(flattened(design(2)))
    files["PNG with damaged pixels"] = whole[:60] + bytes(30) + whole[90:]
    files["PSD that ends"] = b"8BPS\x00\x01" + bytes(20)
    files["PNG of no pixels"] = _png_that_says(0, 100)
    files["PNG with a text that unpacks to 100 MB"] = _png_with_unpacking_text()
    files["PSD of no channels"] = _psd_that_says(100, 100, channels=0)
    return files


def _bombs() -> dict[str, bytes]:
    return {
        "PNG of 400 megapixels": _png_that_says(20_000, 20_000),
        "PNG of four thousand million a side": _png_that_says(2**31 - 1, 2**31 - 1),
        "PNG strip": _png_that_says(2_000_000, 20),
        "BMP of 900 megapixels": _bmp_that_says(30_000, 30_000),
        "GIF of 4 gigapixels": b"GIF89a" + b"\xff" * 4 + encoded(flattened(design(2)), "GIF")[10:],
        "51 megapixels": _png_that_says(7_150, 7_150),
        "WebP of 268 megapixels": _webp_that_says(16_383, 16_383),
        "JPEG of 4 gigapixels": _jpeg_that_says(65_500, 65_500),
        "TIFF of 900 megapixels": _tiff_that_says(30_000, 30_000),
        "PSD of 900 megapixels": _psd_that_says(30_000, 30_000, channels=3),
    }


def _two_things() -> dict[str, bytes]:
    picture = encoded(flattened(design(3)))
    return {
        "PNG and archive": picture + b"PK\x03\x04" + bytes(100),
        "PNG and page": picture + b"<html><script>alert(1)</script></html>",
        "PNG and program": picture + b"#!/bin/sh\necho hello\n",
        "PNG and much more": picture + bytes(10_000),
        "JPEG and archive": encoded(flattened(design(3)), "JPEG") + b"PK\x03\x04" + bytes(100),
        "JPEG and PDF": encoded(flattened(design(3)), "JPEG") + b"%PDF-1.7" + bytes(100),
        "WebP and archive": encoded(flattened(design(3)), "WEBP") + b"PK\x03\x04" + bytes(100),
    }


def _flat() -> dict[str, bytes]:
    return {
        "white": encoded(Image.new("RGB", (200, 200), "white")),
        "black": encoded(Image.new("L", (200, 200), 0), "JPEG"),
        "transparent": encoded(Image.new("RGBA", (200, 200), (255, 0, 0, 0))),
        "nearly flat": encoded(Image.fromarray((np.indices((200, 200)).sum(0) % 2 + 120).astype(np.uint8))),
    }


def _drawings() -> Iterator[HostileFile]:
    shape = '<path d="M0 0L9 0L4 9Z"/>'
    cases = {
        "svg_text": {"text": "<text>Firstmark</text>", "text in a group": "<g><text><tspan>a</tspan></text></g>"},
        "svg_active_content": {
            "script": "<script>alert(1)</script>",
            "foreign page": "<foreignObject/>",
            "handler": '<rect onclick="alert(1)" width="4" height="4"/>',
        },
        "svg_external_reference": {
            "file": '<image href="file:///etc/passwd" width="9" height="9"/>',
            "host": '<image href="http://127.0.0.1:1/a.png" width="9" height="9"/>',
            "relative": '<use href="other.svg#a"/>',
            "style": '<style>@import url("http://127.0.0.1:1/a.css");</style>',
            "fill": '<rect fill="url(http://127.0.0.1:1/a#b)" width="4" height="4"/>',
        },
        "svg_too_complex": {
            "depth": "<g>" * 200 + "</g>" * 200,
            "a crowd": "<g/>" * 200_001,
            "9 MB": "<!--" + "x" * 9_000_000 + "-->",
        },
        "picture_damaged": {"unclosed": "<g>"},
    }
    for code, drawings in cases.items():
        for name, content in drawings.items():
            text = f'<svg xmlns="{SVG}" viewBox="0 0 9 9">{shape}{content}</svg>'
            yield HostileFile(f"SVG with {name}", text.encode(), code)
    entities = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    yield HostileFile(
        "SVG with entities", f'{entities}<svg xmlns="{SVG}"><desc>&b;</desc></svg>'.encode(), "svg_declares_entities"
    )
    external = '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    yield HostileFile(
        "SVG with a file", f'{external}<svg xmlns="{SVG}"><desc>&a;</desc></svg>'.encode(), "svg_declares_entities"
    )
    yield HostileFile("SVG in another encoding", f'<svg xmlns="{SVG}">\xe9</svg>'.encode("latin-1"), "svg_not_utf8")


def _documents() -> Iterator[HostileFile]:
    pages = [flattened(design(seed)) for seed in (1, 2, 3)]
    yield HostileFile(
        "PDF of three pages", encoded(pages[0], "PDF", save_all=True, append_images=pages[1:]), "pdf_many_pages"
    )
    yield HostileFile("PDF with a password", _locked_pdf(), "pdf_encrypted")
    yield HostileFile("PDF that is none", b"%PDF-1.7\nnothing", "picture_damaged")


def _png_that_says(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))
        + chunk(b"IEND", b"")
    )


def _bmp_that_says(width: int, height: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (16, 16)).save(written, "BMP")
    content = bytearray(written.getvalue())
    content[18:26] = struct.pack("<ii", width, height)
    return bytes(content)


def _png_with_unpacking_text() -> bytes:
    text = b"Comment\x00\x00" + zlib.compress(bytes(100_000_000), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    whole = encoded(flattened(design(2)))
    return whole[:33] + chunk + whole[33:]  # after the signature and the header


def _jpeg_that_says(width: int, height: int) -> bytes:
    whole = encoded(flattened(design(2)), "JPEG")
    frame = whole.index(b"\xff\xc0")
    return whole[: frame + 5] + struct.pack(">HH", height, width) + whole[frame + 9 :]


def _webp_that_says(width: int, height: int) -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4)
    canvas += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + canvas + encoded(flattened(design(2)), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff_that_says(width: int, height: int) -> bytes:
    whole = bytearray(encoded(Image.new("RGB", (300, 200), "navy"), "TIFF"))
    for tag, old, new in ((256, 300, width), (257, 200, height)):
        entry = whole.index(struct.pack("<HHI", tag, 4, 1) + struct.pack("<I", old))
        whole[entry + 8 : entry + 12] = struct.pack("<I", new)
    return bytes(whole)


def _psd_that_says(width: int, height: int, *, channels: int) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, height, width, 8, 3) + bytes(14)


def _locked_pdf() -> bytes:
    """A page that the standard security handler (ISO 32000-1, 7.6.3) keeps locked: no password opens these keys."""
    locked = "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "11" * 32 + "> /U <" + "22" * 32 + "> >>"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 90 90] >>",
        locked,
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<{'00' * 16}> <{'00' * 16}>] >>\n"
    start = f"startxref\n{len(content)}\n%%EOF\n"
    return content + f"xref\n0 5\n0000000000 65535 f \n{table}{trailer}{start}".encode()
