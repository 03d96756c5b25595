"""The public log under ``/log``: the resources of C2SP tlog-tiles, as any static host would serve them."""

import gzip
import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path
from starlette.responses import Response

from registry import errors
from registry.api.openapi import problems
from registry.api.opened import Opened
from registry.publication.tile_reading import tile_content
from registry.verify.errors import Malformed
from registry.verify.tiles import ENTRIES, Tile

router = APIRouter(prefix="/log", tags=["log"])

CHECKPOINT_MAY_BE_KEPT = "public, max-age=5"
"""tlog-tiles: the checkpoint changes, so its headers keep caches from holding it for longer than a few seconds."""
TILES_MAY_BE_KEPT = "public, max-age=31536000, immutable"
"""tlog-tiles: tiles and bundles never change, partial ones included. RFC 8246."""
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
_KNOWN = Annotated[str | None, Header(description="The `ETag` of what is known already.")]
_ETAG = {"ETag": {"schema": {"type": "string"}}}


@router.get(
    "/checkpoint",
    operation_id="get_checkpoint",
    summary="The newest checkpoint",
    response_class=Response,
    responses={
        200: {
            "description": "The signed note of the newest tree, verbatim.",
            "headers": _ETAG,
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        304: {"description": "It is still the one that `If-None-Match` names."},
    },
)
def get_checkpoint(installation: Opened, if_none_match: _KNOWN = None) -> Response:
    """What witnesses and monitors compare: name, size and root of the ledger, signed (C2SP tlog-checkpoint)."""
    with installation.database.read() as session:
        text = installation.publication.checkpoint(session)
    return _kept(text.encode(), TEXT, CHECKPOINT_MAY_BE_KEPT, if_none_match)


@router.get(
    "/tile/{path:path}",
    operation_id="get_tile",
    summary="A tile of hashes, or a bundle of entries",
    response_class=Response,
    responses={
        200: {
            "description": "Up to 256 hashes of 32 bytes, or up to 256 entries with their lengths (u16, big-endian).",
            "headers": _ETAG,
            "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "It never changes, so whoever has it has it."},
        **problems(HTTPStatus.NOT_FOUND),
    },
)
def get_tile(
    installation: Opened,
    path: Annotated[str, Path(description="`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`.", examples=["0/000.p/1"])],
    if_none_match: _KNOWN = None,
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """What proofs of any entry and size are computed from, without asking for them (C2SP tlog-tiles)."""
    try:
        tile = Tile.parse(f"tile/{path}")
    except Malformed as error:
        raise _no_such_tile() from error
    with installation.database.read() as session:
        content = tile_content(installation.publication, session, tile)
    if content is None:
        raise _no_such_tile()
    if tile.level != ENTRIES:
        return _kept(content, BYTES, TILES_MAY_BE_KEPT, if_none_match)  # hashes do not get smaller
    answer = _kept(content, BYTES, TILES_MAY_BE_KEPT, if_none_match)
    answer.headers["Vary"] = "Accept-Encoding"
    if answer.status_code == HTTPStatus.OK and _takes_gzip(accept_encoding):
        answer.body = gzip.compress(content, mtime=0)
        # The same content under another encoding is weakly the same (RFC 9110, section 8.8.3.3).
        answer.headers.update(
            {"Content-Encoding": "gzip", "Content-Length": str(len(answer.body)), "ETag": f"W/{answer.headers['ETag']}"}
        )
    return answer


def _kept(content: bytes, media_type: str, keeping: str, known: str | None) -> Response:
    """``content``, or nothing for whoever has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": keeping, "ETag": tag}
    if known is not None and tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def _takes_gzip(accepted: str) -> bool:
    """Whether gzip is among the encodings that are asked for (RFC 9110, section 12.5.3)."""
    for offer in accepted.split(","):
        name, _, weight = offer.replace(" ", "").lower().partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def _no_such_tile() -> errors.NotFound:
    return errors.NotFound(
        "no_such_tile",
        "The log has no such tile or bundle.",
        hint="Read /log/checkpoint first: its size says which there are; c2sp.org/tlog-tiles says how they are called.",
    )
