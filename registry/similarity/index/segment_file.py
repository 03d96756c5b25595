"""The file of a segment: named arrays one after the other, mapped into memory as they lie.

The first 16 bytes are MAGIC, then come the length of a JSON object in 8 bytes (least significant first) and the
object, which gives the shape of each array; the arrays follow in its order, each from a multiple of 64 bytes on.
What element types the names stand for is for the reader to know: the version in MAGIC changes with them.
"""

import hashlib
import json
import mmap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"firstmark-idx/2\n"
_ALIGNED = 64
_LENGTH = 8
_CHUNK = 1 << 24

Arrays = Mapping[str, NDArray[Any]]
Types = Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]]
"""By an array's name, the type of its elements and its shape from the second axis on."""


class Damaged(Exception):
    """A file of the index is not what the manifest says. The index is derived: it can be made again."""


def encoded(arrays: Arrays) -> Iterator[bytes | memoryview]:
    """The file's bytes, piece by piece."""
    shapes = json.dumps({name: list(array.shape) for name, array in arrays.items()}, separators=(",", ":")).encode()
    yield MAGIC
    yield len(shapes).to_bytes(_LENGTH, "little")
    yield shapes
    at = len(MAGIC) + _LENGTH + len(shapes)
    for array in arrays.values():
        yield bytes(-at % _ALIGNED)
        at += -at % _ALIGNED
        if array.nbytes:
            yield np.ascontiguousarray(array).data.cast("B")
        at += array.nbytes


def digest_of(pieces: Iterator[bytes | memoryview]) -> tuple[str, int]:
    """The SHA-256 of pieces in hex, and their length in bytes."""
    digest, length = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        length += len(piece)
    return digest.hexdigest(), length


def opened(file: Path, length: int, sha256: str, types: Types) -> dict[str, NDArray[Any]]:
    """The arrays of a file that has this length and digest, read-only; Damaged if it has not, or is not there.

    Reading all of it for the digest also brings it into memory, where every process shares it.
    """
    try:
        with file.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: nothing in it
        raise Damaged(f"{file.name} cannot be read: {error}") from error
    if len(mapped) != length:
        raise Damaged(f"{file.name} has {len(mapped)} bytes instead of {length}")
    content = memoryview(mapped)
    if digest_of(content[at : at + _CHUNK] for at in range(0, length, _CHUNK))[0] != sha256:
        raise Damaged(f"{file.name} was changed: its digest is another")
    return _arrays(content, types)


def _arrays(content: memoryview, types: Types) -> dict[str, NDArray[Any]]:
    start = len(MAGIC) + _LENGTH
    at = start + int.from_bytes(content[len(MAGIC) : start], "little")
    try:
        shapes = json.loads(bytes(content[start:at]))
        if bytes(content[: len(MAGIC)]) != MAGIC or list(shapes) != list(types):
            raise Damaged("a segment was written by another version")
        found = {}
        for name, (kind, rest) in types.items():
            at += -at % _ALIGNED
            count = int(shapes[name][0])
            array = np.ndarray((count, *rest), kind, content, at)
            found[name] = array
            at += array.nbytes
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise Damaged("a segment was written by another version") from error
    return found
