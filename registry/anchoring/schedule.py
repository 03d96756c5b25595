"""Making rounds on a schedule while the service runs."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from registry import errors

log = logging.getLogger("registry.anchoring")

AGAIN_AFTER_SECONDS = 60.0
"""After a round in which somebody did not answer: soon, but no burden on a free service."""


@contextmanager
def rounds(name: str, make_round: Callable[[], bool] | None, seconds: float) -> Iterator[None]:
    """While the block lasts, makes a round every ``seconds``, in a thread called ``name``; none where there is none.

    ``make_round`` answers whether everybody did: if not, the next comes sooner.
    """
    if make_round is None:
        yield
        return
    ended = threading.Event()

    def go_on() -> None:
        pause = 0.0
        while not ended.wait(pause):
            pause = seconds
            try:
                if not make_round():
                    pause = min(seconds, AGAIN_AFTER_SECONDS)
            except errors.RegistryError as error:
                log.error("No checkpoint was stamped: %s", error.message)
            except Exception:
                # The service goes on, and the next round begins from the database.
                log.exception("A round failed.")

    thread = threading.Thread(target=go_on, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
