"""Strict text encodings: each accepts exactly what it would write."""

import base64
import binascii
import re

from registry.verify.errors import Malformed

HASH_BYTES = 32
LARGEST_INDEX = 2**63 - 1
"""Indices and sizes fit a signed 64-bit integer, as in Go's tlog and in every database."""
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


def decimal(text: str) -> int:
    """A non-negative integer without sign, space or leading zero, at most 2^63 - 1."""
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST_INDEX:
        raise Malformed(f"{text[:40]!r} is not a plain decimal number")
    return int(text)


def base64_bytes(text: str) -> bytes:
    """Standard base64 (RFC 4648, section 4) with its padding and with zero unused bits."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed(f"{text[:60]!r} is not base64") from error
    if base64_text(decoded) != text:
        raise Malformed(f"{text[:60]!r} is not canonical base64")
    return decoded


def base64_text(content: bytes) -> str:
    """``content`` in standard base64."""
    return base64.b64encode(content).decode("ascii")


def base64_hash(text: str) -> bytes:
    """A 32-byte hash in base64."""
    decoded = base64_bytes(text)
    if len(decoded) != HASH_BYTES:
        raise Malformed(f"a hash has {len(decoded)} bytes instead of {HASH_BYTES}")
    return decoded


def hex_bytes(text: object, length: int | None = None) -> bytes:
    """Lower-case hexadecimal, ``length`` bytes of it where given."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise Malformed(f"{str(text)[:70]!r} is not lower-case hexadecimal")
    decoded = bytes.fromhex(text)
    if length is not None and len(decoded) != length:
        raise Malformed(f"{text[:70]!r} has {len(decoded)} bytes instead of {length}")
    return decoded
