"""Appends in this process: one by one, from many threads, and many at a call."""

import gc
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from registry.benchmark.ledger.entries import ENTRIES_A_CALL, THREADS, some_entries
from registry.benchmark.ledger.row import Stretch
from registry.errors import RegistryError
from registry.installation import Installation
from registry.ledger.group_call import Wanted


def append_alone(installation: Installation, entries: int) -> Stretch:
    """One caller, each append waited for before the next. The times are those of an append with its proof."""
    return _with_proofs(installation, entries, 1)


def append_from_threads(installation: Installation, entries: int) -> Stretch:
    """Eight callers, each waiting for its own append. The times are those of an append with its proof."""
    return _with_proofs(installation, entries, THREADS)


def append_in_calls(installation: Installation, entries: int) -> Stretch:
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

    return _measured(entries, THREADS, append)


def _with_proofs(installation: Installation, entries: int, threads: int) -> Stretch:
    def append(share: Sequence[Wanted]) -> list[float]:
        latencies = []
        for wanted in share:
            before = time.perf_counter()
            appended = installation.sequencer.append(wanted)
            with installation.database.read() as session:
                installation.ledger.tlog_proof(session, appended.index, appended.checkpoint_size)
            latencies.append(time.perf_counter() - before)
        return latencies

    return _measured(entries, threads, append)


def _measured(entries: int, threads: int, append: Callable[[Sequence[Wanted]], list[float]]) -> Stretch:
    shares = [some_entries(entries // threads) for _ in range(threads)]
    gc.collect()
    gc.freeze()  # what the callers hold ready is no work of the ledger's
    try:
        with ThreadPoolExecutor(threads) as pool:
            start = time.perf_counter()
            latencies = tuple([one for share in pool.map(append, shares) for one in share])
            seconds = time.perf_counter() - start
    finally:
        gc.unfreeze()
    return Stretch(sum(map(len, shares)), seconds, latencies)
