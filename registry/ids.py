"""Random identifiers and salts, from a source that is passed in."""

import secrets
from typing import Protocol

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
SUBJECT_BYTES = 16
"""128 random bits: the birthday bound leaves 2^-47 for a collision among 2^40 subjects."""


class Randomness(Protocol):
    """Tells unpredictable bytes."""

    def take(self, count: int) -> bytes: ...


class SystemRandomness:
    """The operating system's generator."""

    def take(self, count: int) -> bytes:
        return secrets.token_bytes(count)


def new_id(prefix: str, randomness: Randomness) -> str:
    """An opaque identifier such as ``wrk_7zq3...``: prefix, underscore, 26 Crockford base32 digits in lower case."""
    number = int.from_bytes(randomness.take(SUBJECT_BYTES), "big")
    digits = "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{digits}"
