"""A process whose appends are killed or made to fail at a chosen point: ``python -m tests.ledger.append_victim``.

It loads everything once and forks a child for each line of JSON that it reads, so that a case costs
some milliseconds. The child says what it was answered, line by line, before it asks for the next.
"""

import hashlib
import json
import os
import signal
import tempfile
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from registry.accounts.models import Account
from registry.errors import RegistryError
from registry.ledger import appends
from registry.ledger.appends import Appends
from registry.ledger.group_call import Wanted
from registry.ledger.log import Appended
from registry.ledger.sequencer import Sequencer
from registry.storage import database, sqlite
from registry.storage.database import Database
from tests.deterministic import SteppingClock
from tests.ledger.conftest import new_ledger

TOGETHER = 12
"""Entries of the first call: enough for PostgreSQL's COPY."""


def say(**what: Any) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


def read_line() -> str:
    """A line of stdin, not a byte more: parent and child share it."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line.decode()


def wanted(case: int, number: int) -> Wanted:
    return Wanted("decide", f"cse_{case}_{number}", {"verdict": "copy", "number": number}, f"{case}/{number}")


def account_of(case: int) -> str:
    return f"acc_{case}"


def steps(sequencer: Sequencer, case: int) -> list[tuple[str, Callable[[], list[Appended]]]]:
    """What each process asks for, by the names under which it is answered."""

    def together() -> list[Appended]:
        outcomes = sequencer.append_all([wanted(case, number) for number in range(TOGETHER)])
        for outcome in outcomes:
            if isinstance(outcome, RegistryError):
                raise outcome
        return [one for one in outcomes if isinstance(one, Appended)]

    def with_a_row() -> list[Appended]:
        def record(session: Session, new: Appends) -> None:
            if session.get(Account, account_of(case)) is None:
                session.add(Account(id=account_of(case), name=account_of(case), created_at=0))
                new.add("register", f"wrk_{case}", {"title": "with a row"})

        sequencer.run(record)
        return []

    return [
        ("together", together),
        ("row", with_a_row),
        ("again", lambda: [sequencer.append(wanted(case, 0))]),
        ("single", lambda: [sequencer.append(wanted(case, TOGETHER))]),
    ]


def answered(sequencer: Sequencer, case: int, tell: Callable[..., None]) -> None:
    """Asks for everything, and for the rest also when something failed."""
    for name, step in steps(sequencer, case):
        try:
            entries = step()
        except RegistryError as error:
            tell(step=name, failed=error.code)
        else:
            tell(step=name, entries=[[one.index, hashlib.sha256(one.entry).hexdigest()] for one in entries])


class Points:
    """The places around every statement, bulk insert and commit, numbered in the order in which they are met."""

    def __init__(self, opened: Database, fatal: int | None, act: Callable[[], None]) -> None:
        self.met = 0
        self._fatal = fatal
        self._act = act
        writer = opened._writer
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(writer, name, self._meet)
        for module, called in ((appends, "insert_rows"), (database, "_commit")):
            setattr(module, called, self._around(getattr(module, called)))

    def _meet(self, *_: object) -> None:
        self.met += 1
        if self.met == self._fatal:
            self._act()

    def _around(self, call: Callable[..., None]) -> Callable[..., None]:
        def called(*arguments: Any) -> None:
            self._meet()
            call(*arguments)
            self._meet()

        return called


def child(order: dict[str, Any]) -> None:
    sqlite.PAGES_BETWEEN_CHECKPOINTS = order["pages"]
    opened = Database.open(order["url"])
    ledger = new_ledger(clock=SteppingClock(step=0))
    sequencer = Sequencer(opened, ledger)
    backend = None
    with opened.write() as session:  # the connection that all of it will use
        if opened.dialect == "postgresql":
            backend = session.scalar(text("SELECT pg_backend_pid()"))

    def lose_the_connection() -> None:
        other = Database.open(order["url"])
        with other.write() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
        other.close()

    acts = {"kill": lambda: os.kill(os.getpid(), signal.SIGKILL), "lose": lose_the_connection}
    points = Points(opened, order["point"], acts[order["act"]])
    say(pid=os.getpid(), backend=backend)
    read_line()
    answered(sequencer, order["case"], say)
    say(points=points.met)
    os._exit(0)  # as it would go on: nothing is closed


def load_everything() -> None:
    """One undisturbed run: what Python loads when it is first used must not be what a fault meets."""
    with tempfile.TemporaryDirectory() as folder:
        opened = Database.open(f"sqlite:///{folder}/warm.sqlite")
        opened.migrate()
        with opened.write() as session:
            new_ledger().found(session)
        answered(Sequencer(opened, new_ledger()), 0, lambda **_: None)
        opened.close()


def main() -> None:
    load_everything()
    while line := read_line():
        pid = os.fork()
        if pid == 0:
            try:
                child(json.loads(line))
            except BaseException as error:
                say(unexpected=f"{type(error).__name__}: {error}")
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        say(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
