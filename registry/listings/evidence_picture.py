"""The picture that shows a match at a glance: the work, the listing, and the listing laid back over the work.

Drawn from the sandbox's rasters; no untrusted file is decoded here. It bears no text: titles belong
into the page or report around it, where any script can be shown.
"""

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from registry.imaging.view import between_centres
from registry.similarity.answer import Match, Polygon

PANEL_SIDE = 384
ALIGNED_SIDE = 640
"""Longer side of a listing laid back over the work: about what a page shows it at."""
_MARGIN = 16
_OUTLINE = (214, 40, 40)
_GROUND = (246, 246, 244)
_CHECKER = (np.indices((PANEL_SIDE, PANEL_SIDE)).sum(axis=0) // 12 % 2 * 18 + 228).astype(np.uint8)


def evidence_picture(
    work: NDArray[np.uint8],
    listing: NDArray[np.uint8],
    match: Match,
    work_size: tuple[int, int],
    listing_size: tuple[int, int],
) -> bytes:
    """A PNG of three panels. Rasters are RGBA; sizes are (width, height) of the pictures that the regions lie in."""
    sheet = Image.new("RGB", (3 * PANEL_SIDE + 4 * _MARGIN, PANEL_SIDE + 2 * _MARGIN), _GROUND)
    size = _fitted(work)
    overlay = _overlay(work, listing, match, work_size=work_size, listing_size=listing_size, size=size)
    panels = [
        _outlined(_on_checker(work, size), match.region_of_work, work_size),
        _outlined(_on_checker(listing, _fitted(listing)), match.region, listing_size),
        overlay,
    ]
    for number, panel in enumerate(panels):
        left = _MARGIN + number * (PANEL_SIDE + _MARGIN) + (PANEL_SIDE - panel.width) // 2
        sheet.paste(panel, (left, _MARGIN + (PANEL_SIDE - panel.height) // 2))
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


def aligned_listing(
    listing: NDArray[np.uint8], match: Match, work_size: tuple[int, int], listing_size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The listing as it lies over the whole registered picture, RGBA, transparent where it does not reach."""
    scale = ALIGNED_SIDE / max(work_size)
    size = (max(1, round(work_size[0] * scale)), max(1, round(work_size[1] * scale)))
    return _laid_over(listing, match, work_size=work_size, listing_size=listing_size, size=size)


def _overlay(
    work: NDArray[np.uint8],
    listing: NDArray[np.uint8],
    match: Match,
    *,
    work_size: tuple[int, int],
    listing_size: tuple[int, int],
    size: tuple[int, int],
) -> Image.Image:
    """The listing laid back over the work, half transparent, where the match says that the work lies."""
    laid = _laid_over(listing, match, work_size=work_size, listing_size=listing_size, size=size)
    return Image.blend(_on_checker(work, size), _on_checker(laid, size), 0.5)


def _laid_over(
    listing: NDArray[np.uint8],
    match: Match,
    *,
    work_size: tuple[int, int],
    listing_size: tuple[int, int],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    to_panel = np.array(size, np.float64) / work_size
    to_raster = np.array(listing.shape[1::-1], np.float64) / listing_size
    found = cv2.getPerspectiveTransform(
        (np.array(match.frame) * to_raster).astype(np.float32),
        (np.array(match.frame_of_work) * to_panel).astype(np.float32),
    )
    laid = cv2.warpPerspective(
        np.ascontiguousarray(listing), between_centres(np.asarray(found, np.float64)), size, flags=cv2.INTER_AREA
    )
    return np.asarray(laid, np.uint8)


def _fitted(raster: NDArray[np.uint8]) -> tuple[int, int]:
    height, width = raster.shape[:2]
    scale = PANEL_SIDE / max(height, width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on_checker(raster: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """Transparent parts show a checkerboard, so that neither black nor white logos vanish."""
    ground = Image.fromarray(_CHECKER).convert("RGBA").crop((0, 0, *size))
    picture = Image.fromarray(np.ascontiguousarray(raster)).resize(size, Image.Resampling.BICUBIC)
    return Image.alpha_composite(ground, picture).convert("RGB")


def _outlined(panel: Image.Image, region: Polygon, size: tuple[int, int]) -> Image.Image:
    across, down = (panel.width - 1) / size[0], (panel.height - 1) / size[1]
    corners = [(x * across, y * down) for x, y in region]
    ImageDraw.Draw(panel).line([*corners, corners[0]], fill=_OUTLINE, width=3, joint="curve")
    return panel
