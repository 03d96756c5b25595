"""Committing to a claim: a fresh salt for each field, and the one hash that the entry carries. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.errors import Refused
from registry.ids import Randomness
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import MOST_FIELDS, SALT_BYTES, ClaimField, commitment
from registry.verify.errors import Malformed


@dataclass(frozen=True)
class CommittedClaim:
    """``fields`` under their 32-byte digests, and ``commit``, the 32-byte commitment to all of them."""

    fields: Mapping[bytes, ClaimField]
    commit: bytes


def commit_to(claim: Mapping[str, JsonValue], randomness: Randomness) -> CommittedClaim:
    """Salts are drawn in the order of the fields' names. Refuses (``claim_malformed``) what has no canonical form."""
    fields: dict[bytes, ClaimField] = {}
    try:
        if len(claim) > MOST_FIELDS:
            raise Malformed(f"A claim has more than {MOST_FIELDS} fields.")
        for name in sorted(claim):
            field = ClaimField(name, claim[name], randomness.take(SALT_BYTES))
            fields[field.digest()] = field
        return CommittedClaim(fields, commitment(fields))
    except Malformed as error:
        raise Refused(
            "claim_malformed",
            f"The claim cannot be recorded: {error}",
            hint="Give texts, lists and objects of a reasonable size, and whole numbers up to 2^53 - 1.",
        ) from error
