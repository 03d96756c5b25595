"""Many files through one verb."""

import os
import signal
import threading

import pytest

from registry.cli.batch import LOOK_AHEAD, StopRequest, overlapping


def test_results_come_in_the_order_of_the_items_though_later_ones_finish_first() -> None:
    second_is_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second_is_done.wait(10)
        elif item == 1:
            second_is_done.set()
        return item * 10

    assert list(overlapping(range(6), work, threads=2, stop=StopRequest())) == [(n, n * 10) for n in range(6)]


def test_after_a_stop_nothing_starts_and_what_was_started_is_answered() -> None:
    started: list[int] = []
    stop = StopRequest()

    def work(item: int) -> int:
        started.append(item)
        return item

    answered = []
    for item, _ in overlapping(range(1000), work, threads=2, stop=stop):
        answered.append(item)
        stop.asked = True
    assert answered == sorted(started)
    assert len(answered) <= 1 + 2 * LOOK_AHEAD


def test_an_exception_ends_the_batch_and_reaches_the_caller() -> None:
    started: list[int] = []

    def work(item: int) -> int:
        started.append(item)
        if item == 3:
            raise ValueError("disk full")
        return item

    with pytest.raises(ValueError, match="disk full"):
        list(overlapping(range(1000), work, threads=1, stop=StopRequest()))
    assert len(started) <= 4 + LOOK_AHEAD


def test_the_first_interrupt_asks_and_the_second_interrupts() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopRequest() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
