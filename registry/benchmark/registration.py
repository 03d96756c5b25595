"""What it costs to register a picture."""

import io
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from PIL import Image

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.benchmark.collection import generator
from registry.benchmark.drawn_design import drawn_design
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.judgement import percentiles
from registry.errors import Refused
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from registry.works.register import register
from registry.works.schemas import Upload, parse_claim


def drawn_files(count: int, side: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and PNG files of drawn designs."""
    for number in range(count):
        written = io.BytesIO()
        Image.fromarray(drawn_design(generator(seed, "drawn", number), side)).save(written, "PNG", compress_level=1)
        yield f"drawn-{number}.png", written.getvalue()


def measure_registration(files: Iterable[tuple[str, bytes]], advance: Callable[[], None]) -> dict[str, object]:
    """Register each file through the product's own verb, one after the other.

    ``cpu_ms`` is what one registration takes of one core: what the verb takes in this process, and the
    reading of the picture, measured here once more because the confined child that did it is gone.
    """
    wall, processor = [], []
    refused = 0
    with throw_away_installation() as installation:
        with installation.database.write() as session:
            account = find_or_create_account(session, "Benchmark", installation.clock, installation.randomness)
            caller = Caller.local(account)
        claim = parse_claim({"creator": "Benchmark"})
        for name, content in files:
            began, used = time.perf_counter(), time.process_time()
            try:
                register(installation, caller, Upload(content, name), claim)
            except Refused:
                refused += 1
                advance()
                continue
            wall.append(1000 * (time.perf_counter() - began))
            read(content, Purpose.WORK)
            processor.append(1000 * (time.process_time() - used))
            advance()
    costs = {f"cpu_{name}": value for name, value in percentiles(processor).items()}
    return {
        "case": "register",
        "pictures": len(wall),
        "refused": refused,
        "per_second": round(1000 * len(wall) / float(np.sum(wall)), 1) if wall else None,
        **costs,
        **percentiles(wall),
    }
