"""One row of results, and the percentiles in it."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

Row = dict[str, Any]
"""``case``, ``entries``, ``entries_per_second``, ``p50_ms``, ``p99_ms`` (None: none), and some besides."""


@dataclass(frozen=True)
class Stretch:
    """Entries that were appended in a row: their number, the seconds they took, and the latencies on the way."""

    entries: int
    seconds: float
    latencies: tuple[float, ...]

    @classmethod
    def joined(cls, stretches: Iterable[Self]) -> Self:
        """Several as one."""
        some = list(stretches)
        return cls(
            sum(stretch.entries for stretch in some),
            sum(stretch.seconds for stretch in some),
            tuple(latency for stretch in some for latency in stretch.latencies),
        )

    def row(self, case: str, **besides: object) -> Row:
        """What it says of ``case``."""
        return row(case, self.entries, self.seconds, self.latencies, **besides)


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
