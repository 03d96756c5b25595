"""Faults at single system calls of a publication, injected by strace, and the one function that re-checks everything.

A child is forked for each case, appends and exports, and is killed at, or gets an error from, the n-th call of one
kind. Whatever it leaves behind must be a log that a stranger can verify and that the next export goes on from.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from registry.errors import RegistryError
from registry.monitor.follow import follow
from registry.monitor.followed import Followed
from registry.monitor.log_source import FolderSource, PublishedLog
from registry.publication.export import export
from registry.publication.memory import check_memory
from registry.storage.database import Database
from tests.publication.growing_log import KEY, GrowingLog
from tests.torture_databases import DIALECTS, Copies, copied_databases

CALLS = (
    "openat",
    "read",
    "pread64",
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "link",
    "rename",
    "unlink",
    "unlinkat",
    "mkdir",
    "rmdir",
    "ftruncate",
    "flock",
    "fcntl",
    "close",
)
"""Every call with which Python and SQLite touch files here; close and unlink can fail on real disks, too."""
KILL = "signal=SIGKILL"
FAULTS = (KILL, "error=EIO")
FAULTS_OF_CONNECTIONS = {"sendto": (KILL,), "recvfrom": (KILL, "error=ECONNRESET")}
"""What happens to a client of PostgreSQL: libpq learns that a connection is lost when it reads from it."""
SIZE_BEFORE, SIZE_AFTER = 250, 258
"""Past 256: a full tile, the end of partial ones, and a first tile of the level above."""
_ATTACHED = re.compile(rb"attached")


class Case(NamedTuple):
    """The ``number``-th call, from 1, of the kind ``call`` ends in ``fault``."""

    call: str
    number: int
    fault: str


class Ground:
    """A home with a log and its export, and the log's database, copied afresh for every case."""

    def __init__(self, folder: Path, copies: Copies) -> None:
        self._template = folder / "template"
        self.place = folder / "case"
        self._copies = copies
        self._address = copies.template
        self._template.mkdir()
        log = self._log(self._template)
        log.grow(SIZE_BEFORE)
        export(log.publication, self._template / "log")
        log.database.close()

    def reset(self) -> None:
        """Forgets the case before."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self._template, self.place)
        self._address = self._copies.fresh()

    def publish(self) -> None:
        """What is interrupted: entries are appended, and the log is exported with them."""
        log = self._log(self.place)
        log.grow(SIZE_AFTER)
        export(log.publication, self.place / "log")

    def check(self) -> int:
        """Re-checks everything; answers the size that was shown after the fault.

        What the folder shows verifies from its first entry and continues what it showed before; the
        database continues what was remembered; the next export ends what was begun.
        """
        shown = self._followed()
        assert shown.size in (SIZE_BEFORE, SIZE_AFTER)
        log = self._log(self.place)
        check_memory(log.ledger, log.database, log.memory)
        newest = log.memory.newest()
        assert newest is not None
        assert shown.size <= newest.size <= log.size
        log.grow(SIZE_AFTER)
        export(log.publication, self.place / "log")
        log.database.close()
        assert self._followed().size == SIZE_AFTER
        left = {path.name for path in (self.place / "log").iterdir()}
        assert left == {"checkpoint", "tile", ".lock"}
        return shown.size

    def _followed(self) -> Followed:
        keys = (KEY,)
        before = follow(PublishedLog(FolderSource(self._template / "log")), keys, Followed())
        log = PublishedLog(FolderSource(self.place / "log"))
        follow(log, keys, Followed())
        return follow(log, keys, before)

    def _log(self, place: Path) -> GrowingLog:
        return GrowingLog(Database.open(self._address), place / "home")


def counted(ground: Ground) -> dict[str, int]:
    """How often a publication makes each call."""
    ground.reset()
    with tempfile.NamedTemporaryFile() as trace:
        calls = (*CALLS, *FAULTS_OF_CONNECTIONS)
        _run(ground, ["-o", trace.name, "-e", f"trace={','.join(calls)}"])
        made = Path(trace.name).read_text()
    return {call: len(re.findall(rf"^(?:\d+ +)?{call}\(", made, re.MULTILINE)) for call in calls}


def cases(counts: dict[str, int]) -> Iterator[Case]:
    """Every fault at every call."""
    for call, count in counts.items():
        for number in range(1, count + 1):
            for fault in FAULTS_OF_CONNECTIONS.get(call, FAULTS):
                yield Case(call, number, fault)


def injected(ground: Ground, case: Case) -> int:
    """Runs one case and re-checks everything; answers the size that was shown after the fault."""
    ground.reset()
    _run(ground, ["-o", os.devnull, "-e", f"inject={case.call}:{case.fault}:when={case.number}"])
    return ground.check()


def _run(ground: Ground, options: list[str]) -> None:
    """Publishes in a child of its own, which strace has attached itself to before it begins."""
    begin, tell = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(tell)
            os.read(begin, 1)
            ground.publish()
            code = 0
        except (RegistryError, OSError):
            code = 2  # it was said that something failed
        except BaseException as error:
            sys.stderr.write(f"unexpected: {error!r}\n")
        finally:
            os._exit(code)
    os.close(begin)
    with subprocess.Popen(
        ["strace", "-f", "-p", str(child), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as strace:
        assert strace.stderr is not None
        said = strace.stderr.readline()
        assert _ATTACHED.search(said), said
        os.write(tell, b"x")
        os.close(tell)
        strace.stderr.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) != 1


def main() -> None:
    """Ends with an AssertionError after naming the case that left something wrong, or tells how many there were."""
    parser = argparse.ArgumentParser(prog="python -m tests.publication.fault_injection", description=__doc__)
    parser.add_argument("--database", choices=DIALECTS, action="append", help="only this one")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth case")
    given = parser.parse_args()
    for dialect in given.database or DIALECTS:
        with (
            tempfile.TemporaryDirectory(prefix="firstmark-faults-") as folder,
            copied_databases(dialect, Path(folder)) as copies,
        ):
            _run_all(dialect, Ground(Path(folder), copies), given.every)


def _run_all(dialect: str, ground: Ground, every: int) -> None:
    counts = counted(ground)
    sys.stdout.write(f"{dialect}: system calls of one publication: {counts}\n")
    shown: dict[int, int] = {}
    chosen = list(cases(counts))[::every]
    for case in chosen:
        try:
            size = injected(ground, case)
        except BaseException:
            sys.stdout.write(f"failed: {case}\n")
            raise
        shown[size] = shown.get(size, 0) + 1
    sys.stdout.write(f"{dialect}: {len(chosen)} faults, all of them harmless; shown after the fault: {shown}\n")


if __name__ == "__main__":
    main()
