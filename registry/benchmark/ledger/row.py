"""One row of results, and the percentiles in it."""

import time
from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]
"""``case``, ``entries``, ``entries_per_second``, ``p50_ms``, ``p99_ms`` (None: none), and some besides."""


def row(case: str, entries: int, seconds: float, latencies: Sequence[float] = (), **besides: object) -> Row:
    """``seconds`` and ``latencies`` as ``time.perf_counter`` tells them."""
    ordered = sorted(latencies)
    return {
        "case": case,
        "entries": entries,
        "entries_per_second": round(entries / seconds, 1),
        "p50_ms": _percentile(ordered, 50),
        "p99_ms": _percentile(ordered, 99),
        **besides,
    }


def timed(act: Callable[[], object]) -> float:
    """How many seconds ``act`` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Nearest rank, in milliseconds."""
    if not ordered:
        return None
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return round(ordered[rank] * 1000, 2)
