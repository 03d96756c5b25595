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


class DrawnRandomness:
    """``count`` bytes of ``source``, drawn at once and given out piece by piece.

    Each draw lets go of the interpreter's lock, for which other threads queue: many claims are salted from one.
    """

    def __init__(self, source: Randomness, count: int) -> None:
        self._drawn = source.take(count)
        self._place = 0

    def take(self, count: int) -> bytes:
        """ValueError if so many are not left: no byte is given out twice."""
        start, self._place = self._place, self._place + count
        if self._place > len(self._drawn):
            raise ValueError("more randomness was asked for than was drawn")
        return self._drawn[start : self._place]


def new_id(prefix: str, randomness: Randomness) -> str:
    """An opaque identifier such as ``wrk_7zq3...``: prefix, underscore, 26 Crockford base32 digits in lower case."""
    number = int.from_bytes(randomness.take(SUBJECT_BYTES), "big")
    digits = "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{digits}"
