import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from registry.imaging.reader import PictureReader
from registry.imaging.reading import read
from tests.drawn_pictures import design, encoded, flattened

ATTEMPTS = {
    "open a file": "open('/etc/passwd')",
    "write a file": "open('/tmp/written', 'w')",
    "open a socket": "__import__('socket').socket()",
    "start a process": "os.fork()",
    "run a program": "os.execv('/bin/true', ['true'])",
    "kill its parent": "os.kill(os.getppid(), 0)",
    "open a file in a thread": "in_a_thread(open, '/etc/passwd')",
    "start a process in a thread": "in_a_thread(os.fork)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
    "take memory without end": "bytearray(2_000_000_000)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_confined_process_cannot(attempt: str) -> None:
    program = f"""
import os, resource, socket, threading
from concurrent.futures import ThreadPoolExecutor
from registry.imaging.confinement import confine
def in_a_thread(attempt, *arguments):
    return ThreadPoolExecutor(1).submit(attempt, *arguments).result()
confine()
try:
    {attempt}
except (OSError, MemoryError, RuntimeError, ValueError):
    os._exit(42)
os._exit(0)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 42


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "PDF"])
def test_every_kind_of_file_is_read_in_the_sandbox_as_outside_of_it(kind: str, picture_reader: PictureReader) -> None:
    file = encoded(flattened(design(9)), kind)
    assert picture_reader.read(file).canonical_digest == read(file).canonical_digest


def sandboxes() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "sandbox_process" in " ".join(child.cmdline())]


def test_the_sandbox_is_started_again_when_it_dies() -> None:
    with PictureReader() as reader:
        first = reader.read(encoded(design(1)))
        for sandbox in sandboxes():
            os.kill(sandbox.pid, signal.SIGKILL)
            sandbox.wait()
        assert reader.read(encoded(design(1))).canonical_digest == first.canonical_digest


def test_the_sandbox_has_one_thread_so_that_no_lock_is_held_when_it_forks(picture_reader: PictureReader) -> None:
    picture_reader.read(encoded(design(1)))
    assert {sandbox.num_threads() for sandbox in sandboxes()} == {1}


def eventually(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not happened() and time.monotonic() < deadline:
        os.sched_yield()
    return happened()


def running(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def waiting_child(reader: PictureReader) -> psutil.Process:
    before = {sandbox.pid for sandbox in sandboxes()}
    reader.read(encoded(design(1)))
    (sandbox,) = (one for one in sandboxes() if one.pid not in before)
    # The child that read is not waited for before the next picture, and no other is started before it ended.
    assert eventually(lambda: sorted(map(running, sandbox.children())) == [False, True])
    return next(child for child in sandbox.children() if running(child))


needs_two_processors = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="with one processor no child waits for the next picture"
)


@needs_two_processors
def test_the_next_picture_is_read_by_a_child_that_waits_for_it() -> None:
    with PictureReader() as reader:
        waiting = waiting_child(reader)
        assert reader.read(encoded(design(2))).canonical_digest == read(encoded(design(2))).canonical_digest
        assert eventually(lambda: not running(waiting))


@needs_two_processors
def test_a_picture_is_read_though_the_child_that_waited_for_it_was_killed() -> None:
    with PictureReader() as reader:
        waiting = waiting_child(reader)
        waiting.kill()
        assert eventually(lambda: not running(waiting))
        assert reader.read(encoded(design(2))).canonical_digest == read(encoded(design(2))).canonical_digest


@needs_two_processors
def test_a_closed_reader_leaves_nothing_of_the_child_that_waited() -> None:
    with PictureReader() as reader:
        waiting = waiting_child(reader)
    assert not waiting.is_running()


def test_many_threads_read_at_once(picture_reader: PictureReader) -> None:
    files = [encoded(design(seed)) for seed in range(8)]
    with ThreadPoolExecutor(8) as threads:
        readings = list(threads.map(picture_reader.read, files))
    assert len({reading.canonical_digest for reading in readings}) == 8


def test_nothing_is_left_running_when_the_reader_is_closed() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with PictureReader() as reader:
        reader.read(encoded(design(1)))
    assert {child.pid for child in psutil.Process().children()} - before == set()
