"""A served registry, as a process of its own, that is sent everything hostile that the tests can make."""

import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import psutil
import pytest
from PIL import Image

from tests.cli.command import run, started
from tests.imaging.hostile_files import HostileFile, hostile_files

MOST_MEMORY = 600_000_000
"""Bytes that the service may take, with all its processes."""
LARGE_SIDE = 7_050
"""Pixels: 49.7 megapixels as a square, just below what is accepted."""


class Service:
    """A running service: its address, what authorises a request, and the most memory that it took."""

    def __init__(self, process: psutil.Process, address: str, token: str) -> None:
        self.process, self.address, self.token = process, address, token
        self.most_memory = 0
        self._ended = threading.Event()

    def watch(self) -> None:
        """Until it is told to end: pages that processes share are counted once (PSS in /proc/PID/smaps_rollup)."""
        while not self._ended.wait(0.02):
            family = [self.process, *self.process.children(recursive=True)]
            self.most_memory = max(self.most_memory, sum(map(proportional_memory, family)))

    def end(self) -> None:
        self._ended.set()

    def answer(self, path: str, content: bytes) -> tuple[int, str]:
        """Status and code of the answer to a picture."""
        answer = httpx2.post(
            f"{self.address}{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            files={"file": ("picture", content)} | ({"claim": (None, CLAIM)} if path == WORKS else {}),
            timeout=180,
        )
        return answer.status_code, answer.json().get("code", "")


WORKS, CHECKS = "/v1/works", "/v1/checks"
CLAIM = json.dumps({"creator": "Studio"})


def proportional_memory(process: psutil.Process) -> int:
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    home = {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_PORT": "0"}
    token = run("keys", "create", "test", "--account", "Studio", "--json", environment=home).line["token"]
    with started("serve", "--json", environment=home) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["address"]
        running = Service(psutil.Process(process.pid), address, token)
        watcher = threading.Thread(target=running.watch)
        watcher.start()
        try:
            yield running
        finally:
            running.end()
            watcher.join()
            process.terminate()
            process.communicate()


def large_picture(kind: str, **options: object) -> bytes:
    """Stripes as large as a picture may be."""
    stripes = np.arange(LARGE_SIDE) // 40 % 7 * 30
    grey = (stripes[:, None] + stripes[None, :] // 2).astype(np.uint8)
    written = io.BytesIO()
    Image.merge("RGB", [Image.fromarray(grey)] * 3).save(written, kind, **options)
    return written.getvalue()


@contextmanager
def listening_for_strangers() -> Iterator[tuple[int, Callable[[], int]]]:
    """A port, and how many connected to it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)

        def connected() -> int:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                return 0
            return 1

        yield listener.getsockname()[1], connected


def test_a_service_that_is_sent_every_hostile_file_refuses_each_under_its_code_within_its_memory(
    service: Service,
) -> None:
    def sent(file: HostileFile) -> tuple[str, int, str]:
        path = WORKS if len(file.name) % 2 else CHECKS
        return file.name, *service.answer(path, file.content)

    files = list(hostile_files())
    with ThreadPoolExecutor(4) as clients:
        answers = list(clients.map(sent, files))
    assert answers == [(file.name, 422, file.code) for file in files]
    assert 0 < service.most_memory < MOST_MEMORY


def test_a_service_reads_the_largest_pictures_within_its_memory_and_refuses_what_takes_more(service: Service) -> None:
    large = {
        large_picture("PNG", compress_level=1): (201, ""),
        large_picture("JPEG", quality=60): (201, ""),
        large_picture("WEBP", method=0, quality=10): (422, "decoder_memory"),
    }
    with ThreadPoolExecutor(len(large)) as clients:
        answers = list(clients.map(lambda content: service.answer(CHECKS, content), large))
    assert answers == list(large.values())
    assert MOST_MEMORY / 3 < service.most_memory < MOST_MEMORY


def test_no_picture_makes_the_service_connect_anywhere(service: Service) -> None:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    svg = f'<svg {names} viewBox="0 0 9 9">{{}}</svg>'
    with listening_for_strangers() as (port, connected):
        host = f"http://127.0.0.1:{port}/a.png"
        for inside in (
            f'<image href="{host}" width="9" height="9"/>',
            f'<image xlink:href="{host}" width="9" height="9"/>',
            f'<style>@import url("{host}");</style><path d="M0 0L9 0L4 9Z"/>',
            f'<rect fill="url({host}#a)" width="4" height="4"/>',
            f'<feImage href="{host}"/>',
        ):
            assert service.answer(CHECKS, svg.format(inside).encode()) == (422, "svg_external_reference")
        assert connected() == 0
