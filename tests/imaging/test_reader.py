import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from registry.errors import RegistryError
from registry.imaging.reader import PictureReader
from tests.drawn_pictures import design, encoded
from tests.imaging.hostile_files import hostile_files

MOST_MEMORY = 600_000_000
ATTEMPTS = {
    "open a file": "open('/etc/passwd')",
    "write a file": "open('/tmp/written', 'w')",
    "open a socket": "__import__('socket').socket()",
    "start a process": "os.fork()",
    "run a program": "os.execv('/bin/true', ['true'])",
    "kill its parent": "os.kill(os.getppid(), 0)",
    "start a thread": "__import__('threading').Thread(target=print).start()",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (99, 99))",
    "take memory without end": "bytearray(2_000_000_000)",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_a_confined_process_cannot(attempt: str) -> None:
    program = f"""
import os, resource, socket, threading
from registry.imaging.confinement import confine
confine()
try:
    {attempt}
except (OSError, MemoryError, RuntimeError, ValueError):
    os._exit(42)
os._exit(0)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 42


def memory_of_tree() -> int:
    """Bytes of this process's children that no other process shares."""
    used = 0
    for process in psutil.Process().children(recursive=True):
        try:
            used += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return used


def test_memory_stays_bounded_through_all_hostile_files() -> None:
    most = 0
    with PictureReader(workers=1) as reader, ThreadPoolExecutor(1) as reading:
        for file in hostile_files():
            answer = reading.submit(reader.read, file.content)
            while not answer.done():
                most = max(most, memory_of_tree())
            with pytest.raises(RegistryError):
                answer.result()
    assert 0 < most < MOST_MEMORY


def test_the_sandbox_is_started_again_when_it_dies() -> None:
    with PictureReader() as reader:
        first = reader.read(encoded(design(1)))
        for child in psutil.Process().children():
            if "sandbox_process" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
                child.wait()
        assert reader.read(encoded(design(1))).canonical_digest == first.canonical_digest


def test_many_threads_read_at_once(picture_reader: PictureReader) -> None:
    files = [encoded(design(seed)) for seed in range(8)]
    with ThreadPoolExecutor(8) as threads:
        readings = list(threads.map(picture_reader.read, files))
    assert len({reading.canonical_digest for reading in readings}) == 8


def test_nothing_is_left_running_when_the_reader_is_closed() -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with PictureReader() as reader:
        reader.read(encoded(design(1)))
    assert {child.pid for child in psutil.Process().children(recursive=True)} - before == set()
