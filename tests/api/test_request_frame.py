"""What surrounds every request."""

import asyncio
import logging

import pytest
from fastapi.testclient import TestClient
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from registry.api.request_frame import REQUESTS_AT_ONCE, RequestFrame

SCOPE: Scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": []}


async def no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
class TestOfTheApplication:
    @pytest.mark.parametrize("chosen", ["a", "7b1f3f2e-8a51-4f0e-9b0c-2f7f0f0a1d11", "x" * 64])
    def test_a_caller_may_choose_the_request_id(self, stranger: TestClient, chosen: str) -> None:
        assert stranger.get("/livez", headers={"X-Request-Id": chosen}).headers["X-Request-Id"] == chosen

    @pytest.mark.parametrize("chosen", ["", "x" * 65, "a b", "a\tb", "\u00e9", "<script>"])
    def test_what_could_confuse_a_log_is_replaced(self, stranger: TestClient, chosen: str) -> None:
        answer = stranger.get("/livez", headers={b"X-Request-Id": chosen.encode("latin-1")})
        assert answer.headers["X-Request-Id"].startswith("req_")

    def test_what_can_be_read_can_be_asked_about(self, stranger: TestClient) -> None:
        for path in ("/livez", "/docs", "/docs/static/reference.css", "/log/checkpoint"):
            read, asked = stranger.get(path), stranger.head(path)
            assert (asked.status_code, asked.content) == (200, b"")
            assert asked.headers["Content-Length"] == read.headers["Content-Length"]

    def test_a_path_cannot_break_a_line_of_the_log(
        self, stranger: TestClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, "registry.api"):
            stranger.get("/a%0Ab%E2%80%A8c")
        (line,) = [record.getMessage() for record in caplog.records if record.name == "registry.api"]
        assert "GET /a%0Ab%E2%80%A8c 404" in line


def test_a_client_that_went_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def gone(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ClientDisconnect

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    with caplog.at_level(logging.INFO, "registry.api"):
        asyncio.run(RequestFrame(gone)(dict(SCOPE), no_body, send))
    assert sent == []
    assert [record.levelname for record in caplog.records if record.name == "registry.api"] == ["INFO"]


def test_requests_over_the_limit_are_told_to_come_again() -> None:
    async def scenario() -> list[int]:
        release = asyncio.Event()
        statuses: list[int] = []

        async def waiting(_scope: Scope, _receive: Receive, send: Send) -> None:
            await release.wait()
            await send({"type": "http.response.start", "status": 204, "headers": []})

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        frame = RequestFrame(waiting)
        under_way = [asyncio.create_task(frame(dict(SCOPE), no_body, send)) for _ in range(REQUESTS_AT_ONCE)]
        await asyncio.sleep(0)
        await frame(dict(SCOPE), no_body, send)
        release.set()
        await asyncio.gather(*under_way)
        await frame(dict(SCOPE), no_body, send)
        return statuses

    assert asyncio.run(scenario()) == [503] + [204] * (REQUESTS_AT_ONCE + 1)
