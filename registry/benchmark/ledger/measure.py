"""The whole measurement, in the order in which it is told."""

from collections.abc import Iterator, Sequence

from registry.benchmark.ledger.appending import append_alone, append_from_threads, append_in_calls
from registry.benchmark.ledger.bare_sqlite import measure_ceiling, measure_naive, measure_unindexed
from registry.benchmark.ledger.entries import throw_away_installation
from registry.benchmark.ledger.growth import measure_growth, measure_size, measure_verification
from registry.benchmark.ledger.over_http import measure_http
from registry.benchmark.ledger.row import Row

SHARE_OF_SINGLE = 20
"""Appends that are waited for one by one are this many times fewer: each waits for the disk."""


def measure_ledger(entries: int, growth: Sequence[int], database_url: str | None = None) -> Iterator[Row]:
    """Rows as they are measured. ``entries`` are appended in each case, ``growth`` are sizes to measure at, in
    ledgers of their own and so in SQLite alone."""
    single = max(1_000, entries // SHARE_OF_SINGLE)
    ceiling = measure_ceiling(entries)
    yield ceiling
    yield measure_unindexed(entries)
    yield measure_naive(single)
    with throw_away_installation(database_url) as installation:
        yield append_alone(installation, single).row("alone")
        yield append_from_threads(installation, single).row("8 threads")
        many = append_in_calls(installation, entries).row("8 threads, 256 a call")
        yield {**many, "share_of_ceiling": round(many["entries_per_second"] / ceiling["entries_per_second"], 2)}
        yield measure_http(installation, single)
        yield measure_verification(installation)
        yield measure_size(installation)
    if growth and database_url is None:
        yield from measure_growth(growth)
