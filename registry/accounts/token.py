"""The text of an API key.

``fmk_`` + 26 digits that name the key + 32 random digits + 7 digits of checksum, all in Crockford's
base 32, lower case. The prefix and the checksum let a scanner find a leaked key in a text, and let
a mistyped one be told from a revoked one without asking the database. Regular expression:
``fmk_[0-9a-hjkmnp-tv-z]{65}``.
"""

import hmac
import zlib
from dataclasses import dataclass, field
from typing import Self

from registry import errors
from registry.ids import CROCKFORD, Randomness

PREFIX = "fmk_"
NAME_DIGITS = 26
"""As many as an identifier of ``ids.new_id`` has."""
SECRET_BYTES = 20
"""160 random bits: beyond guessing, and a whole number of base 32 digits."""
SECRET_DIGITS = 32
CHECKSUM_DIGITS = 7
"""CRC-32 (zlib's) in base 32, the highest digit below 4."""

_MAC_DOMAIN = b"registry/api-key/v1\n"
_BITS_PER_DIGIT = 5


@dataclass(frozen=True)
class Token:
    """A key's text, known to be well formed. Only its holder keeps it; ``repr`` does not show it."""

    key_id: str
    text: str = field(repr=False)

    @classmethod
    def generate(cls, key_id: str, randomness: Randomness) -> Self:
        """A new token for the key ``key_...``."""
        secret = int.from_bytes(randomness.take(SECRET_BYTES), "big")
        body = PREFIX + key_id.removeprefix("key_") + _digits(secret, SECRET_DIGITS)
        return cls(key_id, body + _checksum(body))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The token that ``text`` is; Unauthenticated (``key_malformed``) if a character is missing or mistyped."""
        body, checksum = text[:-CHECKSUM_DIGITS], text[-CHECKSUM_DIGITS:]
        name = body[len(PREFIX) : len(PREFIX) + NAME_DIGITS]
        if (
            not text.startswith(PREFIX)
            or len(body) != len(PREFIX) + NAME_DIGITS + SECRET_DIGITS
            or not set(body[len(PREFIX) :]) <= set(CROCKFORD)
            or checksum != _checksum(body)
        ):
            raise errors.Unauthenticated(
                "key_malformed",
                "This is no API key of Firstmark, or a part of it is missing or mistyped.",
                hint=f"Copy the whole key: {PREFIX} and 65 more characters.",
            )
        return cls(f"key_{name}", text)

    def hmac(self, secret: bytes) -> bytes:
        """HMAC-SHA-256 (RFC 2104) of the text under the installation's secret: what is stored instead of it."""
        return hmac.digest(secret, _MAC_DOMAIN + self.text.encode("ascii"), "sha256")


def _checksum(body: str) -> str:
    return _digits(zlib.crc32(body.encode()), CHECKSUM_DIGITS)


def _digits(number: int, count: int) -> str:
    return "".join(CROCKFORD[(number >> _BITS_PER_DIGIT * place) & 31] for place in range(count - 1, -1, -1))
