"""Appends in this process: one by one, from many threads, and many at a call."""

import gc
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from registry.benchmark.ledger.entries import ENTRIES_A_CALL, THREADS, some_entries
from registry.benchmark.ledger.row import Row, row
from registry.errors import RegistryError
from registry.installation import Installation
from registry.ledger.group_call import Wanted


def measure_alone(installation: Installation, entries: int, case: str = "alone") -> Row:
    """One caller, each append waited for before the next. The times are those of an append with its proof."""
    return _with_proofs(installation, case, entries, 1)


def measure_threads(installation: Installation, entries: int, case: str = "8 threads") -> Row:
    """Eight callers, each waiting for its own append. The times are those of an append with its proof."""
    return _with_proofs(installation, case, entries, THREADS)


def measure_calls(installation: Installation, entries: int, case: str = "8 threads, 256 a call") -> Row:
    """Eight callers, each handing over 256 entries and waiting for them. The times are those of a call."""

    def append(share: Sequence[Wanted]) -> list[float]:
        latencies = []
        for start in range(0, len(share), ENTRIES_A_CALL):
            before = time.perf_counter()
            outcomes = installation.sequencer.append_all(share[start : start + ENTRIES_A_CALL])
            latencies.append(time.perf_counter() - before)
            for outcome in outcomes:
                if isinstance(outcome, RegistryError):
                    raise outcome
        return latencies

    return _measured(case, entries, THREADS, append)


def _with_proofs(installation: Installation, case: str, entries: int, threads: int) -> Row:
    def append(share: Sequence[Wanted]) -> list[float]:
        latencies = []
        for wanted in share:
            before = time.perf_counter()
            appended = installation.sequencer.append(wanted)
            with installation.database.read() as session:
                installation.ledger.tlog_proof(session, appended.index, appended.checkpoint_size)
            latencies.append(time.perf_counter() - before)
        return latencies

    return _measured(case, entries, threads, append)


def _measured(case: str, entries: int, threads: int, append: Callable[[Sequence[Wanted]], list[float]]) -> Row:
    shares = [some_entries(entries // threads) for _ in range(threads)]
    gc.collect()
    gc.freeze()  # what the callers hold ready is no work of the ledger's
    try:
        with ThreadPoolExecutor(threads) as pool:
            start = time.perf_counter()
            latencies = [one for share in pool.map(append, shares) for one in share]
            seconds = time.perf_counter() - start
    finally:
        gc.unfreeze()
    return row(case, sum(map(len, shares)), seconds, latencies)
