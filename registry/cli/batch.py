"""Many files through one verb: a few at a time, answered in order, stopped between files."""

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import FrameType
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

LOOK_AHEAD = 2
"""Files started per thread before the oldest is waited for: keeps threads busy while one file takes long."""


class StopRequest:
    """Ctrl-C while a batch runs: the first finishes what is under way, the second stops at once.

    Use as a context manager in the main thread; elsewhere it changes nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Callable[[int, FrameType | None], object] | int | None = None

    def __enter__(self) -> "StopRequest":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def overlapping(
    items: Iterable[Item], work: Callable[[Item], Result], *, threads: int, stop: StopRequest
) -> Iterator[tuple[Item, Result]]:
    """``work`` done on every item by ``threads`` threads; the results in the order of the items.

    After a stop request nothing more is started, and what was started is still answered. An
    exception out of ``work`` ends the batch: what has not started never does.
    """
    under_way: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="batch")
    try:
        for item in items:
            if stop.asked:
                break
            under_way.append((item, pool.submit(work, item)))
            if len(under_way) >= threads * LOOK_AHEAD:
                yield _oldest(under_way)
        while under_way:
            yield _oldest(under_way)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _oldest(under_way: deque[tuple[Item, Future[Result]]]) -> tuple[Item, Result]:
    item, future = under_way.popleft()
    return item, future.result()
