"""How a reading crosses from the sandbox: a JSON header, then its arrays' bytes. Parsed as if an attacker wrote it."""

import dataclasses
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.errors import Refused
from registry.imaging.canonical_pixels import RASTER_SIDE
from registry.imaging.dct_hash import BITS
from registry.imaging.local_features import DESCRIPTOR, MOST_FEATURES, LocalFeatures
from registry.imaging.picture import Features, Fingerprint, HashVariant, Note, Reading
from registry.imaging.regions import MOST_REGIONS, Regions, terms
from registry.imaging.symmetry import Symmetry
from registry.imaging.template import COARSE_POINTS, FINE_POINTS, SIDE, Template
from registry.imaging.view import VIEW_SIDE

LARGEST_ANSWER = 4 * (RASTER_SIDE**2 + VIEW_SIDE**2 + SIDE**2) + MOST_FEATURES * (DESCRIPTOR + 16) + 200_000
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
                if field.name not in ("fingerprints", "variants", "raster", "features", "notes")
            },
            "fingerprints": [[f.algorithm, f.ground, f.bits.hex()] for f in reading.fingerprints],
            "variants": [[v.symmetry.name, v.inverted, v.ground, v.bits.hex()] for v in reading.variants],
            "notes": [[note.code, note.text] for note in reading.notes],
            "ink": list(reading.features.ink),
            "ground": reading.features.ground,
            "shapes": [list(array.shape) for array in _arrays(reading)],
        }
    }
    return _framed(header) + b"".join(np.ascontiguousarray(array).tobytes() for array in _arrays(reading))


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


_FORMS: tuple[tuple[type[np.generic], tuple[int, ...], int], ...] = (
    (np.uint8, (RASTER_SIDE, RASTER_SIDE, 4), 1),
    (np.uint8, (VIEW_SIDE, VIEW_SIDE, 4), 1),
    (np.float32, (MOST_FEATURES, 4), 0),
    (np.uint8, (MOST_FEATURES, DESCRIPTOR), 0),
    (np.float32, (MOST_REGIONS, 3), 0),
    (np.int8, (MOST_REGIONS, len(terms()), 2), 0),
    (np.uint8, (SIDE, SIDE, 4), 1),
    (np.float32, (COARSE_POINTS, 4), 0),
    (np.float32, (FINE_POINTS, 4), 0),
)
"""Of each array in the order of ``_arrays``: its type, its largest shape, and the least length of its first axes."""


def _arrays(reading: Reading) -> tuple[NDArray[Any], ...]:
    features = reading.features
    return (
        reading.raster,
        features.view,
        features.local.places,
        features.local.descriptors,
        features.regions.places,
        features.regions.spectra,
        features.template.pixels,
        features.template.coarse,
        features.template.fine,
    )


def _parsed_arrays(shapes: list[list[int]], rest: bytes) -> list[NDArray[Any]]:
    arrays: list[NDArray[Any]] = []
    at = 0
    for shape, (kind, largest, least) in zip(shapes, _FORMS, strict=True):
        picture = len(largest) == 3 and largest[-1] == 4
        free = 2 if picture else 1
        sides = tuple(_count(side) for side in shape)
        if len(sides) != len(largest) or sides[free:] != largest[free:]:
            raise UnreadableAnswer
        if any(not least <= side <= most for side, most in zip(sides[:free], largest[:free], strict=True)):
            raise UnreadableAnswer
        length = int(np.prod(sides, dtype=np.int64)) * np.dtype(kind).itemsize
        if at + length > len(rest):
            raise UnreadableAnswer
        array = np.frombuffer(rest[at : at + length], dtype=kind).reshape(sides)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise UnreadableAnswer
        arrays.append(array)
        at += length
    if at != len(rest):
        raise UnreadableAnswer
    return arrays


def _features(value: dict[str, Any], arrays: list[NDArray[Any]]) -> Features:
    seen, places, descriptors, centres, spectra, pixels, coarse, fine = arrays
    left, top, right, bottom = (_count(side) for side in value["ink"])
    inside = left < right <= seen.shape[1] and top < bottom <= seen.shape[0]
    if not inside or len(places) != len(descriptors) or len(centres) != len(spectra):
        raise UnreadableAnswer
    return Features(
        view=seen,
        ink=(left, top, right, bottom),
        ground=_count(value["ground"]),
        local=LocalFeatures(places, descriptors),
        regions=Regions(centres, spectra),
        template=Template(pixels, coarse, fine),
    )


def _reading(value: dict[str, Any], rest: bytes) -> Reading:
    raster, *others = _parsed_arrays(value["shapes"], rest)
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
        features=_features(value, others),
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
