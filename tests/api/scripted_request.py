"""A request whose body comes in the pieces that a test chooses."""

from collections.abc import Sequence

from fastapi import Request
from starlette.types import Message


class ScriptedRequest:
    """``received`` counts the pieces that were asked for; after the last one the client is gone."""

    def __init__(self, headers: dict[str, str], chunks: Sequence[bytes], *, finished: bool = True) -> None:
        self._messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        if finished:
            self._messages.append({"type": "http.request", "body": b"", "more_body": False})
        self._raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self.received = 0

    async def _receive(self) -> Message:
        self.received += 1
        return (
            self._messages[self.received - 1] if self.received <= len(self._messages) else {"type": "http.disconnect"}
        )

    @property
    def request(self) -> Request:
        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": self._raw}
        return Request(scope, self._receive)
