"""The same figures at every size: what a ledger of a million entries costs beside one of ten thousand."""

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from registry.benchmark.ledger.appending import measure_calls, measure_threads
from registry.benchmark.ledger.filling import fill
from registry.benchmark.ledger.row import Row, row, timed
from registry.installation import Installation
from registry.ledger.self_check import SelfCheck, verify_ledger

APPENDED_AT_EACH_SIZE = 8_192
SINGLE_AT_EACH_SIZE = 1_000


def measure_growth(installation: Installation, sizes: Sequence[int]) -> Iterator[Row]:
    """Fills the ledger to each of ``sizes``, in ascending order, and measures the last entries up to it.

    ``times_the_first`` is how much more time or room an entry takes than at the first size.
    """
    first: list[Row] = []
    for size in sizes:
        measured = APPENDED_AT_EACH_SIZE + SINGLE_AT_EACH_SIZE
        fill(installation, size - measured)
        rows = [
            measure_calls(installation, APPENDED_AT_EACH_SIZE, f"at {size}: 8 threads, 256 a call"),
            measure_threads(installation, SINGLE_AT_EACH_SIZE, f"at {size}: 8 threads, with proof"),
            measure_verification(installation, f"at {size}: verification"),
            measure_size(installation, f"at {size}: size"),
        ]
        first = first or rows
        for one, beside in zip(rows, first, strict=True):
            yield {**one, "times_the_first": round(_cost(one) / _cost(beside), 2)}


def _cost(measured: Row) -> float:
    """What an entry takes: bytes, or seconds."""
    return float(measured.get("bytes_per_entry") or 1 / measured["entries_per_second"])


def measure_verification(installation: Installation, case: str = "verification") -> Row:
    """What ``registry ledger verify`` does to the ledger. RuntimeError if it is not in order."""
    checks: list[SelfCheck] = []
    seconds = timed(
        lambda: checks.append(verify_ledger(installation.database, installation.ledger, installation.objects))
    )
    if not checks[0].ok:
        raise RuntimeError(f"the ledger that was measured does not verify: {checks[0].errors[0].what}")
    size = checks[0].size
    return row(case, size, seconds, seconds_per_million=round(seconds / size * 1_000_000, 2))


def measure_size(installation: Installation, case: str = "size") -> Row:
    """Bytes of the whole database for each entry."""
    with installation.database.read() as session:
        size = installation.ledger.head(session).size
        if installation.database.dialect == "sqlite":
            pages, page_size = (session.scalar(text(f"PRAGMA {name}")) for name in ("page_count", "page_size"))
            total = (pages or 0) * (page_size or 0)
        else:
            total = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    return {
        "case": case,
        "entries": size,
        "entries_per_second": None,
        "p50_ms": None,
        "p99_ms": None,
        "bytes_per_entry": round(total / size, 1),
    }
