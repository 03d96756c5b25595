"""What opens a claim's digests, as one value of the database: each opening behind its length. Pure."""

from collections.abc import Iterable

from registry.verify.errors import Malformed

LENGTH_BYTES = 4
"""Big-endian: the largest field has a mebibyte."""


def pack(openings: Iterable[bytes]) -> bytes:
    """``openings`` as one value, in their order."""
    return b"".join([len(opening).to_bytes(LENGTH_BYTES, "big") + opening for opening in openings])


def unpack(packed: bytes) -> list[bytes]:
    """What was packed. Malformed if ``packed`` does not end where an opening does."""
    found = []
    place, end = 0, len(packed)
    while place < end:
        start = place + LENGTH_BYTES
        place = start + int.from_bytes(packed[place:start], "big")
        found.append(packed[start:place])
    if place != end:
        raise Malformed("The openings of a claim are cut off.")
    return found
