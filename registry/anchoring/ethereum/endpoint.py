"""One node of a network, asked through JSON-RPC (Ethereum's execution API) within limits of time and size.

What it answers is believed in nothing: values are parsed strictly here, and what they say is recomputed or compared
with what other nodes say by whoever asks.
"""

import json
from typing import Any, Self
from urllib.parse import urlsplit

from registry import errors
from registry.outbound.http_requests import HttpRequests
from registry.verify.errors import Malformed

REQUEST_SECONDS = 15.0
"""For one answer: a node that takes longer is of no use, as blocks come every 12 seconds."""
LARGEST_ANSWER = 1_048_576
"""Bytes: a block names some thousand transactions by their hashes."""
LARGEST_RECEIPTS = 67_108_864
"""Bytes of all receipts of a block: a full one has some megabytes as JSON."""
JSON_TYPE = "application/json"
_HASH, _ADDRESS, _LARGEST_QUANTITY = 32, 20, 2**256 - 1


class CallRefused(Exception):
    """The node understood the call and answers with an error: ``message`` is its own."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Endpoint:
    """The node at ``url``, called ``label`` to people: its path may hold a secret. Not for several threads at once.

    ``number`` tells it from others at the same host.
    """

    def __init__(self, url: str, number: int = 1, *, seconds: float = REQUEST_SECONDS) -> None:
        self._url = url
        self._seconds = seconds
        self._requests: HttpRequests | None = None
        parts = urlsplit(url)
        self.label = f"{number}/{parts.hostname}" if parts.port is None else f"{number}/{parts.hostname}:{parts.port}"

    def ask(self, method: str, *parameters: object, largest: int = LARGEST_ANSWER) -> Any:
        """The result of a call, None where the node knows of nothing.

        Unavailable (``endpoint_unreachable``, ``endpoint_answer``), CallRefused.
        """
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        if self._requests is None:
            self._requests = HttpRequests(seconds=self._seconds)
        try:
            answer = self._requests.post(self._url, request, largest, content_type=JSON_TYPE)
        except errors.Unavailable as error:
            raise self._unusable("endpoint_unreachable", error.code.replace("_", " ")) from None
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict) and isinstance(told.get("error"), dict):
            raise CallRefused(str(told["error"].get("message"))[:200])
        if not isinstance(told, dict) or "result" not in told or answer.status != 200:
            raise self._unusable("endpoint_answer", f"HTTP status {answer.status}, and no result of a call")
        return told["result"]

    def close(self) -> None:
        """Ends the connection; the next call makes a new one."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _unusable(self, code: str, why: str) -> errors.Unavailable:
        return errors.Unavailable(
            code,
            f"The node {self.label} gave no answer that can be used: {why}.",
            hint="It is asked again later; the other nodes of the network go on. Ask whoever runs it.",
        )


def quantity(value: object) -> int:
    """A number as JSON-RPC writes it: hexadecimal after 0x, without leading zeros. Malformed if it is none."""
    if not isinstance(value, str) or not value.startswith("0x") or len(value) > 2 + 64:
        raise Malformed("A node answers with something else than a number.")
    try:
        number = int(value, 16)
    except ValueError:
        number = -1
    if not 0 <= number <= _LARGEST_QUANTITY or hex(number) != value.lower():
        raise Malformed("A node answers with something else than a number.")
    return number


def content(value: object, length: int | None = None) -> bytes:
    """Bytes as JSON-RPC writes them: hexadecimal after 0x. Malformed if they are none, or not ``length`` of them."""
    try:
        if not isinstance(value, str) or not value.startswith("0x"):
            raise ValueError
        found = bytes.fromhex(value[2:])
    except ValueError:
        raise Malformed("A node answers with something else than bytes.") from None
    if length is not None and len(found) != length:
        raise Malformed(f"A node answers with {len(found)} bytes instead of {length}.")
    return found


def hash_of(value: object) -> bytes:
    """32 bytes."""
    return content(value, _HASH)


def address(value: object) -> bytes:
    """20 bytes."""
    return content(value, _ADDRESS)


def record(value: object) -> dict[str, Any]:
    """A JSON object. Malformed if it is none."""
    if not isinstance(value, dict):
        raise Malformed("A node answers with something else than an object.")
    return value


def listed(value: object) -> list[Any]:
    """A JSON list. Malformed if it is none."""
    if not isinstance(value, list):
        raise Malformed("A node answers with something else than a list.")
    return value


def hexadecimal(number: int | bytes) -> str:
    """A number or bytes as a node is asked with."""
    return hex(number) if isinstance(number, int) else "0x" + number.hex()
