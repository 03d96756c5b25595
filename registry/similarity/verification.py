"""The decision on pixels: whether a proposed work really is the listing's picture, and how it was changed."""

from typing import TypedDict

import numpy as np

from registry.imaging.picture import Reading
from registry.imaging.symmetry import Symmetry
from registry.similarity.answer import Match, Polygon, Relation, Verdict
from registry.similarity.catalogue import RegisteredPicture
from registry.similarity.comparison import Comparison, compare
from registry.similarity.decision import score_of
from registry.similarity.proposal import Proposal

MATCH_LUMA = 0.94
"""Correlation from which a whole picture is called a copy. Copies at JPEG quality 30 measured at least 0.996, at a
quarter of the size 0.961; of 49 photographs the nearest of 500 designs reached 0.75."""
MATCH_WORST_BLOCK = 0.8
"""Copies measured at most 0.62; a different detail in an equal outline, 1.6."""
REVIEW_LUMA = 0.88
RECOLOURED = 0.9
"""Colour correlation below which the words say so."""
_HIGHEST_UNCERTAIN_SCORE = 0.999
"""A score of 1 is kept for identical files and pixels."""
_SCALE_TOLERANCE = 0.05


def verify(work: RegisteredPicture, reading: Reading, proposal: Proposal) -> Match | None:
    """The match that the pixels bear out, or None."""
    if work.file_sha256 == reading.sha256:
        return _identical(work, reading, Relation.IDENTICAL_FILE, "unchanged, the same file")
    if work.canonical_digest == reading.canonical_digest:
        return _identical(work, reading, Relation.IDENTICAL_PIXELS, "unchanged pixels in another file")
    upright = proposal.symmetry.inverse.apply(reading.raster)
    compared = compare(work.raster, upright, proposal.inverted)
    if compared.luma < REVIEW_LUMA:
        return None
    certain = compared.luma >= MATCH_LUMA and compared.worst_block <= MATCH_WORST_BLOCK
    return Match(
        work_id=work.work_id,
        entry_index=work.entry_index,
        verdict=Verdict.MATCH if certain else Verdict.REVIEW,
        relation=Relation.PICTURE_THEFT,
        score=_score(compared),
        coverage_of_work=1.0,
        share_of_listing=1.0,
        transform=_words(work, reading, proposal, compared),
        **_places(work, reading, proposal.symmetry),
    )


def _score(compared: Comparison) -> float:
    """On the scale of the calibrated scores: what differs most, overall or in one block, decides; then the colours."""
    overall = (compared.luma - REVIEW_LUMA) / (MATCH_LUMA - REVIEW_LUMA)
    in_one_block = 2 - compared.worst_block / MATCH_WORST_BLOCK
    certainty = max(0.0, min(overall, in_one_block))
    if certainty > 1 and compared.colour is not None:
        certainty = 1 + (certainty - 1) * (1 + max(compared.colour, 0.0)) / 2
    return round(min(score_of(certainty), _HIGHEST_UNCERTAIN_SCORE), 4)


def _identical(work: RegisteredPicture, reading: Reading, relation: Relation, words: str) -> Match:
    return Match(
        work_id=work.work_id,
        entry_index=work.entry_index,
        verdict=Verdict.MATCH,
        relation=relation,
        score=1.0,
        coverage_of_work=1.0,
        share_of_listing=1.0,
        transform=words,
        **_places(work, reading, Symmetry.IDENTITY),
    )


def _words(work: RegisteredPicture, reading: Reading, proposal: Proposal, compared: Comparison) -> str:
    turned = proposal.symmetry.quarter_turns % 2 == 1
    width, height = (reading.height, reading.width) if turned else (reading.width, reading.height)
    across, down = width / work.width, height / work.height
    parts = [proposal.symmetry.words] if proposal.symmetry.words else []
    if proposal.inverted:
        parts.append("inverted")
    if compared.grey:
        parts.append("greyscale")
    elif compared.colour is not None and compared.colour < RECOLOURED:
        parts.append("recoloured")
    if abs(across / down - 1) > _SCALE_TOLERANCE:
        parts.append(f"stretched to {across:.0%} of the width and {down:.0%} of the height")
    elif abs(across - 1) > _SCALE_TOLERANCE:
        parts.append(f"scaled to {across:.0%}")
    return ", ".join(parts) or "re-encoded"


class _Places(TypedDict):
    region: Polygon
    region_of_work: Polygon
    frame: Polygon
    frame_of_work: Polygon


def _places(work: RegisteredPicture, reading: Reading, symmetry: Symmetry) -> _Places:
    """Where the work's ink lies in both pictures, and where its corners do."""
    left, top, right, bottom = work.ink
    ink = ((left, top), (right, top), (right, bottom), (left, bottom))
    frame = _turned(symmetry, reading.width, reading.height)
    origin, across, down = (np.array(frame[number]) for number in (0, 1, 3))
    region = [origin + (across - origin) * (x / work.width) + (down - origin) * (y / work.height) for x, y in ink]
    return _Places(
        region=tuple((round(float(x), 2), round(float(y), 2)) for x, y in region),
        region_of_work=ink,
        frame=frame,
        frame_of_work=_whole(work.width, work.height),
    )


def _whole(width: int, height: int) -> Polygon:
    return ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))


def _turned(symmetry: Symmetry, width: int, height: int) -> Polygon:
    """Where the corners of a work lie in a listing of ``width`` by ``height`` that shows it under ``symmetry``."""
    corners = np.array([[0, 1], [3, 2]])  # as an array of pixels, so that the symmetry itself moves them
    moved = symmetry.apply(corners)
    at = {int(moved[row, column]): (column * float(width), row * float(height)) for row in (0, 1) for column in (0, 1)}
    return tuple(at[number] for number in range(4))
