"""SVG: checked before it is drawn, then drawn by resvg without fonts, files or hosts. Runs in the sandbox only."""

import io
import re
from xml.etree import ElementTree
from xml.parsers import expat

import resvg_py
from PIL import Image

from registry.errors import Refused
from registry.imaging import refusals

RENDER_SIDE = 1_024
"""Pixels of the longer side that a drawing without pixels of its own is rendered at."""
LARGEST_SVG = 8_000_000
"""Bytes; the largest of 10,000 clip-art drawings looked at had 6 million."""
MOST_ELEMENTS = 200_000
DEEPEST_NESTING = 128
_SVG = "{http://www.w3.org/2000/svg}"
_TEXT = {_SVG + name for name in ("text", "tspan", "textPath", "tref")}
_FOREIGN = {_SVG + name for name in ("foreignObject", "script", "iframe", "audio", "video")}
_REFERENCES = {"href", "{http://www.w3.org/1999/xlink}href", "src"}
_CSS_REFERENCE = re.compile(r"url\(\s*['\"]?\s*(?!['\"]?#)|@import|expression\(", re.IGNORECASE)


def svg_image(content: bytes) -> Image.Image:
    """The drawing, RENDER_SIDE pixels on its longer side, transparent where nothing is drawn. Raises Refused."""
    if len(content) > LARGEST_SVG:
        raise _refused("svg_too_complex", "The drawing is larger than 8 MB.", "Simplify its paths, or upload a PNG.")
    text = _checked_text(content)
    try:
        png = resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True)
        with Image.open(io.BytesIO(bytes(png)), formats=["PNG"]) as natural:
            width, height = natural.size
    except (ValueError, OSError) as error:
        raise refusals.damaged("is no drawing that can be rendered") from error
    scaled = (RENDER_SIDE, None) if width >= height else (None, RENDER_SIDE)
    png = resvg_py.svg_to_bytes(svg_string=text, skip_system_fonts=True, width=scaled[0], height=scaled[1])
    with Image.open(io.BytesIO(bytes(png)), formats=["PNG"]) as image:
        return image.convert("RGBA")


def _checked_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            "svg_not_utf8", "The drawing is not in UTF-8.", "Save it again as plain SVG in UTF-8."
        ) from error
    _refuse_declarations(content)
    depth = elements = 0
    try:
        # Entities, the known danger of this parser, were refused above, and this process has no files or sockets.
        for event, element in ElementTree.iterparse(io.StringIO(text), events=("start", "end")):  # noqa: S314
            if event == "end":
                depth -= 1
                element.clear()
                continue
            depth, elements = depth + 1, elements + 1
            if elements == 1 and element.tag != _SVG + "svg":
                raise refusals.damaged("is XML, but no SVG drawing")
            if depth > DEEPEST_NESTING or elements > MOST_ELEMENTS:
                raise _refused(
                    "svg_too_complex", "The drawing has too many or too deeply nested parts.", "Flatten or simplify it."
                )
            _check_element(element)
    except (ElementTree.ParseError, ValueError) as error:
        raise refusals.damaged("is not well-formed XML") from error
    if _CSS_REFERENCE.search(text):
        raise _external()
    return text


def _refuse_declarations(content: bytes) -> None:
    """Entities can multiply and point at files; a document type declaration that declares none is harmless."""

    def refuse(*_: object) -> None:
        raise _refused(
            "svg_declares_entities",
            "The drawing declares XML entities, which can hide or multiply content.",
            "Save it as plain SVG.",
        )

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise refusals.damaged("is not well-formed XML") from error


def _check_element(element: ElementTree.Element) -> None:
    if element.tag in _FOREIGN:
        raise _refused(
            "svg_active_content",
            "The drawing holds scripts or foreign documents.",
            "Save it as plain SVG, without scripts and embedded pages.",
        )
    if element.tag in _TEXT:
        raise _refused(
            "svg_text",
            "The drawing holds live text, which looks different with the fonts of every machine.",
            "Convert the text to outlines (paths), then save again.",
        )
    for name, value in element.attrib.items():
        if name in _REFERENCES and not value.lstrip().startswith("#"):
            raise _external()
        if name.lower().startswith("on"):
            raise _refused("svg_active_content", "The drawing holds scripts.", "Save it as plain SVG, without scripts.")


def _external() -> Refused:
    return _refused(
        "svg_external_reference",
        "The drawing points at something outside its own shapes: a file, a host or an embedded picture.",
        "Draw everything in the SVG itself, or upload the rendered picture as PNG.",
    )


def _refused(code: str, message: str, hint: str) -> Refused:
    return Refused(code, message, hint=hint)
