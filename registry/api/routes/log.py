"""The public log under ``/log``, as C2SP tlog-tiles names its resources. Tiles follow; the checkpoint is here."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import Response

from registry.api.opened import Opened

router = APIRouter(prefix="/log", tags=["log"])

CHECKPOINT_MAY_BE_KEPT = "public, max-age=5"
"""tlog-tiles: the checkpoint changes, so its headers keep caches from holding it for longer than a few seconds."""
TEXT = "text/plain; charset=utf-8"


@router.get(
    "/checkpoint",
    operation_id="get_checkpoint",
    summary="The newest checkpoint",
    response_class=Response,
    responses={
        200: {
            "description": "The signed note of the newest tree, verbatim.",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        304: {"description": "It is still the one that `If-None-Match` names."},
    },
)
def get_checkpoint(
    installation: Opened,
    if_none_match: Annotated[str | None, Header(description="The `ETag` of the checkpoint already known.")] = None,
) -> Response:
    """What witnesses and monitors compare: name, size and root of the ledger, signed (C2SP tlog-checkpoint)."""
    with installation.database.read() as session:
        text = installation.ledger.checkpoint(session)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"Cache-Control": CHECKPOINT_MAY_BE_KEPT, "ETag": tag}
    if if_none_match is not None and tag in {known.strip() for known in if_none_match.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=TEXT)
