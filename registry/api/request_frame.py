"""What surrounds every request: its id, the headers of every answer, the line in the log, the last resort for errors.

Outermost on purpose: also what the framework itself answers (no such route, a redirect, a file) goes through here.
"""

import logging
import re
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry import errors
from registry.api.problem_response import problem_response
from registry.ids import SystemRandomness, new_id

log = logging.getLogger("registry.api")

REQUEST_ID = "X-Request-Id"
_ACCEPTABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What a caller may choose: it goes into log lines and headers as it is."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS_OF_EVERY_ANSWER = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Unless an answer brings its own."""
NOT_KEPT = "no-store"
"""Cache-Control of whatever does not say that it may be kept."""

REQUESTS_AT_ONCE = 200
"""Requests under way in one process. More would wait for longer than their clients do; an early answer helps both."""

ErrorAnswer = Callable[[Scope, errors.RegistryError, str], ASGIApp]
"""What answers to an error in a request, which has an id."""


def _as_problem(_: Scope, error: errors.RegistryError, request_id: str) -> ASGIApp:
    return problem_response(error, request_id)


class RequestFrame:
    """ASGI middleware around the whole application.

    An exception that nobody expected is logged with its traceback and the request's id, and answered
    with that id alone. A client that went away is no error: the verb it started has been finished or
    rolled back by then.
    """

    def __init__(self, app: ASGIApp, answer_error: ErrorAnswer = _as_problem) -> None:
        """``answer_error`` makes the answer of an error that the application itself could not answer."""
        self._app = app
        self._answer_error = answer_error
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._answer(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        is_head = scope["method"] == "HEAD"
        status: int | None = None

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _frame(MutableHeaders(scope=message), request_id)
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # Whatever can be read can be asked about (RFC 9110, section 9.3.2).
        inner = {**scope, "method": "GET"} if is_head else scope
        try:
            if self._under_way > REQUESTS_AT_ONCE:
                await self._answer_error(inner, too_busy(), request_id)(inner, receive, send_framed)
            else:
                await self._app(inner, receive, send_framed)
        except ClientDisconnect:
            log.info("%s %s %s: the client went away", request_id, scope["method"], _path(scope))
            return
        except Exception:
            log.exception("%s %s %s: unexpected error", request_id, scope["method"], _path(scope))
            if status is not None:
                raise  # too late for another answer: the server closes the connection
            await self._answer_error(inner, _unexpected(), request_id)(inner, receive, send_framed)
        spent = (time.perf_counter() - started) * 1000
        log.info("%s %s %s %s %.1f ms", request_id, scope["method"], _path(scope), status, spent)


def _request_id(scope: Scope) -> str:
    chosen = Headers(scope=scope).get(REQUEST_ID, "")
    return chosen if _ACCEPTABLE_REQUEST_ID.fullmatch(chosen) else new_id("req", SystemRandomness())


def _frame(headers: MutableHeaders, request_id: str) -> None:
    headers[REQUEST_ID] = request_id
    for name, value in HEADERS_OF_EVERY_ANSWER.items():
        headers.setdefault(name, value)
    if "etag" not in headers:  # files of the documentation may be kept and asked about again
        headers.setdefault("Cache-Control", NOT_KEPT)


def _path(scope: Scope) -> str:
    """As it came over the wire: still percent-encoded, so that it cannot break a log line."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode("ascii", "backslashreplace")
    return raw.decode("ascii", "backslashreplace")


def too_busy() -> errors.Unavailable:
    """There are more requests than the service can take on."""
    return errors.Unavailable(
        "too_busy",
        "The service is busy with other requests; nothing was recorded.",
        hint="Repeat the same request in a moment.",
    )


def _unexpected() -> errors.Broken:
    return errors.Broken(
        "internal_error",
        "The service met an error that it did not expect.",
        hint="Nothing more can be told here: quote the request id to whoever runs this service.",
    )
