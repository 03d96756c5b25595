"""Designs that share art. Finding one of them in a picture of another is no false alarm but what the product is for.

Pairs are found generously, by rules that are not the product's own, and are meant to be looked at:
what a person decides about a pair is pinned in a file and stands before what the rules say.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from registry.benchmark.collection import PictureFile
from registry.benchmark.peers.sift import Features, agreement, features
from registry.benchmark.thefts import Picture
from registry.benchmark.thefts.finishing import flat, plain_ground
from registry.benchmark.thefts.plate import Plate
from registry.errors import Refused
from registry.imaging.symmetry import Symmetry

PLACES = 8
"""Distinct places whose SIFT features, of the pictures or of the drawings of their edges, agree on one affinity.
Features alone agree by chance up to 12 times, often in one corner seen at several scales; by places, every pair looked
at among 500 clip-art designs was real reuse, of the 133 that the edges alone told too."""
_SMALLEST, _SHEAR = 0.2, 2.0
"""Scale, and ratio of the stretches, of an affinity that counts."""
LIKENESS = 0.88
"""Correlation of the two whole edge fields, from which two designs are variants of one drawing."""
_SIDE, _FIELD = 512, 32
_SOBEL_GAIN = 8
"""Sobel's kernel answers 8 for a slope of one level a pixel."""
_SOFT_EDGE, _STRONG_EDGE = 2.0, 15.0
"""Pixels of blur before slopes are taken, and levels a pixel from which an edge is drawn black."""
_LARGEST_FILE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Pair:
    """Two designs by their names, in order; ``why`` tells a person what made them one family, or who decided."""

    one: str
    other: str
    share_art: bool
    why: str


class Families:
    """Who shares art with whom."""

    def __init__(self, designs: Sequence[PictureFile], pairs: Iterable[Pair]) -> None:
        places = {design.name: place for place, design in enumerate(designs)}
        self.pairs = sorted(pairs, key=lambda pair: (pair.one, pair.other))
        self._kin: dict[int, set[int]] = defaultdict(set)
        for pair in self.pairs:
            if pair.share_art and pair.one in places and pair.other in places:
                one, other = places[pair.one], places[pair.other]
                self._kin[one].add(other)
                self._kin[other].add(one)

    def kin(self, place: int) -> set[int]:
        """The places of the designs that share art with this one."""
        return self._kin.get(place, set())

    def connected(self, place: int) -> set[int]:
        """All that share art with one another along a chain that begins here, this one included."""
        reached, waiting = {place}, [place]
        while waiting:
            further = self.kin(waiting.pop()) - reached
            reached |= further
            waiting += further
        return reached


def find_families(
    designs: Sequence[PictureFile], decided: Iterable[Pair] = (), *, advance: Callable[[], None] = lambda: None
) -> Families:
    """Every pair is compared; ``decided`` ones are taken as they are."""
    pairs = {(pair.one, pair.other): pair for pair in decided}
    described = []
    for design in designs:
        described.append(_described(design.pixels))
        advance()
    fields = np.stack([one.field for one in described])
    turned = np.stack([_turned(fields, symmetry).reshape(len(fields), -1) for symmetry in Symmetry])
    likeness = (turned @ fields.reshape(len(fields), -1).T).max(axis=0)
    for one, other in combinations(range(len(designs)), 2):
        names = (designs[one].name, designs[other].name)
        if names in pairs:
            continue
        if likeness[one, other] >= LIKENESS:
            pairs[names] = Pair(*names, True, f"whole pictures alike, {likeness[one, other]:.2f}")
        elif (places := _most_places(described[one], described[other])) >= PLACES:
            pairs[names] = Pair(*names, True, f"{places} places agree")
    return Families(designs, pairs.values())


@dataclass(frozen=True)
class _Described:
    """The ink of a design on its plain ground: features upright and mirrored, those of its edges, the edge field."""

    coloured: tuple[Features, Features]
    drawn: tuple[Features, Features]
    field: NDArray[np.float32]


def _described(design: Picture) -> _Described:
    plate = Plate.of_design(design).trimmed()
    scale = min(1.0, _SIDE / max(plate.width, plate.height))
    plate = plate.resized(max(8, round(plate.width * scale)), max(8, round(plate.height * scale)))
    picture = plate.over(flat(plain_ground(design), plate.width, plate.height)).pixels[..., :3]
    return _Described(_both_ways(picture), _both_ways(_edge_drawing(picture)), _edge_field(picture))


