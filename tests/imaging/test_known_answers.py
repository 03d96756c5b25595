"""Digests and fingerprints that must come out for ever, and the same derived again from the written rules alone.

What stands in claims is proven by deriving it again from the original, perhaps in twenty years and by
somebody else's program. The second derivation here uses no code of the package, only exact fractions.
"""

import hashlib
import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from registry.imaging.picture import Reading
from registry.imaging.reading import read
from tests.drawn_pictures import encoded

HEIGHT, WIDTH = 40, 50
CELLS, FREQUENCIES, LEVELS, COSINE_UNIT, REDUCTION, DEADBAND = 64, 16, 1024, 4096, 2**23, 200


def drawn(transparent: bool) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    alpha = np.where(x < WIDTH // 2, 0, 255) if transparent else np.full_like(x, 255)
    return np.stack([x * 5, y * 6, x * y % 256, alpha], axis=-1).astype(np.uint8)


def reading(transparent: bool) -> Reading:
    picture = Image.fromarray(drawn(transparent))
    return read(encoded(picture if transparent else picture.convert("RGB")))


OPAQUE = {
    ("dct256/1", "opaque"): "000007f81e01381c30e12186621844624cc84992492452481294142905422804",
    ("imagehash-phash64/1", "opaque"): "800f3f3871736766",
    ("imagehash-dhash64/1", "opaque"): "ffffefdfbfffffff",
}
TRANSPARENT = {
    ("dct256/1", "white"): "6644444440004400400040004000400044004992492452481294042805402000",
    ("imagehash-phash64/1", "white"): "e6666e6664666466",
    ("imagehash-dhash64/1", "white"): "2727272727272727",
    ("dct256/1", "black"): "3311444400004400400040004000400044004812412442481094042805402000",
    ("imagehash-phash64/1", "black"): "bb666c6664666466",
    ("imagehash-dhash64/1", "black"): "5f5b5f5b5b5b5b5b",
}
DIGESTS = {
    False: "79da658c8294a1da286dbae86fb1b209d3f09b93a9f25d8cf4dcecbbd1afeacb",
    True: "2e791559d36d4aec383534aef2c36183bfe3774a3bcd411c59ec0890d4a1847a",
}


@pytest.mark.parametrize(("transparent", "expected"), [(False, OPAQUE), (True, TRANSPARENT)])
def test_digest_and_fingerprints_are_the_known_ones(transparent: bool, expected: dict[tuple[str, str], str]) -> None:
    found = reading(transparent)
    assert found.canonical_digest == DIGESTS[transparent]
    assert {(one.algorithm, one.ground): one.bits.hex() for one in found.fingerprints} == expected


@pytest.mark.parametrize("transparent", [False, True])
def test_the_digest_follows_from_the_written_rules(transparent: bool) -> None:
    pixels = drawn(transparent).tolist()
    content = b"registry/pixels/v1\n" + WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big")
    for row in pixels:
        for red, green, blue, alpha in row:
            content += bytes((red, green, blue, alpha) if alpha else (0, 0, 0, 0))
    assert hashlib.sha256(content).hexdigest() == DIGESTS[transparent]


@pytest.mark.parametrize(
    ("transparent", "ground", "level"), [(False, "opaque", 255), (True, "white", 255), (True, "black", 0)]
)
def test_the_hash_follows_from_the_written_rules(transparent: bool, ground: str, level: int) -> None:
    expected = (TRANSPARENT if transparent else OPAQUE)["dct256/1", ground]
    assert derived_hash(drawn(transparent), level).hex() == expected


def derived_hash(pixels: NDArray[np.uint8], ground: int) -> bytes:
    luma = [[luma_on(pixel, ground) for pixel in row] for row in pixels.tolist()]
    narrowed = [averaged(row) for row in luma]
    columns = [averaged([row[across] for row in narrowed]) for across in range(CELLS)]
    cells = [[rounded((2 * columns[x][y] - 1) * LEVELS) for x in range(CELLS)] for y in range(CELLS)]
    table = [[cosine(k, n) for n in range(CELLS)] for k in range(FREQUENCIES)]
    rows = [[sum(table[k][x] * cells[y][x] for x in range(CELLS)) for k in range(FREQUENCIES)] for y in range(CELLS)]
    coefficients = [
        sum(table[v][y] * rows[y][u] for y in range(CELLS)) for v in range(FREQUENCIES) for u in range(FREQUENCIES)
    ]
    coefficients[0] = 0
    reduced = [rounded(Fraction(one, REDUCTION)) for one in coefficients]
    energy = sum(one * one for one in reduced)
    bits = "".join("1" if one > 0 and (one * DEADBAND) ** 2 > energy else "0" for one in reduced)
    return int(bits, 2).to_bytes(FREQUENCIES * FREQUENCIES // 8, "big")


def luma_on(pixel: list[int], ground: int) -> Fraction:
    """In 0..1, of a pixel composited on a grey level."""
    red, green, blue, alpha = pixel
    own = Fraction(299 * red + 587 * green + 114 * blue, 1000)
    return (own * alpha + ground * (255 - alpha)) / (255 * 255)


def averaged(line: list[Fraction]) -> list[Fraction]:
    """A line of pixels as CELLS averages, each pixel by its overlap."""
    length = Fraction(len(line), CELLS)
    cells = []
    for j in range(CELLS):
        start, end = j * length, (j + 1) * length
        overlaps = []
        for at in range(math.floor(start), math.ceil(end)):
            overlap = min(end, Fraction(at + 1)) - max(start, Fraction(at))
            overlaps.append(overlap * line[at])
        cells.append(sum(overlaps, Fraction()) / length)
    return cells


def cosine(k: int, n: int) -> int:
    """The second half of a row mirrors the first with the sign (-1)^k."""
    if n >= CELLS // 2:
        return cosine(k, CELLS - 1 - n) * (-1 if k % 2 else 1)
    scale = COSINE_UNIT * (math.sqrt(0.5) if k == 0 else 1)
    return round(scale * math.cos(math.pi * (2 * n + 1) * k / (2 * CELLS)))


def rounded(value: Fraction) -> int:
    """To the nearest integer, halves away from zero."""
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return -magnitude if value < 0 else magnitude
