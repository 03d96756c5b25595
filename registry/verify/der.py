"""DER (ITU-T X.690, section 10), read strictly: each value has one encoding, and only that one is read.

Only what certificates and timestamp tokens are made of: tags up to 30, definite lengths.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.verify.errors import Malformed

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
LARGEST = 1_048_576
"""Bytes of anything that is read here."""
LONGEST_IDENTIFIER = 64
"""Bytes of an object identifier; the longest in use have some twenty."""
_TIME = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z")


def context(number: int, *, constructed: bool = True) -> int:
    """The tag ``[number]``."""
    return 0xA0 + number if constructed else 0x80 + number


@dataclass(frozen=True)
class Element:
    """One value: its identifier octet, its content, and the whole encoding."""

    tag: int
    content: bytes
    encoded: bytes

    def expect(self, tag: int) -> "Element":
        """Itself. Malformed unless it has this tag."""
        if self.tag != tag:
            raise Malformed(f"A value has the tag {self.tag:02x} instead of {tag:02x}.")
        return self

    def children(self, tag: int | None = None) -> list["Element"]:
        """The values inside; ``tag`` is what the element must have."""
        if tag is not None:
            self.expect(tag)
        found = []
        place = 0
        while place < len(self.content):
            child = _read(self.content, place)
            found.append(child)
            place += len(child.encoded)
        return found

    def only_child(self, tag: int | None = None) -> "Element":
        """The one value inside."""
        found = self.children(tag)
        if len(found) != 1:
            raise Malformed(f"A value holds {len(found)} values instead of one.")
        return found[0]

    def boolean(self) -> bool:
        """BOOLEAN, section 11.1."""
        if self.expect(BOOLEAN).content not in (b"\x00", b"\xff"):
            raise Malformed("A truth value is neither 00 nor ff.")
        return self.content == b"\xff"

    def integer(self, tag: int = INTEGER) -> int:
        """INTEGER, section 8.3: in the fewest bytes."""
        content = self.expect(tag).content
        if not content or (len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1))):
            raise Malformed("A number is not in its shortest form.")
        return int.from_bytes(content, "big", signed=True)

    def octets(self) -> bytes:
        """OCTET STRING, in one piece."""
        return self.expect(OCTET_STRING).content

    def bits(self) -> bytes:
        """BIT STRING of whole bytes."""
        content = self.expect(BIT_STRING).content
        if not content or content[0] != 0:
            raise Malformed("A bit string does not consist of whole bytes.")
        return content[1:]

    def flags(self) -> set[int]:
        """BIT STRING of named bits: the numbers of those that are set."""
        content = self.expect(BIT_STRING).content
        if not content or content[0] > 7:
            raise Malformed("A bit string says that it has more than seven unused bits.")
        return {number for number in range(8 * len(content) - 8) if content[1 + number // 8] >> (7 - number % 8) & 1}

    def identifier(self) -> str:
        """OBJECT IDENTIFIER, section 8.19, with dots."""
        content = self.expect(OBJECT_IDENTIFIER).content
        if not content or content[-1] & 0x80 or len(content) > LONGEST_IDENTIFIER:
            raise Malformed("An object identifier is not one.")
        numbers, number = [], 0
        for byte in content:
            if number == 0 and byte == 0x80:
                raise Malformed("An object identifier is not in its shortest form.")
            number = number << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))

    def microseconds(self) -> int:
        """UTCTime or GeneralizedTime with Z, in microseconds since the Unix epoch, a finer fraction rounded up."""
        content = self.content
        if self.tag == UTC_TIME:
            content = (b"20" if content[:2] < b"50" else b"19") + content  # RFC 5280, section 4.1.2.5.1
            if b"." in content:
                raise Malformed("A time of two-digit years has a fraction.")
        elif self.tag != GENERALIZED_TIME:
            raise Malformed("A time has the tag of something else.")
        matched = _TIME.fullmatch(content)
        if matched is None:
            raise Malformed("A time is not in its one form.")
        try:
            moment = datetime(*(int(part) for part in matched.groups()[:6]), tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError as error:
            raise Malformed("A time is not one of any calendar.") from error
        fraction = (matched[7] or b"").ljust(9, b"0")
        return int((moment - _EPOCH).total_seconds()) * 1_000_000 - -int(fraction) // 1_000


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(encoded: bytes) -> Element:
    """The one value that ``encoded`` is, to its last byte. Malformed for everything else."""
    if len(encoded) > LARGEST:
        raise Malformed(f"The encoding is larger than {LARGEST} bytes.")
    element = _read(encoded, 0)
    if len(element.encoded) != len(encoded):
        raise Malformed("Something follows the value.")
    return element


def encode(tag: int, *contents: bytes) -> bytes:
    """The encoding of a value with this tag, whose content are ``contents`` one after the other."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _read(encoded: bytes, place: int) -> Element:
    header = encoded[place : place + 2]
    if len(header) < 2:
        raise Malformed("The encoding ends within a value.")
    tag, length = header
    if tag & 0x1F == 0x1F:
        raise Malformed("A tag is longer than any that is used here.")
    start = place + 2
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4 or start + octets > len(encoded):
            raise Malformed("A length is indefinite or absurd.")
        length = int.from_bytes(encoded[start : start + octets], "big")
        if length < 0x80 or length >> 8 * (octets - 1) == 0:
            raise Malformed("A length is not in its shortest form.")
        start += octets
    end = start + length
    if end > len(encoded):
        raise Malformed("The encoding ends within a value.")
    return Element(tag, encoded[start:end], encoded[place:end])
