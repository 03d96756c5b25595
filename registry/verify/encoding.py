"""Strict text encodings: each function accepts exactly what it would write."""

import base64
import re

from registry.verify.errors import Malformed

HASH_BYTES = 32
"""SHA-256."""
LARGEST_INDEX = 2**63 - 1
"""Indices and sizes fit a signed 64-bit integer, as in Go's tlog and in every database."""
_LONGEST_QUOTE = 80
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_HEX = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


def decimal(text: str) -> int:
    """An integer from 0 to 2^63 - 1 without sign, space or leading zero."""
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST_INDEX:
        raise Malformed(f"{quoted(text)} is not a plain decimal number up to 2^63 - 1.")
    return int(text)


def base64_bytes(text: str) -> bytes:
    """Standard base64 (RFC 4648, section 4), with its padding and with zeros in the unused bits."""
    if not _BASE64.fullmatch(text):  # what the library refuses differs between versions of Python
        raise Malformed(f"{quoted(text)} is not base64.")
    decoded = base64.b64decode(text)
    if base64_text(decoded) != text:
        raise Malformed(f"{quoted(text)} is not the one base64 form of its bytes.")
    return decoded


def base64_text(content: bytes) -> str:
    """``content`` in standard base64."""
    return base64.b64encode(content).decode("ascii")


def base64_hash(text: str) -> bytes:
    """A 32-byte hash in base64."""
    decoded = base64_bytes(text)
    if len(decoded) != HASH_BYTES:
        raise Malformed(f"A hash has {len(decoded)} bytes instead of {HASH_BYTES}.")
    return decoded


def hex_bytes(text: object, length: int) -> bytes:
    """``length`` bytes in lower-case hexadecimal."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise Malformed(f"{quoted(text)} is not lower-case hexadecimal.")
    if len(text) != 2 * length:
        raise Malformed(f"{quoted(text)} has {len(text) // 2} bytes instead of {length}.")
    return bytes.fromhex(text)


def hashes_in(content: bytes) -> list[bytes]:
    """The 32-byte hashes that stand in ``content`` one behind the other; the last is shorter if bytes are missing."""
    return [content[place : place + HASH_BYTES] for place in range(0, len(content), HASH_BYTES)]


def utf8(text: str) -> bytes:
    """``text`` in UTF-8, which half of a surrogate pair does not have."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("A text holds half of a surrogate pair, which no Unicode text can.") from error


def utf8_text(encoded: bytes) -> str:
    """The text that ``encoded`` is the UTF-8 of."""
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("The bytes are not UTF-8 text.") from error


def quoted(value: object) -> str:
    """``value`` as it may stand in a sentence: short, in quotation marks, without anything that steers a terminal."""
    shown = ascii(value)
    return shown if len(shown) <= _LONGEST_QUOTE else f"{shown[:_LONGEST_QUOTE]}..."


def printable(text: str) -> str:
    """``text`` with an escape for each character that steers a terminal or turns the direction of writing."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
