"""The private claim of an entry: what its commitment commits to, field by field.

Names and meaning are for ever, as courts will read them: add, never change.
"""

from collections.abc import Sequence

from registry.similarity.answer import Match
from registry.verify.canonical_json import JsonValue
from registry.works.models import WorkVersion
from registry.works.schemas import AmendmentInput, ClaimInput
from registry.works.version import Picture

_SCORE_UNIT = 10_000
"""Scores stand in the claim in ten-thousandths: canonical JSON here has whole numbers only."""


def registration_fields(claim: ClaimInput, title: str, picture: Picture) -> dict[str, JsonValue]:
    """Every field of a registration's claim. Each gets a salt of its own, so each can be disclosed alone."""
    return {**_declared(claim), "title": title, **_picture_fields(picture)}


def amendment_fields(
    amendment: AmendmentInput, earlier: Sequence[WorkVersion], picture: Picture | None
) -> dict[str, JsonValue]:
    """Every field of an amendment's claim; ``earlier`` are the work's states so far, oldest first."""
    return {
        **_declared(amendment),
        "earlier_versions": [
            {"index": version.entry_index, "file_sha256": version.file_sha256}
            for version in earlier
            if version.file_sha256 is not None
        ],
        **({} if picture is None else _picture_fields(picture)),
    }


def _declared(claim: ClaimInput | AmendmentInput) -> dict[str, JsonValue]:
    declared: dict[str, JsonValue] = claim.model_dump(exclude={"title"}, exclude_none=True, exclude_defaults=True)
    return declared


def _picture_fields(picture: Picture) -> dict[str, JsonValue]:
    reading, answer = picture.reading, picture.answer
    return {
        "original_name": picture.upload.name,
        "file_sha256": reading.sha256,
        "file_size": reading.size,
        "media_type": reading.media_type,
        "width": reading.width,
        "height": reading.height,
        "canonical_version": reading.canonical_version,
        "canonical_digest": reading.canonical_digest,
        **{f"fingerprint/{f.algorithm}/{f.ground}": f.bits.hex() for f in reading.fingerprints},
        "findings": [_finding(match) for match in answer.matches],
        "findings_model": answer.model,
        "findings_seen": answer.index_size,
    }


def _finding(match: Match) -> JsonValue:
    return {
        "work_id": match.work_id,
        "index": match.entry_index,
        "verdict": match.verdict.value,
        "relation": match.relation.value,
        "score_e4": round(match.score * _SCORE_UNIT),
        "transform": match.transform,
    }
