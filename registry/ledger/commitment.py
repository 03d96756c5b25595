"""Committing to a claim: a fresh salt for each field, and the one hash that the entry carries. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.errors import Refused
from registry.ids import Randomness
from registry.ledger.openings import pack
from registry.verify.canonical_json import JsonValue
from registry.verify.commitment import (
    MOST_FIELDS,
    SALT_BYTES,
    commitment_to_sorted,
    field_content,
    opening_digest,
)
from registry.verify.errors import Malformed


@dataclass(slots=True)  # not frozen, which would cost more than the rest: one is made for every entry
class CommittedClaim:
    """``commit``, the 32-byte commitment to all fields, and what opens it.

    ``digests`` are the fields' digests, sorted, one behind the other; ``openings`` has salt || JCS([name,
    value]) of each field, in the order of the names, as :mod:`registry.ledger.openings` packs them.
    """

    commit: bytes
    digests: bytes
    openings: bytes


def commit_to(claim: Mapping[str, JsonValue], randomness: Randomness) -> CommittedClaim:
    """Salts are drawn in the order of the fields' names. Refuses (``claim_malformed``) what has no canonical form."""
    try:
        if len(claim) > MOST_FIELDS:
            raise Malformed(f"A claim has more than {MOST_FIELDS} fields.")
        salts = randomness.take(SALT_BYTES * len(claim))
        openings, place = [], 0
        for name in sorted(claim):
            openings.append(salts[place : place + SALT_BYTES] + field_content(name, claim[name]))
            place += SALT_BYTES
    except Malformed as error:
        raise Refused(
            "claim_malformed",
            f"The claim cannot be recorded: {error}",
            hint="Give texts, lists and objects of a reasonable size, and whole numbers up to 2^53 - 1.",
        ) from error
    digests = b"".join(sorted(map(opening_digest, openings)))
    return CommittedClaim(commitment_to_sorted(digests), digests, pack(openings))
