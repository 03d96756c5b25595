"""What evidence costs: building a file beside a ledger of some size, and verifying it as a court would."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.ledger.filling import fill
from registry.benchmark.registration import drawn_files
from registry.evidence.offline_verifier import FILE_NAME, offline_verifier
from registry.installation import Installation
from registry.works.evidence import get_evidence
from registry.works.evidence_material import Selection
from registry.works.register import register
from registry.works.schemas import Upload, parse_claim

WORKS = 10
SIDE = 400
CERTIFIED = 20
"""Files with certificates, each of which has its picture decoded and is signed twice."""
VERIFICATIONS = 5


def measure_evidence(
    entries: int, files: int, seed: int, advance: Callable[[int], None]
) -> Iterator[dict[str, object]]:
    """A row for building ``files`` files without the original, one for some with certificates in both languages, and
    one for verifying one in a bare Python.

    ``cpu_`` is what building takes of one core, which a busy machine does not change.
    """
    with throw_away_installation() as installation:
        works = _registered(installation, seed)
        fill(installation, entries, advance)
        content, costs = _built(installation, works, files, Selection(original=False), certified=False)
        yield {"case": "build", "entries": entries, "files": files, "bytes": len(content), **costs}
        some = min(files, CERTIFIED)
        certified, costs = _built(installation, works, some, Selection(), certified=True)
        yield {"case": "build with certificates", "entries": entries, "files": some, "bytes": len(certified), **costs}
    size = len(content)
    yield {"case": "verify", "files": VERIFICATIONS, "bytes": size, **_told(list(_verification_times(content)))}


def _built(
    installation: Installation, works: Sequence[str], files: int, selection: Selection, *, certified: bool
) -> tuple[bytes, dict[str, object]]:
    """The last file, and what they cost."""
    built: list[float] = []
    processor: list[float] = []
    content = b""
    for number in range(files):
        began, used = time.perf_counter(), time.process_time()
        evidence = get_evidence(installation, works[number % WORKS], selection=selection, certified=certified)
        content = b"".join(evidence.chunks())
        built.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - used))
    return content, {**_told(built), **_told(processor, "cpu_")}


def _told(milliseconds: list[float], kind: str = "") -> dict[str, object]:
    half, nearly_all = np.percentile(milliseconds, (50, 99))
    return {f"{kind}p50_ms": round(float(half), 1), f"{kind}p99_ms": round(float(nearly_all), 1)}


def _registered(installation: Installation, seed: int) -> list[str]:
    with installation.database.write() as session:
        account = find_or_create_account(session, "Benchmark", installation.clock, installation.randomness)
        caller = Caller.local(account)
    claim = parse_claim({"creator": "Benchmark"})
    return [
        register(installation, caller, Upload(content, name), claim).work_id
        for name, content in drawn_files(WORKS, SIDE, seed)
    ]


def _verification_times(content: bytes) -> Iterator[float]:
    """Milliseconds, each with the start of a Python that has nothing installed."""
    with tempfile.TemporaryDirectory(prefix="firstmark-bench-") as folder:
        (Path(folder) / "evidence.zip").write_bytes(content)
        (Path(folder) / FILE_NAME).write_bytes(offline_verifier())
        for _ in range(VERIFICATIONS):
            began = time.perf_counter()
            subprocess.run(  # noqa: S603 - our own verifier on a file that was just written
                [sys.executable, "-I", "-S", FILE_NAME, "evidence.zip"], cwd=folder, check=True, capture_output=True
            )
            yield 1000 * (time.perf_counter() - began)
