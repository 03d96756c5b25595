"""Reading a published log from a folder and over HTTP, within limits."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from registry.errors import Refused, Unavailable
from registry.monitor.log_source import FolderSource, UrlSource, source_of
from registry.outbound.http_requests import HttpRequests


def answered_by(handler: object) -> UrlSource:
    return UrlSource("https://log.example/log/", HttpRequests(connection=httpx2.MockTransport(handler)))  # type: ignore[arg-type]


def test_a_folder_is_read_within_its_limits(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"12345")
    source = FolderSource(tmp_path)
    assert source.read("checkpoint", 5) == b"12345"
    assert source.read("checkpoint/below", 5) is None
    assert source.read("tile/0/000", 5) is None
    with pytest.raises(Unavailable):
        source.read("checkpoint", 4)
    with pytest.raises(Unavailable):
        source.read(".", 4)


def test_an_address_is_asked_below_its_prefix() -> None:
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(404 if request.url.path.endswith("none") else 200, content=b"12345")

    source = answered_by(handler)
    assert source.read("tile/0/000", 5) == b"12345"
    assert source.read("none", 5) is None
    assert asked == ["https://log.example/log/tile/0/000", "https://log.example/log/none"]


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_server_in_trouble_says_nothing_of_the_log(status: int) -> None:
    with pytest.raises(Unavailable) as caught:
        answered_by(lambda _: httpx2.Response(status)).read("checkpoint", 5)
    assert caught.value.code == "log_unreadable"


def test_an_answer_without_end_is_cut_off() -> None:
    given = 0

    def endless() -> Iterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(1000)

    with pytest.raises(Unavailable) as caught:
        answered_by(lambda _: httpx2.Response(200, content=endless())).read("checkpoint", 10_000)
    assert caught.value.code == "peer_answer"
    assert given < 20


def test_a_compressed_answer_is_limited_by_what_it_becomes() -> None:

    bomb = gzip.compress(bytes(10_000_000))
    with pytest.raises(Unavailable):
        answered_by(lambda _: httpx2.Response(200, content=bomb, headers={"Content-Encoding": "gzip"})).read(
            "x", 100_000
        )


def test_redirects_have_an_end() -> None:
    asked = []

    def around(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(302, headers={"Location": f"https://log.example/{len(asked)}"})

    with pytest.raises(Unavailable) as caught:
        answered_by(around).read("checkpoint", 5)
    assert caught.value.code == "peer_answer"
    assert len(asked) == 4


def test_nobody_at_the_address_is_unreachable() -> None:
    with pytest.raises(Unavailable) as caught:
        source_of("http://127.0.0.1:1").read("checkpoint", 5)
    assert caught.value.code == "peer_unreachable"


@pytest.mark.parametrize("address", ["ftp://x", "http://", "https://x/?a", "https://x/#a", "file:///etc"])
def test_only_http_is_an_address(address: str) -> None:
    with pytest.raises(Refused):
        source_of(address)
