"""Appends killed or made to fail at every statement and every file-system call, and what must hold after each.

One function re-checks everything, :func:`recheck`: what was acknowledged is there byte for byte; the
ledger continues what it was before; works' rows and entries are there together or not at all;
everything verifies; and the same requests, sent again, finish the job. Nobody repairs anything.
"""

import contextlib
import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from registry.accounts.models import Account
from registry.errors import Unavailable
from registry.ledger.log import Head, Ledger
from registry.ledger.models import LedgerEntry
from registry.ledger.self_check import verify_ledger
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.tree import verify_consistency
from tests.deterministic import SteppingClock
from tests.ledger.append_victim import TOGETHER, account_of, answered
from tests.ledger.conftest import new_ledger

ROOT = Path(__file__).parents[2]
CALLS = (
    "openat",
    "close",
    "pread64",
    "pwrite64",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "unlink",
    "flock",
    "fcntl",
    "fstat",
    "newfstatat",
    "lseek",
    "mmap",
    "munmap",
)
"""Every call on files that an append makes, of SQLite, of Python and of a PostgreSQL server's process.

What is said and heard goes through ``write`` and ``read``, which are left alone.
"""
RECOVERY_SECONDS = 60
CASES_OF_A_LEDGER = 40
"""Then a new one is begun, so that checking it stays quick."""
EXPECTED = {"database_unreachable", "database_busy", "disk_full", "outcome_unknown", "database_damaged"}
"""What a step may be answered with when the disk or the server fails."""


@dataclass
class Outcome:
    """What the cases met, to see that they were not all too early or too late."""

    cases: int = 0
    killed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    recorded_unacknowledged: int = 0


@dataclass(frozen=True)
class Case:
    """One fault: at ``point`` of the statements, or at call number ``when`` of the system call ``call``."""

    act: str
    point: int | None = None
    call: str | None = None
    when: int = 0


PAGES_BETWEEN_CHECKPOINTS = 10
"""So few that the appends of one case fold SQLite's write-ahead log into its file, too."""


class Victims:
    """The process that forks the victims, whose SQLite folds its log after so many ``pages``."""

    def __init__(self, pages: int = PAGES_BETWEEN_CHECKPOINTS) -> None:
        self._pages = pages
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.append_victim"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.__exit__(None, None, None)

    def run(self, url: str, number: int, case: Case, *, server: bool = False) -> list[dict[str, Any]]:
        """What the victim of ``case`` said. ``server``: a call of the database server's process is meant."""
        act = case.act if case.call is None else "kill"
        first = self.begin(url, number, case.point, act)
        assert "pid" in first, f"{case} did not begin: {first}"
        with _faults(first["backend"] if server else first["pid"], case):
            self._say("go")
            said = []
            while "ended" not in (line := self._hear()):
                said.append(line)
        return [*said, line]

    def begin(self, url: str, number: int, point: int | None, act: str) -> dict[str, Any]:
        """A victim that waits for its first line; what it says of itself."""
        order = {"url": url, "case": number, "point": point, "act": act, "pages": self._pages}
        self._say(json.dumps(order))
        return self._hear()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        return line


