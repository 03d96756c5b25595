"""The body of a request, read under a limit of size and of patience.

Bodies are read by the functions of this module alone, and only after the caller is known: a stranger
cannot make the service take in 64 megabytes. The length that a request announces is used to refuse
it early, never to trust it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from registry import errors
from registry.api.faults import FaultyRequest, faults_of, pointer_to

JSON_BYTES = 64 * 1024
"""Largest JSON text, alone or in a form: a ledger entry cannot be larger, and nothing else sent here is near."""
SILENCE_SECONDS = 20.0
"""How long a client may send nothing in the middle of a body: longer than a radio network takes to come back."""
LONGEST_LENGTH = 18
"""Decimal digits of a body's length that are worth reading."""
JSON_MEDIA_TYPE = "application/json"

Model = TypeVar("Model", bound=BaseModel)


async def chunks_of_body(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body, piece by piece, until it ends or passes ``limit`` bytes (``body_too_large``)."""
    announced = request.headers.get("Content-Length", "0")
    if len(announced) > LONGEST_LENGTH or int(announced) > limit:
        raise too_large(limit)
    received = 0
    more = True
    while more:
        try:
            message = await asyncio.wait_for(request.receive(), SILENCE_SECONDS)
        except TimeoutError:
            raise _too_slow() from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        received += len(chunk)
        if received > limit:
            raise too_large(limit)
        more = message.get("more_body", False)
        if chunk:
            yield chunk


async def json_body(request: Request, model: type[Model]) -> Model:
    """The body as ``model``; refuses another content type, and whatever :func:`parsed` refuses."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != JSON_MEDIA_TYPE:
        raise unsupported_type(JSON_MEDIA_TYPE)
    return parsed(b"".join([chunk async for chunk in chunks_of_body(request, JSON_BYTES)]), model)


def parsed(text: bytes, model: type[Model], *, within: tuple[str, ...] = ()) -> Model:
    """JSON text as ``model``. ``within`` is where in the body the text stands.

    Refuses what readers of JSON disagree about (RFC 8259, sections 4, 8 and 9): a name that stands
    twice in an object, NaN and Infinity, half a surrogate pair, bytes that are not UTF-8, nesting
    deeper than the parser goes.
    """
    try:
        value = json.loads(text.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise errors.Refused(
            "json_malformed",
            f"This is not the JSON that it should be: {_reason(error)}.",
            hint="Send one JSON object in UTF-8, each name once.",
            pointer=pointer_to(within),
        ) from None
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise FaultyRequest(faults_of(error.errors(include_url=False, include_context=False), within)) from None


def too_large(limit: int, pointer: str = "") -> errors.Refused:
    """The body, or its part at ``pointer``, has more than ``limit`` bytes."""
    return errors.Refused(
        "body_too_large",
        f"What was sent is larger than {limit:,} bytes.",
        hint="Send a smaller file, or ask whoever runs this service to raise the limit.",
        pointer=pointer,
    )


def unsupported_type(wanted: str) -> errors.Refused:
    return errors.Refused(
        "content_type_unsupported",
        f"A body of this content type cannot be read here; {wanted} is needed.",
        hint=f"Send the body as {wanted} and say so in Content-Type.",
        pointer="/header/content-type",
    )


def _too_slow() -> errors.Refused:
    return errors.Refused(
        "body_too_slow",
        f"No part of the body came for {SILENCE_SECONDS:.0f} seconds; nothing was recorded.",
        hint="Send the request again over a better connection.",
    )


class _RepeatedName(ValueError):
    pass


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(members)
    if len(unique) != len(members):
        raise _RepeatedName
    return unique


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"{error.msg[:1].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}"
        case UnicodeError():
            return "it is not UTF-8"
        case RecursionError():
            return "it is nested too deeply"
        case _RepeatedName():
            return "a name stands twice in one object"
        case _:
            return "it holds a number that no reader agrees on"
