"""Registration under `kill -9`: a process that registers, one that kills it at a random moment, and what must hold.

The process says after each registration what it was answered. Whatever moment it dies at: what it said is
recorded, works and entries are there together or not at all, originals lie under their digests, the
ledger verifies, and the same requests, repeated, finish the job with the answers that were given already.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.imaging.reader import PictureReader
from registry.installation import Installation
from registry.ledger.self_check import verify_ledger
from registry.settings import Settings
from registry.works.consistency import check_works
from registry.works.read import get_receipt
from registry.works.register import register
from registry.works.schemas import ClaimInput, Registered, Upload
from tests.drawn_pictures import design, encoded

ROOT = Path(__file__).parents[2]
PICTURES = 6
"""Registered by each process: it is killed somewhere between the first and the last of them."""
THREADS = 2
ROUNDS_OF_A_HOME = 10
"""A home is killed in so often; then a new one is begun, so that checking it stays quick."""
PICTURE_SIDE = 96
OTHER_SEEDS = 1_000_000
READY = "ready"
CLAIM = ClaimInput(creator="Studio")


@dataclass(frozen=True)
class Acknowledged:
    """What the process was answered for a picture. ``digest`` is of the whole answer."""

    index: int
    work_id: str
    digest: str


@dataclass
class Outcome:
    """What the kills met, to see that they were not all too early or too late."""

    kills: int = 0
    acknowledged: int = 0
    recorded_unacknowledged: int = 0
    originals_without_entry: int = 0
    left_to_do: int = 0


def upload(seed: int) -> Upload:
    return Upload(encoded(design(seed, PICTURE_SIDE)), f"design{seed}.png")


def answered(installation: Installation, seed: int) -> Registered:
    """The request for picture ``seed``: whoever sends it, whenever, it is the same one."""
    with installation.database.write() as session:
        account = find_or_create_account(session, "Studio", installation.clock, installation.randomness)
    return register(installation, Caller.local(account), upload(seed), CLAIM, f"key-{seed}")


def digest_of(answer: Registered) -> str:
    return hashlib.sha256(answer.model_dump_json().encode()).hexdigest()


def kill_at_random_moments(
    database_urls: Iterator[str], folder: Path, pictures: PictureReader, *, kills: int, seed: int
) -> Outcome:
    """Kills ``kills`` registering processes, on a new home every ROUNDS_OF_A_HOME; AssertionError says what broke."""
    outcome = Outcome()
    chance = random.Random(seed)
    while outcome.kills < kills:
        home = folder / f"home-{outcome.kills}"
        settings = Settings.load(home=home, database_url=next(database_urls))
        with Installation.open(settings, pictures=pictures) as installation:
            whole = 0.0
            for round_ in range(min(ROUNDS_OF_A_HOME, kills - outcome.kills)):
                seeds = [outcome.kills * PICTURES + number for number in range(PICTURES)]
                whole = whole or _duration_of_a_whole_run(settings, [seed + OTHER_SEEDS for seed in seeds])
                moment = chance.uniform(0, whole)
                said = _killed(settings, seeds, moment)
                _check(installation, seeds, said, outcome, size_before=PICTURES * (round_ + 1))
                outcome.kills += 1
    return outcome


@contextmanager
def registering(settings: Settings, seeds: list[int]) -> "Iterator[subprocess.Popen[str]]":
    """A process that registers pictures, ready to begin with the first of them."""
    command = [sys.executable, "-m", "tests.works.killed_registration", str(settings.home)]
    command += [settings.database_url or "", *map(str, seeds)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline().strip() == READY
        process.stdin.write("\n")
        process.stdin.flush()
        yield process


def _duration_of_a_whole_run(settings: Settings, seeds: list[int]) -> float:
    """Seconds that one process needs for all its pictures, undisturbed."""
    with registering(settings, seeds) as process:
        started = time.monotonic()
        assert len(_said(process)) == PICTURES
        return time.monotonic() - started


def _killed(settings: Settings, seeds: list[int], moment: float) -> dict[int, Acknowledged]:
    """What a process said until it was killed, ``moment`` seconds after it began."""
    with registering(settings, seeds) as process:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        said = _said(process)
    return said


def _said(process: "subprocess.Popen[str]") -> dict[int, Acknowledged]:
    assert process.stdout is not None
    said = {}
    for line in process.stdout:
        seed, index, work_id, digest = json.loads(line)
        said[seed] = Acknowledged(index, work_id, digest)
    return said


def _check(
    installation: Installation, seeds: list[int], said: dict[int, Acknowledged], outcome: Outcome, *, size_before: int
) -> None:
    _check_ledger(installation)
    size = _size(installation)
    originals = set(installation.objects.digests())
    for seed, told in said.items():
        kept = get_receipt(installation, told.work_id)
        assert (kept.index, kept.sha256) == (told.index, hashlib.sha256(upload(seed).content).hexdigest())
    assert len(said) <= size - size_before <= len(seeds)
    # The same requests again: what was recorded is answered as it was, the rest is done now.
    for seed in seeds:
        answer = answered(installation, seed)
        if seed in said:
            assert (answer.index, digest_of(answer)) == (said[seed].index, said[seed].digest)
    _check_ledger(installation)
    assert _size(installation) == size_before + len(seeds)
    recorded = size - size_before
    outcome.acknowledged += len(said)
    outcome.recorded_unacknowledged += recorded - len(said)
    outcome.left_to_do += len(seeds) - recorded
    outcome.originals_without_entry += len(originals) - size


def _check_ledger(installation: Installation) -> None:
    check = verify_ledger(installation.database, installation.ledger, installation.objects)
    assert check.ok, check.errors
    assert check_works(installation) == []


def _size(installation: Installation) -> int:
    with installation.database.read() as session:
        return installation.ledger.head(session).size


def main() -> None:
    """The process that is killed: home, database and the seeds of its pictures are its arguments."""
    home, database_url, *seeds = sys.argv[1:]
    with Installation.open(Settings.load(home=Path(home), database_url=database_url)) as installation:
        installation.pictures.read(upload(0).content)  # the sandbox is up: from here on it is all registration
        print(READY, flush=True)  # noqa: T201
        sys.stdin.readline()

        def run(seed: int) -> None:
            answer = answered(installation, seed)
            told = json.dumps([seed, answer.index, answer.work_id, digest_of(answer)])
            os.write(sys.stdout.fileno(), told.encode() + b"\n")  # shorter than PIPE_BUF: whole or not at all

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(run, map(int, seeds)))


if __name__ == "__main__":
    main()
