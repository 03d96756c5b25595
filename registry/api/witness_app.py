"""A witness over HTTP (https://c2sp.org/tlog-witness): one address to submit checkpoints to, one to read them back."""

import logging
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry import errors
from registry.client.problem import status_of
from registry.witness.add_checkpoint import LARGEST_REQUEST
from registry.witness.witness import PLAIN_TEXT, Witness

log = logging.getLogger("registry.api")

MAY_BE_KEPT = "public, max-age=60"
"""tlog-witness allows an hour."""


def create_witness_app(witness: Witness) -> Starlette:
    """The HTTP face of ``witness``."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_REQUEST:
                return _answer(HTTPStatus.BAD_REQUEST, f"A request has at most {LARGEST_REQUEST} bytes.\n")
        try:
            answer = await run_in_threadpool(witness.add_checkpoint, bytes(body))
        except errors.RegistryError as error:
            # Nothing was cosigned. What is wrong here is the witness's own matter, and is told to its operator.
            log.error("%s: %s %s", error.code, error.message, error.hint)
            status = HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, errors.Refused) else status_of(error)
            return _answer(HTTPStatus(status), "The witness cannot cosign now.\n")
        return _answer(answer.status, answer.body, answer.media_type)

    async def get_checkpoint(request: Request) -> Response:
        note = await run_in_threadpool(witness.newest, request.path_params["origin_hash"])
        if note is None:
            return _answer(HTTPStatus.NOT_FOUND, "This witness has cosigned nothing of that log.\n")
        answer = _answer(HTTPStatus.OK, note)
        answer.headers["Cache-Control"] = MAY_BE_KEPT
        return answer

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", get_checkpoint, methods=["GET"]),
        ]
    )


def _answer(status: HTTPStatus, body: str, media_type: str = PLAIN_TEXT) -> Response:
    # The exact media type: Starlette would add a charset to every text/... type.
    headers = {"Content-Type": media_type, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(body.encode(), status_code=status, headers=headers)
