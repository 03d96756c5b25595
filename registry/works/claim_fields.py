"""The private claim of an entry: what its commitment commits to, field by field.

Names and meaning are for ever, as courts will read them: add, never change.
"""

from registry.imaging.picture import Reading
from registry.similarity.answer import Answer, Match
from registry.verify.canonical_json import JsonValue
from registry.works.schemas import ClaimInput

_SCORE_UNIT = 10_000
"""Scores stand in the claim in ten-thousandths: canonical JSON here has whole numbers only."""


def claim_fields(
    claim: ClaimInput, title: str, original_name: str, reading: Reading, answer: Answer
) -> dict[str, JsonValue]:
    """Every field of a registration's claim. Each gets a salt of its own, so each can be disclosed alone."""
    declared: dict[str, JsonValue] = claim.model_dump(exclude={"title"}, exclude_none=True, exclude_defaults=True)
    return {
        **declared,
        "title": title,
        "original_name": original_name,
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
