"""Writing the index under `kill -9`: a process that appends works and writes segments, killed at random moments.

Whatever moment it dies at: the next process answers as an index in memory does, every segment that counts is whole,
and once somebody has written again nothing is left in the folder but what counts.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.similarity.catalogue import Catalogue
from registry.similarity.index.folder import LOCK, MANIFEST, IndexFolder
from registry.similarity.index.folding import fold
from registry.similarity.index.inspection import inspect
from registry.storage.database import Database
from tests.similarity.index.made_works import UNIT, answers, append, in_memory, refreshed

ROOT = Path(__file__).parents[3]
ROUNDS = 12
"""Of appending and writing in each process, which is killed somewhere between the first and the last."""
READY = "ready"


@dataclass
class Outcome:
    """What the kills met, to see that they were not all too early or too late."""

    kills: int = 0
    left_unfinished: int = 0
    left_behind: int = 0


def kill_at_random_moments(database: Database, url: str, folder: Path, *, kills: int, seed: int) -> Outcome:
    """Kills so many writing processes; AssertionError says what broke."""
    outcome = Outcome()
    chance = random.Random(seed)
    whole = 0.0
    while outcome.kills < kills:
        with _writing(url, folder) as process:
            if not whole:
                started = time.monotonic()
                assert process.wait() == 0
                whole = time.monotonic() - started
                continue
            try:
                process.wait(chance.uniform(0, whole))
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
        outcome.kills += 1
        _check(database, folder, outcome)
    return outcome


def _check(database: Database, folder: Path, outcome: Outcome) -> None:
    names = {file.name for file in folder.iterdir()} - {LOCK, MANIFEST}
    with database.read() as session:
        found = inspect(session, folder, UNIT)
    assert found.ok
    outcome.left_unfinished += any(name.endswith(".unfinished") for name in names)
    outcome.left_behind += found.due > 0
    catalogue = refreshed(Catalogue(database, folder, unit=UNIT), database)
    catalogue.close()
    assert answers(catalogue) == in_memory(database)
    append(database, UNIT)
    fold(database, IndexFolder(folder), UNIT)
    with database.read() as session:
        found = inspect(session, folder, UNIT)
    assert found.ok
    assert found.due == 0
    named = {segment.file.name for segment in found.segments}
    assert {file.name for file in folder.iterdir()} == {LOCK, MANIFEST} | named


@contextmanager
def _writing(url: str, folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that is ready to begin."""
    command = [sys.executable, "-m", "tests.similarity.index.killed_writing", url, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().strip() == READY
        process.stdin.write("\n")
        process.stdin.flush()
        yield process


def main() -> None:
    """The process that is killed: the database's address and the index's folder are its arguments."""
    url, folder = sys.argv[1:]
    database = Database.open(url)
    append(database, 1)
    refreshed(Catalogue(database), database)  # everything is imported: from here on it is all writing
    print(READY, flush=True)  # noqa: T201
    sys.stdin.readline()
    for number in range(ROUNDS):
        size = append(database, 1 + number % UNIT)
        append(database, 0, withdrawn=[size - 1], erased=[size // 2])
        fold(database, IndexFolder(Path(folder)), UNIT, anew=number % 4 == 3)


if __name__ == "__main__":
    main()