def _both_ways(picture: Picture) -> tuple[Features, Features]:
    return features(picture, most=400), features(np.ascontiguousarray(picture[:, ::-1]), most=400)


def _edge_drawing(picture: Picture) -> Picture:
    """Edges in black on white, whatever the colours on either side of them."""
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), _SOFT_EDGE)
    across, down = _slopes(np.asarray(soft, np.float32))
    steepest = np.hypot(across, down).max(axis=2) / _SOBEL_GAIN
    ink = np.sqrt(np.clip(steepest / _STRONG_EDGE, 0, 1))
    return np.repeat((255 * (1 - ink)).astype(np.uint8)[..., None], 3, axis=2)


def _slopes(picture: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    across, down = cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _edge_field(picture: Picture) -> NDArray[np.float32]:
    """Gradients as double angles, shape (_FIELD, _FIELD, 2), of length 1: what polarity and colour do not change."""
    small = cv2.resize(picture, (4 * _FIELD, 4 * _FIELD), interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = _slopes(np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32))
    strongest = (across**2 + down**2).argmax(axis=2)[..., None]
    x, y = (np.take_along_axis(one, strongest, axis=2)[..., 0] for one in (across, down))
    length = np.sqrt(np.hypot(x, y)) / np.maximum(x * x + y * y, 1e-6)
    field = np.stack([(x * x - y * y) * length, 2 * x * y * length], axis=2)
    pooled = cv2.resize(cv2.GaussianBlur(field, (0, 0), 3.0), (_FIELD, _FIELD), interpolation=cv2.INTER_AREA)
    return np.asarray(pooled / max(float(np.linalg.norm(pooled)), 1e-6), dtype=np.float32)


def _turned(fields: NDArray[np.float32], symmetry: Symmetry) -> NDArray[np.float32]:
    """The fields that the pictures would have under a symmetry: angles turn, too."""
    turned = np.stack([symmetry.apply(field) for field in fields])
    if symmetry.mirrored:
        turned = turned * np.array([1, -1], dtype=np.float32)
    return np.ascontiguousarray(-turned if symmetry.quarter_turns % 2 else turned)


def _most_places(one: _Described, other: _Described) -> int:
    """Distinct places that agree in the pictures, or, where those are too few, in the drawings of their edges."""
    in_colour = max(_places(one.coloured[0], known) for known in other.coloured)
    return in_colour if in_colour >= PLACES else max(_places(one.drawn[0], known) for known in other.drawn)


def _places(one: Features, other: Features) -> int:
    """Distinct places that agree, if on an affinity that somebody would draw: no collapse, and no strong shear."""
    agreed = agreement(one, other)
    if agreed is None or agreed.places < PLACES:
        return 0
    longer, shorter = np.linalg.svd(agreed.matrix[:2, :2], compute_uv=False)
    return agreed.places if shorter > _SMALLEST and longer < min(1 / _SMALLEST, _SHEAR * shorter) else 0


def read_pairs(content: bytes) -> list[Pair]:
    """What ``pairs_file`` wrote. Refused (``families_malformed``)."""
    try:
        listed = json.loads(content[: _LARGEST_FILE + 1])["pairs"]
        pairs = [_parsed(one) for one in listed]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(
            "families_malformed",
            "The file of families does not have the form that this benchmark writes.",
            hint='Begin with the families.json that --save wrote, and change only "share_art" in it.',
        ) from error
    return pairs


def _parsed(listed: dict[str, object]) -> Pair:
    one, other, share_art, why = (listed[name] for name in ("one", "other", "share_art", "why"))
    if not (isinstance(one, str) and isinstance(other, str) and isinstance(share_art, bool) and isinstance(why, str)):
        raise TypeError("a pair is two names, a truth value and a reason")
    return Pair(min(one, other), max(one, other), share_art, why)


def pairs_file(pairs: Iterable[Pair]) -> bytes:
    """JSON, one pair a line, for a person to review."""
    lines = ",\n".join(
        json.dumps({"one": pair.one, "other": pair.other, "share_art": pair.share_art, "why": pair.why})
        for pair in pairs
    )
    return f'{{"pairs": [\n{lines}\n]}}\n'.encode()


def save_pairs(path: Path, families: Families) -> None:
    """A crash leaves half a file, which the next run writes again."""
    path.write_bytes(pairs_file(families.pairs))
