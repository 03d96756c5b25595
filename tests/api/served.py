"""The application behind a real server on a free port of this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from registry.api.app import create_app
from registry.api.server import address_of, listening, server_of
from registry.installation import Installation

PATIENCE_SECONDS = 20.0


@contextmanager
def served(application: Installation | ASGIApp) -> Iterator[str]:
    """The address of an installation's API, or of any application, for as long as the block lasts."""
    server = server_of(create_app(application) if isinstance(application, Installation) else application)
    with listening("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


class Line:
    """A connection on which a test says exactly what it wants to say."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def say(self, *lines: str, body: bytes = b"") -> None:
        """A head of these lines, then ``body``."""
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with names in lower case, body."""
        status = int(self._file.readline().split()[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self._file.read(int(headers.get("content-length", "0")))

    def problem(self) -> dict[str, Any]:
        """The answer, which is a problem."""
        _, headers, body = self.answer()
        assert headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = json.loads(body)
        return found

    def is_ended(self) -> bool:
        """Waits for the server to end the connection."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True
