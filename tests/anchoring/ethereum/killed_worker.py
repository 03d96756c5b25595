"""The worker under `kill -9`, in a process of its own that kills itself at an arrow of the state machine.

An arrow is the moment before or after something that lasts: a signature, a commit, bytes sent to a node.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from registry.anchoring.ethereum import sending
from registry.anchoring.ethereum.parts import Parts
from registry.anchoring.ethereum.signer import KeystoreSigner
from registry.anchoring.ethereum.worker import AnchorWorker
from registry.installation import Installation
from registry.ledger.note_signer import NoteSigner
from registry.settings import Settings
from registry.storage import database as storage
from tests.anchoring.ethereum.scene import network, signer
from tests.deterministic import SteppingClock

P = ParamSpec("P")
T = TypeVar("T")
ORIGIN = "firstmark.test/log"
PATIENCE_SECONDS = 60
NOT_KILLED = -1
"""No arrow has this number."""


@dataclass(frozen=True)
class Where:
    """What a worker works on, as another process opens it."""

    home: Path
    database_url: str
    urls: Sequence[str]
    changes: dict[str, int]


class _Arrows:
    """Counts them, and kills the process at the one numbered ``fatal``, from 0."""

    def __init__(self, fatal: int) -> None:
        self.passed = 0
        self._fatal = fatal

    def around(self, act: Callable[P, T]) -> Callable[P, T]:
        def acting(*given: P.args, **named: P.kwargs) -> T:
            self._pass()
            done = act(*given, **named)
            self._pass()
            return done

        return acting

    def _pass(self) -> None:
        if self.passed == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1


def opened(where: Where, now: int) -> Installation:
    """The installation, whose clock says ``now``."""
    return Installation.open(
        Settings.load(home=where.home, database_url=where.database_url),
        clock=SteppingClock(now),
        signer=NoteSigner(ORIGIN, bytes(range(32))),
    )


def round_killed_at(where: Where, fatal: int, now: int) -> int | None:
    """A round in a process of its own; how many arrows it passed, or None if it died at the one numbered ``fatal``."""
    telling, told = _context().Pipe()
    process = _context().Process(target=_victim, args=(where, fatal, now, told))
    process.start()
    told.close()
    process.join(PATIENCE_SECONDS)
    if process.exitcode == -signal.SIGKILL:
        telling.close()
        return None
    assert process.exitcode == 0, f"the worker ended with {process.exitcode}"
    passed: int = telling.recv()
    telling.close()
    return passed


def _victim(where: Where, fatal: int, now: int, told: Any) -> None:
    arrows = _Arrows(fatal)
    sending._send = arrows.around(sending._send)
    storage._commit = arrows.around(storage._commit)
    KeystoreSigner.sign = arrows.around(KeystoreSigner.sign)  # type: ignore[method-assign]
    key = signer()
    with opened(where, now) as installation:
        parts = Parts(installation.database, installation.ledger, installation.sequencer, installation.clock)
        worker = AnchorWorker(parts, network(where.urls, **where.changes), key)
        arrows.passed = 0
        worker.round()
        worker.close()
    told.send(arrows.passed)


def _context() -> ForkServerContext:
    """Processes that have all of this loaded when they begin."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [__name__, "registry.storage.sqlite", "registry.storage.postgresql", "httpx2", "psycopg"]
    )
    return context
