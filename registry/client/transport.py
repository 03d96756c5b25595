"""Requests that survive a broken connection, and answers that are either a shape or an error of the family."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from registry import errors
from registry.client.problem import MEDIA_TYPE, Problem, error_of
from registry.outbound.http_requests import parsed_address

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
"""Longer than the service lets a registration or a check wait for its turn and then takes for it."""
TRIES = 4
FIRST_PAUSE_SECONDS = 0.5
"""Doubled after every failure."""
LONGEST_PAUSE_SECONDS = 30.0
"""However long a server asks for, a person waits at the other end."""

Shape = TypeVar("Shape", bound=BaseModel)
Sleep = Callable[[float], None]

_REPEATABLE = ("GET", "DELETE")
_BUSY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


@dataclass(frozen=True)
class Upload:
    """A file to send: a path, which is read while it is sent, or its bytes. ``name`` is told to the server."""

    content: bytes | Path
    name: str

    @classmethod
    def of(cls, file: "Path | bytes | Upload") -> "Upload":
        """A path goes by its last part, bytes by no telling name."""
        if isinstance(file, Upload):
            return file
        return cls(file, file.name if isinstance(file, Path) else "upload")


class Transport:
    """One server, one key. Not for several threads at once."""

    def __init__(
        self,
        server: str,
        key: str | None,
        *,
        connection: httpx2.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
    ) -> None:
        url = _checked(server)
        headers = {"User-Agent": f"firstmark/{version('firstmark')}"}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._server = server
        self._sleep = sleep
        self._http = httpx2.Client(
            base_url=url,
            headers=headers,
            timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            transport=connection,
        )

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int | None] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        file: Upload | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """The answer, which is a success; any other is raised as the error that the server met.

        What may be repeated (``GET``, ``DELETE``, or anything with an ``Idempotency-Key``) is repeated when
        the connection breaks or the server is busy. Unavailable (``server_unreachable``, ``answer_lost``)
        when that did not help.
        """
        repeatable = method in _REPEATABLE or "Idempotency-Key" in (headers or {})
        for pause in _pauses(TRIES if repeatable else 1):
            with ExitStack() as opened:
                # A field without a file name keeps a form multipart that has no file in it.
                parts: list[tuple[str, tuple[str | None, str | bytes | BinaryIO]]]
                parts = [(name, (None, value)) for name, value in (fields or {}).items()]
                if file is not None:
                    parts.append(("file", (file.name, _stream(file, opened))))
                try:
                    answer = self._http.request(
                        method,
                        path,
                        params={name: value for name, value in (query or {}).items() if value is not None},
                        headers=dict(headers or {}),
                        json=json,
                        files=parts or None,
                    )
                except httpx2.TransportError as error:
                    if pause is None:
                        raise self._lost(error) from error
                    self._sleep(pause)
                    continue
            if answer.is_success:
                return answer
            if answer.status_code not in _BUSY or pause is None:
                raise _error_in(answer)
            self._sleep(max(pause, _asked_for(answer)))
        raise AssertionError("the last try returns or raises")

    def pieces(self, path: str, query: Mapping[str, str | int | None]) -> Iterator[bytes]:
        """The body of what ``GET`` answers, as it comes. Errors as of :meth:`ask`; it is not asked for again."""
        asked_for = {name: value for name, value in query.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=asked_for) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _error_in(answer)
                yield from answer.iter_bytes()
        except httpx2.TransportError as error:
            raise self._lost(error) from error

    def shape(self, model: type[Shape], method: str, path: str, **request: Any) -> Shape:
        """The answer as ``model``."""
        return shaped(model, self.ask(method, path, **request).content)

    def _lost(self, error: httpx2.TransportError) -> errors.Unavailable:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
            return errors.Unavailable(
                "server_unreachable",
                f"There is no answer from {self._server}; nothing was sent.",
                hint="Check the address, and that the service runs.",
            )
        return errors.Unavailable(
            "answer_lost",
            f"The connection to {self._server} broke before the answer came, so it is unknown whether it was done.",
            hint="Send the same request again: what was recorded is answered again, not recorded twice.",
        )


def shaped(model: type[Shape], content: bytes) -> Shape:
    """JSON from the server as ``model``; Broken (``answer_not_understood``) if it is something else."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise _not_understood() from error


def _checked(server: str) -> httpx2.URL:
    url = parsed_address(server)
    if url is None:
        raise errors.Refused(
            "server_address",
            "This is no address of a registry.",
            hint="Give it as https://host or http://127.0.0.1:8000.",
        )
    return url


def _stream(file: Upload, opened: ExitStack) -> bytes | BinaryIO:
    return file.content if isinstance(file.content, bytes) else opened.enter_context(file.content.open("rb"))


def _pauses(tries: int) -> Iterator[float | None]:
    """Before each further try; None after the last one."""
    for number in range(tries - 1):
        yield FIRST_PAUSE_SECONDS * 2**number
    yield None


def _asked_for(answer: httpx2.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), LONGEST_PAUSE_SECONDS) if text.isdecimal() and text.isascii() else 0.0


def _error_in(answer: httpx2.Response) -> errors.RegistryError:
    if answer.headers.get("Content-Type", "").partition(";")[0] == MEDIA_TYPE:
        return error_of(shaped(Problem, answer.content))
    if answer.status_code in _BUSY:
        return errors.Unavailable(
            "server_unavailable",
            f"What stands before the registry answered {answer.status_code}.",
            hint="Repeat the same request in a moment.",
        )
    return _not_understood()


def _not_understood() -> errors.Broken:
    return errors.Broken(
        "answer_not_understood",
        "The server's answer is not one of this version of the registry.",
        hint="Check the address, and that client and server are of the same version.",
    )
