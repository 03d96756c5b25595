"""Checks among many works: real ones multiplied by synthetic variation, in a home that is thrown away.

The works are enrolled with the search alone: what the ledger costs is measured elsewhere.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from sqlalchemy import update

from registry.benchmark.collection import generator, pixels_of
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.footprint import growth_exponent, resident_mib
from registry.benchmark.judgement import percentiles
from registry.benchmark.system import Listing
from registry.benchmark.thefts import Context, generate
from registry.errors import Refused
from registry.imaging.picture import Fingerprint, Reading
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.installation import Installation
from registry.ledger.models import LedgerHead
from registry.similarity.enrol import enrol
from registry.similarity.finder import Finder

ASKED = ("jpeg30", "mirror", "crop85", "rot10", "mockup")
"""Thefts that the questions are made of, in turn: whole pictures and parts."""
_TOGETHER = 500
"""Works enrolled in one transaction."""


def measure_works(
    sizes: Sequence[int], contents: Sequence[bytes], *, queries: int, seed: int, advance: Callable[[], None]
) -> Iterator[dict[str, object]]:
    """A row for each size, in one home that grows, then one of growth.

    ``ms`` are of a search with the picture read already, ``read_ms`` of the reading. ``cold_start_s`` is
    of a new process' first refresh, ``findable_ms`` of a search that is the first after a new work.
    """
    readings = _read(contents)
    medians = []
    with throw_away_installation() as installation:
        enrolled = 0
        for size in sizes:
            began = time.perf_counter()
            while enrolled < size:
                together = min(_TOGETHER, size - enrolled)
                _enrol(installation, readings, enrolled, together, seed)
                enrolled += together
            build = time.perf_counter() - began
            before, began = resident_mib(), time.perf_counter()
            finder = Finder(installation.database)
            finder.refresh()
            cold, memory = time.perf_counter() - began, resident_mib() - before
            reading_times, times = _asked(finder, contents, queries, seed)
            _enrol(installation, readings, enrolled, 1, seed)
            enrolled += 1
            began = time.perf_counter()
            finder.find(readings[0])
            findable = time.perf_counter() - began
            medians.append(float(np.median(times)))
            yield {
                "case": "works",
                "n": size,
                "system": "firstmark",
                "build_s": round(build, 2),
                "cold_start_s": round(cold, 3),
                "memory_mib": round(memory, 1),
                **percentiles(times),
                "read_ms_p50": percentiles(reading_times)["ms_p50"],
                "findable_ms": round(1000 * findable, 1),
            }
            advance()
    yield {"case": "works_growth", "system": "firstmark", "exponent": growth_exponent(sizes, medians)}


def _read(contents: Sequence[bytes]) -> list[Reading]:
    readings = []
    for content in contents:
        try:
            readings.append(read(content, Purpose.WORK))
        except Refused:
            continue
    if not readings:
        raise Refused(
            "too_few_designs",
            "There is no usable design to make works of.",
            hint="Name a folder with pictures, or leave --designs out to have some drawn.",
        )
    return readings


def _enrol(installation: Installation, readings: Sequence[Reading], first: int, count: int, seed: int) -> None:
    """A crash leaves the works that were committed before; the home is thrown away in any case."""
    with installation.database.write() as session:
        for number in range(first, first + count):
            reading = readings[number % len(readings)]
            if number >= len(readings):
                reading = _varied(reading, generator(seed, "work", number))
            enrol(session, number, f"wrk_{number}", reading)
        session.execute(update(LedgerHead).values(size=first + count))


def _varied(reading: Reading, rng: Generator) -> Reading:
    """Another design of the same kind: other colours, shifted, a patch of noise; its hash is 32 to 100 bits away."""
    shift = tuple(int(one) for one in rng.integers(0, reading.raster.shape[:2]))
    raster = np.roll(reading.raster, shift, (0, 1))[..., [*rng.permutation(3), 3]]
    x, y = (int(one) for one in rng.integers(0, max(1, min(raster.shape[:2]) // 2), 2))
    patch = raster[y : y + 24, x : x + 24, :3]
    patch ^= rng.integers(0, 128, patch.shape, dtype=np.uint8)
    flipped = np.zeros(256, dtype=np.uint8)
    flipped[rng.permutation(256)[: int(rng.integers(32, 101))]] = 1
    mask = int.from_bytes(np.packbits(flipped).tobytes(), "big")
    fingerprints = tuple(_other(one, mask) for one in reading.fingerprints)
    name = hashlib.sha256(raster.tobytes()).hexdigest()
    return replace(reading, sha256=name, canonical_digest=name, fingerprints=fingerprints, raster=raster)


def _other(fingerprint: Fingerprint, mask: int) -> Fingerprint:
    size = len(fingerprint.bits)
    bits = int.from_bytes(fingerprint.bits, "big") ^ (mask >> (256 - 8 * size))
    return replace(fingerprint, bits=bits.to_bytes(size, "big"))


def _asked(finder: Finder, contents: Sequence[bytes], queries: int, seed: int) -> tuple[list[float], list[float]]:
    """Milliseconds of reading and of searching for each question."""
    reading_times, times = [], []
    for number in range(queries):
        content = contents[number % len(contents)]
        try:
            design = pixels_of(content)
        except Refused:
            continue
        name = ASKED[number % len(ASKED)]
        theft = generate(name, 2, design, Context(), generator(seed, "question", number))
        file = Listing(theft.picture).file
        try:
            began = time.perf_counter()
            reading = read(file)
        except Refused:
            continue
        reading_times.append(1000 * (time.perf_counter() - began))
        began = time.perf_counter()
        finder.find(reading)
        times.append(1000 * (time.perf_counter() - began))
    return reading_times, times
