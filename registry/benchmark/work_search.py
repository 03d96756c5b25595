"""Checks among many works: real ones and ever more made of them, in a home that is thrown away.

The works are enrolled with the search alone: what the ledger costs is measured elsewhere.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import update

from registry.benchmark.collection import generator, pixels_of
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.footprint import growth_exponent, resident_mib
from registry.benchmark.judgement import percentiles
from registry.benchmark.system import Listing
from registry.benchmark.thefts import Context, generate
from registry.benchmark.varied_works import VariedWorks
from registry.errors import Refused
from registry.imaging.picture import Reading
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.installation import INDEX_FOLDER, Installation
from registry.ledger.models import LedgerHead
from registry.similarity.enrol import Enrolment, enrol
from registry.similarity.finder import Finder
from registry.similarity.index.folder import IndexFolder
from registry.similarity.index.folding import fold
from registry.similarity.index.spans import UNIT
from registry.storage.database import Database

ASKED = ("jpeg30", "mirror", "crop85", "rot10", "mockup")
"""Thefts that the questions are made of, in turn: whole pictures and parts."""
_TOGETHER = 500
"""Works enrolled in one transaction."""


def measure_works(
    sizes: Sequence[int], contents: Sequence[bytes], *, queries: int, seed: int, advance: Callable[[], None]
) -> Iterator[dict[str, object]]:
    """A row for each size, in one home that grows, then one of growth.

    ``ms`` are of a search with the picture read already, ``cpu_ms`` the processor's time for it, ``read_ms`` of the
    reading; ``found`` is the share of questions whose work came first. ``build_s`` enrols, ``index_s`` writes the
    segments that are due, ``cold_start_s`` is a new process' first refresh and ``memory_mib`` what it has then, shared
    pages too. ``findable_ms`` is of a search that is the first after a new work.
    """
    readings = _read(contents)
    medians = []
    with throw_away_installation() as installation:
        with installation.database.write() as session:
            for number, (_, reading) in enumerate(readings):
                enrol(session, number, f"wrk_{number}", Enrolment.of(reading))
            varied = VariedWorks(session, seed)
            session.execute(update(LedgerHead).values(size=len(readings)))
        enrolled = len(readings)
        for size in sizes:
            began = time.perf_counter()
            while enrolled < size:
                enrolled = _enrol(installation, varied, enrolled, min(_TOGETHER, size - enrolled))
            build = time.perf_counter() - began
            began = time.perf_counter()
            index = installation.settings.home / INDEX_FOLDER
            fold(installation.database, IndexFolder(index), UNIT)
            written = time.perf_counter() - began
            cold, memory = _cold_start(installation.settings.database_address, index)
            asked = _Asked()
            finder = Finder(installation.database, index=index)
            finder.refresh()
            finder.find(readings[0][1])
            for number in range(queries):
                _ask(finder, readings, contents, asked, number=number, seed=seed)
            enrolled = _enrol(installation, varied, enrolled, 1)
            began = time.perf_counter()
            finder.find(readings[0][1])
            findable = time.perf_counter() - began
            finder.close()
            medians.append(float(np.median(asked.milliseconds)))
            yield {
                "case": "works",
                "n": size,
                "system": "firstmark",
                "build_s": round(build, 2),
                "index_s": round(written, 2),
                "index_mib": round(sum(file.stat().st_size for file in index.iterdir()) / 2**20, 1),
                "cold_start_s": round(cold, 3),
                "memory_mib": round(memory, 1),
                **percentiles(asked.milliseconds),
                **{f"cpu_{name}": value for name, value in percentiles(asked.processor).items()},
                "read_ms_p50": percentiles(asked.reading)["ms_p50"],
                **{f"check_{name}": value for name, value in percentiles(asked.checks).items()},
                "findable_ms": round(1000 * findable, 1),
                "found": round(asked.first / max(len(asked.milliseconds), 1), 3),
            }
            advance()
    yield {"case": "works_growth", "system": "firstmark", "exponent": growth_exponent(sizes, medians)}


def _read(contents: Sequence[bytes]) -> list[tuple[int, Reading]]:
    """Each usable picture's number and reading."""
    readings = []
    for number, content in enumerate(contents):
        try:
            readings.append((number, read(content, Purpose.WORK)))
        except Refused:
            continue
    if not readings:
        raise Refused(
            "too_few_designs",
            "There is no usable design to make works of.",
            hint="Name a folder with pictures, or leave --designs out to have some drawn.",
        )
    return readings


def _enrol(installation: Installation, varied: VariedWorks, first: int, count: int) -> int:
    """A crash leaves the works that were committed before; the home is thrown away in any case."""
    with installation.database.write() as session:
        varied.enrol(session, first, count)
        session.execute(update(LedgerHead).values(size=first + count))
    return first + count


def _cold_start(database_address: str, index: Path) -> tuple[float, float]:
    """Seconds of a new process' first refresh, and its MiB."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_refreshed, database_address, index).result()


def _refreshed(database_address: str, index: Path) -> tuple[float, float]:
    database = Database.open(database_address)
    before, began = resident_mib(), time.perf_counter()
    finder = Finder(database, index=index)
    finder.refresh()
    taken = time.perf_counter() - began, resident_mib() - before
    finder.close()
    database.close()
    return taken


@dataclass
class _Asked:
    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    first: int = 0

    @property
    def checks(self) -> list[float]:
        """Milliseconds of reading and search together, as a check needs both."""
        return [one + other for one, other in zip(self.reading, self.milliseconds, strict=True)]


def _ask(
    finder: Finder,
    readings: Sequence[tuple[int, Reading]],
    contents: Sequence[bytes],
    asked: _Asked,
    *,
    number: int,
    seed: int,
) -> None:
    """One theft of one of the real works."""
    work = number % len(readings)
    name = ASKED[number % len(ASKED)]
    try:
        design = pixels_of(contents[readings[work][0]])
        file = Listing(generate(name, 2, design, Context(), generator(seed, "question", number)).picture).file
        began = time.perf_counter()
        reading = read(file, Purpose.LISTING)
    except Refused:
        return
    asked.reading.append(1000 * (time.perf_counter() - began))
    began, used = time.perf_counter(), time.process_time()
    answer = finder.find(reading)
    asked.milliseconds.append(1000 * (time.perf_counter() - began))
    asked.processor.append(1000 * (time.process_time() - used))
    asked.first += bool(answer.matches) and answer.matches[0].work_id == f"wrk_{work}"