@contextlib.contextmanager
def _faults(pid: int, case: Case, trace: Path | None = None) -> Iterator[None]:
    """strace on the process ``pid``, attached before the block begins."""
    if case.call is None and trace is None:
        yield
        return
    command = ["strace", "-f", "-p", str(pid), "-e", f"trace={case.call or ','.join(CALLS)}"]
    if case.call is not None:
        fault = "signal=SIGKILL" if case.act == "kill" else "error=EIO"
        command += ["-e", f"inject={case.call}:{fault}:when={case.when}", "-o", "/dev/null"]
    else:
        command += ["-o", str(trace)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        assert "attached" in (line := tracer.stderr.readline()), line
        yield
        tracer.terminate()


def statement_cases(victims: Victims, url: str, acts: Sequence[str]) -> list[Case]:
    """A fault at every point around the statements of an undisturbed run."""
    found(url)
    said = victims.run(url, 0, Case("kill"))
    (points,) = (line["points"] for line in said if "points" in line)
    return [Case(act, point=point) for act in acts for point in range(1, points + 1)]


def call_cases(victims: Victims, url: str, folder: Path, *, server: bool = False) -> list[Case]:
    """A kill and an input/output error at every file-system call of an undisturbed run."""
    found(url)
    victims.run(url, 0, Case("kill"))  # the first run of a process makes files that the others find
    trace = folder / "calls"
    counted: Counter[str] = Counter()
    first = victims.begin(url, 1, None, "kill")
    with _faults(first["backend"] if server else first["pid"], Case("kill"), trace):
        victims._say("go")
        while "ended" not in victims._hear():
            pass
    for line in trace.read_text().splitlines():
        if match := re.match(r"\d+ +(\w+)\(", line):
            counted[match[1]] += 1
    return [
        Case(act, call=call, when=when)
        for call, times in sorted(counted.items())
        for act in ("kill", "error")
        for when in range(1, times + 1)
    ]


def found(url: str) -> None:
    """Makes the empty ledger."""
    database = Database.open(url)
    database.migrate()
    with database.write() as session:
        new_ledger().found(session)
    database.close()


def torture(
    victims: Victims, urls: Iterator[str], cases: Sequence[Case], objects: ObjectStore, *, server: bool = False
) -> Outcome:
    """Runs every case, on a new ledger every CASES_OF_A_LEDGER; AssertionError says which broke what."""
    outcome = Outcome()
    url = ""
    for number, case in enumerate(cases):
        if number % CASES_OF_A_LEDGER == 0:
            url = next(urls)
            found(url)
        before = _head(url)
        said = victims.run(url, number, case, server=server)
        if server:
            _await_recovery(url)
        try:
            recheck(url, number, said, before=before, objects=objects, outcome=outcome)
        except AssertionError as error:
            raise AssertionError(f"{case} after {said}: {error}") from error
    return outcome


def _await_recovery(url: str) -> None:
    """Returns when the server, one of whose processes died, answers again: it recovers by itself."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            _head(url)
        except Unavailable:
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)
        else:
            return


def recheck(
    url: str, number: int, said: list[dict[str, Any]], *, before: Head, objects: ObjectStore, outcome: Outcome
) -> None:
    """Everything that must hold after any fault, whatever it was."""
    database = Database.open(url)
    ledger = new_ledger(clock=SteppingClock(step=0))
    try:
        assert not [line for line in said if "unexpected" in line]
        acknowledged = {line["step"]: line["entries"] for line in said if "entries" in line}
        outcome.cases += 1
        outcome.killed += said[-1]["ended"] < 0
        outcome.failed.update(line["failed"] for line in said if "failed" in line)
        assert set(outcome.failed) <= EXPECTED, outcome.failed
        size = _check_recorded(database, ledger, number, acknowledged, before)
        answered_new = sum(len(acknowledged.get(step, ())) for step in ("together", "single")) + ("row" in acknowledged)
        outcome.acknowledged += answered_new
        outcome.recorded_unacknowledged += max(0, size - before.size - answered_new)
        _check(database, ledger, objects)
        _finish(database, ledger, number, acknowledged)
        _check(database, ledger, objects)
    finally:
        database.close()


def _check_recorded(
    database: Database, ledger: Ledger, number: int, acknowledged: dict[str, list[list[Any]]], before: Head
) -> int:
    """Nothing acknowledged is lost, nothing is forked, rows and entries are together."""
    with database.read() as session:
        head = ledger.head(session)
        proof = ledger.consistency_proof(session, before.size, head.size)
        verify_consistency(before.size, bytes.fromhex(before.root), head.size, bytes.fromhex(head.root), proof)
        for entries in acknowledged.values():
            for index, digest in entries:
                assert _digest(ledger.entry(session, index)) == digest, f"entry {index} is another"
        has_row = session.get(Account, account_of(number)) is not None
        has_entry = session.scalar(select(LedgerEntry.index).where(LedgerEntry.subject == f"wrk_{number}")) is not None
        assert has_row == has_entry
        assert has_row or "row" not in acknowledged
        return head.size


def _check(database: Database, ledger: Ledger, objects: ObjectStore) -> None:
    check = verify_ledger(database, ledger, objects)
    assert check.errors == []


def _finish(database: Database, ledger: Ledger, number: int, acknowledged: dict[str, list[list[Any]]]) -> None:
    """The same requests once more: those that were acknowledged get their answers again, the others are recorded."""
    again: dict[str, list[list[Any]]] = {}

    def note(*, step: str, entries: list[list[Any]] | None = None, failed: str | None = None) -> None:
        assert entries is not None, f"{step} failed again: {failed}"
        again[step] = entries

    answered(Sequencer(database, ledger), number, note)
    for step, entries in acknowledged.items():
        assert again[step] == entries
    assert len({index for index, _ in again["together"]}) == TOGETHER
    assert again["again"] == again["together"][:1]


def _head(url: str) -> Head:
    database = Database.open(url)
    try:
        with database.read() as session:
            return new_ledger().head(session)
    finally:
        database.close()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
