"""Pages by ledger index: each answer names where the next one begins, so that new works never shift a page.

A cursor is opaque to clients: base64url of a version letter and the index. It is no secret and grants nothing.
"""

import base64
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from registry.api.faults import faulty

MOST_PER_PAGE = 200
USUAL_PER_PAGE = 50
LONGEST_CURSOR = 64

Limit = Annotated[int, Query(ge=1, le=MOST_PER_PAGE, description="How many items a page holds at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, description="Where the page begins: `next` of the page before. Opaque."),
]


def cursor_at(index: int) -> str:
    """The cursor for what follows ledger index ``index``."""
    return base64.urlsafe_b64encode(b"i%d" % index).decode().rstrip("=")


def index_of(cursor: str | None) -> int | None:
    """What :func:`cursor_at` was given; refuses whatever it did not make."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        index = int(text.removeprefix("i"))
    except ValueError:
        index = -1
    if index < 0 or cursor_at(index) != cursor:
        raise faulty("field_invalid", ["query", "cursor"], "It is no cursor of this service.")
    return index


def link_to_next(path: str, **parameters: int | str) -> str:
    """The value of a Link header (RFC 8288), relative to the server that was asked."""
    return f'<{path}?{urlencode(parameters)}>; rel="next"'
