"""Recursive Length Prefix (Ethereum's Yellow Paper, appendix B): nested lists of byte strings.

``decode`` accepts exactly the bytes that ``encode`` writes.
"""

from collections.abc import Sequence
from typing import TypeAlias

from registry.verify.errors import Malformed

Item: TypeAlias = "bytes | Sequence[Item]"

DEEPEST_NESTING = 16
"""Lists inside each other: a receipt has four, and no input may exhaust a parser's stack."""
_STRING, _LONG_STRING, _LIST, _LONG_LIST = 0x80, 0xB7, 0xC0, 0xF7
_SHORT = 55
"""Bytes whose number stands in the prefix itself."""


def encode(item: Item) -> bytes:
    """The encoding of a byte string, or of a list of such and of lists."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _STRING:
            return item
        return _prefix(len(item), _STRING, _LONG_STRING) + item
    content = b"".join(map(encode, item))
    return _prefix(len(content), _LIST, _LONG_LIST) + content


def encode_integer(number: int) -> bytes:
    """The encoding of a whole number from 0."""
    return encode(integer_bytes(number))


def integer_bytes(number: int) -> bytes:
    """Big-endian and as short as can be: nothing for 0."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode(encoded: bytes) -> Item:
    """The one item that ``encoded`` is. Malformed unless ``encode`` writes it so."""
    item, end = _decoded(encoded, 0, 0)
    if end != len(encoded):
        raise Malformed("There are bytes behind the end of an RLP item.")
    return item


def decode_list(encoded: bytes) -> list[Item]:
    """As ``decode``, of a list."""
    return as_list(decode(encoded))


def as_list(item: Item) -> list[Item]:
    """Malformed unless ``item`` is a list."""
    if isinstance(item, bytes):
        raise Malformed("An RLP item is a byte string where a list belongs.")
    return list(item)


def as_bytes(item: Item, length: int | None = None) -> bytes:
    """Malformed unless ``item`` is a byte string, of ``length`` bytes where that is given."""
    if not isinstance(item, bytes):
        raise Malformed("An RLP item is a list where a byte string belongs.")
    if length is not None and len(item) != length:
        raise Malformed(f"An RLP item has {len(item)} bytes instead of {length}.")
    return item


def as_integer(item: Item, longest: int = 8) -> int:
    """Malformed unless ``item`` is a whole number of up to ``longest`` bytes in its shortest form."""
    content = as_bytes(item)
    if len(content) > longest or content[:1] == b"\x00":
        raise Malformed(f"An RLP item is no whole number of up to {longest} bytes.")
    return int.from_bytes(content, "big")


def _prefix(length: int, short: int, long: int) -> bytes:
    if length <= _SHORT:
        return bytes([short + length])
    digits = integer_bytes(length)
    return bytes([long + len(digits)]) + digits


def _decoded(encoded: bytes, place: int, depth: int) -> tuple[Item, int]:
    """The item that begins at ``place``, and where it ends."""
    if depth > DEEPEST_NESTING:
        raise Malformed(f"An RLP item is nested deeper than {DEEPEST_NESTING} levels.")
    if place >= len(encoded):
        raise Malformed("An RLP item ends before it begins.")
    first = encoded[place]
    if first < _STRING:
        return encoded[place : place + 1], place + 1
    is_list = first >= _LIST
    start, end = _content(encoded, place, *((_LIST, _LONG_LIST) if is_list else (_STRING, _LONG_STRING)))
    if not is_list:
        content = encoded[start:end]
        if len(content) == 1 and content[0] < _STRING:
            raise Malformed("An RLP item of one byte is not in its shortest form.")
        return content, end
    items: list[Item] = []
    while start < end:
        item, start = _decoded(encoded, start, depth + 1)
        items.append(item)
    if start != end:
        raise Malformed("An RLP item reaches beyond the end of its list.")
    return items, end


def _content(encoded: bytes, place: int, short: int, long: int) -> tuple[int, int]:
    """Where the content of the item at ``place`` begins and ends."""
    first = encoded[place]
    start, length = place + 1, first - short
    if first > long:
        start += first - long
        digits = encoded[place + 1 : start]
        length = int.from_bytes(digits, "big")
        if digits[:1] == b"\x00" or length <= _SHORT:
            raise Malformed("The length of an RLP item is not in its shortest form.")
    if start + length > len(encoded):
        raise Malformed("An RLP item is longer than what is there.")
    return start, start + length
