"""HTTP/1.1 as uvicorn speaks it, with an end to patience and with problem details for what is not HTTP."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from registry import errors
from registry.client.problem import MEDIA_TYPE, problem_of
from registry.ids import SystemRandomness, new_id

HEAD_SECONDS = 15.0
"""How long a client may take for the head of a request: it fits into a few packets."""
LINGER_SECONDS = 10.0
"""How long a client that was answered early may go on sending its body, so that it gets to read the answer."""


class HttpProtocol(H11Protocol):
    """One connection. Without these limits a client that sends a byte now and then would hold it for ever."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._head_due is not None:
            self._head_due.cancel()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self.loop.call_later(LINGER_SECONDS, self._end_unless_sent, self.cycle)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's sentence says nothing more
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()  # an answer is under way already
            return
        error = errors.Refused(
            "request_malformed",
            "This is no HTTP/1.1 request.",
            hint="Compare it with RFC 9112; curl and every HTTP library send it right.",
        )
        request_id = new_id("req", SystemRandomness())
        body = problem_of(error, request_id, []).model_dump_json().encode()
        headers = [
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(body))),
            ("X-Request-Id", request_id),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ]
        response = h11.Response(status_code=400, reason="Bad Request", headers=headers)
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _watch_head(self) -> None:
        """Starts the clock when a head is awaited, stops it when one has come."""
        waiting = self.conn.their_state is h11.IDLE
        if waiting and self._head_due is None:
            self._head_due = self.loop.call_later(HEAD_SECONDS, self._no_head_came)
        elif not waiting and self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None

    def _no_head_came(self) -> None:
        self._head_due = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()

    def _end_unless_sent(self, cycle: object) -> None:
        if self.cycle is cycle and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()
