"""How a reading crosses from the sandbox: a JSON header, then the raster's bytes. Parsed as if an attacker wrote it."""

import dataclasses
import json
from typing import Any

import numpy as np

from registry.errors import Refused
from registry.imaging.canonical_pixels import RASTER_SIDE
from registry.imaging.dct_hash import BITS
from registry.imaging.picture import Fingerprint, HashVariant, Note, Reading
from registry.imaging.symmetry import Symmetry

LARGEST_ANSWER = 4 * RASTER_SIDE * RASTER_SIDE + 200_000
_PREFIX = 4
_LONGEST_TEXT = 400


class UnreadableAnswer(Exception):
    """What came out of the sandbox is not an answer."""


def reading_to_bytes(reading: Reading) -> bytes:
    """``reading`` for the pipe."""
    header = {
        "reading": {
            **{
                field.name: getattr(reading, field.name)
                for field in dataclasses.fields(reading)
                if field.name not in ("fingerprints", "variants", "raster", "notes")
            },
            "fingerprints": [[f.algorithm, f.ground, f.bits.hex()] for f in reading.fingerprints],
            "variants": [[v.symmetry.name, v.inverted, v.ground, v.bits.hex()] for v in reading.variants],
            "notes": [[note.code, note.text] for note in reading.notes],
            "raster": list(reading.raster.shape[:2]),
        }
    }
    return _framed(header) + reading.raster.tobytes()


def refusal_to_bytes(refusal: Refused) -> bytes:
    """``refusal`` for the pipe."""
    return _framed({"refused": [refusal.code, refusal.message, refusal.hint]})


def answer_from_bytes(answer: bytes) -> Reading | Refused:
    """What the sandbox said. Raises UnreadableAnswer for anything not of the form above."""
    try:
        length = int.from_bytes(answer[:_PREFIX], "big")
        header = json.loads(answer[_PREFIX : _PREFIX + length])
        rest = answer[_PREFIX + length :]
        if "refused" in header:
            code, message, hint = (_text(part) for part in header["refused"])
            return Refused(code, message, hint=hint)
        return _reading(header["reading"], rest)
    except (ValueError, KeyError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableAnswer from error


def _reading(value: dict[str, Any], rest: bytes) -> Reading:
    height, width = (_count(side) for side in value["raster"])
    if max(height, width) > RASTER_SIDE or len(rest) != height * width * 4 or not rest:
        raise UnreadableAnswer
    raster = np.frombuffer(rest, dtype=np.uint8).reshape(height, width, 4)
    return Reading(
        sha256=_hex(value["sha256"], 32).hex(),
        size=_count(value["size"]),
        media_type=_text(value["media_type"]),
        width=_count(value["width"]),
        height=_count(value["height"]),
        canonical_version=_text(value["canonical_version"]),
        canonical_digest=_hex(value["canonical_digest"], 32).hex(),
        fingerprints=tuple(
            Fingerprint(_text(algorithm), _text(ground), _hex(bits))
            for algorithm, ground, bits in value["fingerprints"]
        ),
        variants=tuple(
            HashVariant(Symmetry[_text(name)], bool(inverted), _text(ground), _hex(bits, BITS // 8))
            for name, inverted, ground, bits in value["variants"]
        ),
        raster=raster,
        notes=tuple(Note(_text(code), _text(text)) for code, text in value["notes"]),
    )


def _framed(header: dict[str, Any]) -> bytes:
    encoded = json.dumps(header).encode("ascii")
    return len(encoded).to_bytes(_PREFIX, "big") + encoded


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise UnreadableAnswer
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnreadableAnswer
    return value


def _hex(value: object, length: int | None = None) -> bytes:
    decoded = bytes.fromhex(_text(value))
    if not decoded or (length is not None and len(decoded) != length):
        raise UnreadableAnswer
    return decoded
