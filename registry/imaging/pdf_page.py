"""PDF: the one page of a document, drawn by PDFium. Runs in the sandbox only."""

import pypdfium2
from PIL import Image

from registry.errors import Refused
from registry.imaging import refusals

RENDER_SIDE = 1_600
"""Pixels of the longer side that a page is rendered at: enough for every fingerprint."""


def page_image(content: bytes) -> Image.Image:
    """The page, RENDER_SIDE pixels on its longer side, on white. Raises Refused."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused(
                "pdf_encrypted", "The PDF is locked with a password.", hint="Save it without a password."
            ) from error
        raise refusals.damaged("begins like a PDF, but cannot be read as one") from error
    if len(document) != 1:
        raise Refused(
            "pdf_many_pages",
            f"The PDF has {len(document)} pages, and each work needs an entry of its own.",
            hint="Save every page as a file of its own and upload those that show a design.",
        )
    try:
        page = document[0]
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            raise refusals.damaged("says that its page has no size")
        rendered = page.render(scale=RENDER_SIDE / max(width, height))
        image: Image.Image = rendered.to_pil()
        return image.convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise refusals.damaged("has a page that cannot be drawn") from error
