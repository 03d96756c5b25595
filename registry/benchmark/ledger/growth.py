"""The same figures at every size: what a ledger of a million entries costs beside one of ten thousand."""

from collections.abc import Iterator, Sequence

from sqlalchemy import text

from registry.benchmark.ledger.appending import append_from_threads, append_in_calls
from registry.benchmark.ledger.entries import throw_away_installation
from registry.benchmark.ledger.filling import fill
from registry.benchmark.ledger.row import Row, Stretch, row, timed
from registry.installation import Installation
from registry.ledger.self_check import SelfCheck, verify_ledger

MEASURED_AT_EACH_SIZE = 40_960
"""Entries that are appended in calls. SQLite folds its log into its file once in some thirty thousand, which takes a
tenth of a second: over fewer entries a figure would tell whether that fell among them."""
MOST_OF_A_LEDGER = 0.8
"""Share of a ledger's entries that is measured at its size. Where that is too few, several ledgers of it are."""
SINGLE_AT_EACH_SIZE = 1_000


def measure_growth(sizes: Sequence[int]) -> Iterator[Row]:
    """Fills a ledger to each of ``sizes``, in ascending order, and measures the last entries up to it.

    ``times_the_first`` is how much more time or room an entry takes than at the first size.
    """
    first: list[Row] = []
    with throw_away_installation(None) as growing:
        for size in sizes:
            rows = _measured_at(growing, size)
            first = first or rows
            for one, beside in zip(rows, first, strict=True):
                yield {**one, "times_the_first": round(_cost(one) / _cost(beside), 2)}


def _measured_at(growing: Installation, size: int) -> list[Row]:
    at_once = min(MEASURED_AT_EACH_SIZE, int(size * MOST_OF_A_LEDGER))
    in_calls = [_fill_and_append(growing, size - SINGLE_AT_EACH_SIZE, at_once)]
    singly = append_from_threads(growing, SINGLE_AT_EACH_SIZE)
    while sum(stretch.entries for stretch in in_calls) < MEASURED_AT_EACH_SIZE:
        with throw_away_installation(None) as another:
            in_calls.append(_fill_and_append(another, size, at_once))
    return [
        Stretch.joined(in_calls).row(f"at {size}: 8 threads, 256 a call"),
        singly.row(f"at {size}: 8 threads, with proof"),
        measure_verification(growing, f"at {size}: verification"),
        measure_size(growing, f"at {size}: size"),
    ]


def _fill_and_append(installation: Installation, size: int, measured: int) -> Stretch:
    """Brings the ledger to ``size`` entries; what the last ``measured`` of them took."""
    fill(installation, size - measured)
    return append_in_calls(installation, measured)


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
