"""Every error as one shape of answer: RFC 9457 problem details."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from registry import errors
from registry.api.faults import FaultyRequest, faults_of
from registry.client.problem import MEDIA_TYPE, problem_of, status_of

log = logging.getLogger("registry.api")

RETRY_AFTER_SECONDS = 2
"""How long a client waits before it repeats what could not be done now: longer than a usual write transaction."""


def problem_response(error: errors.RegistryError, request_id: str) -> Response:
    """``error`` as an answer, with the headers that its status asks for."""
    headers = {}
    match error:
        case errors.Unauthenticated():
            # RFC 6750, section 3: no error code when there was no credential at all.
            reason = "" if error.code == "key_missing" else ', error="invalid_token"'
            headers["WWW-Authenticate"] = f'Bearer realm="registry"{reason}'
        case errors.Forbidden():
            headers["WWW-Authenticate"] = 'Bearer realm="registry", error="insufficient_scope"'
        case errors.Unavailable():
            headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    faults = error.faults if isinstance(error, FaultyRequest) else []
    return Response(
        problem_of(error, request_id, faults).model_dump_json(),
        status_code=status_of(error),
        headers=headers,
        media_type=MEDIA_TYPE,
    )


def answer_errors_as_problems(app: FastAPI) -> None:
    """Makes ``app`` answer every error in this shape."""
    for kind in (errors.RegistryError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    request_id: str = request.state.request_id
    match error:
        case errors.RegistryError():
            if isinstance(error, errors.Broken):
                log.error("%s %s: %s", request_id, error.code, error.message, exc_info=error)
            return problem_response(error, request_id)
        case RequestValidationError():
            return problem_response(FaultyRequest(faults_of(error.errors())), request_id)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            response = problem_response(_method_not_allowed(request), request_id)
            response.headers["Allow"] = ", ".join(_allowed(request))
            return response
        case HTTPException(status_code=HTTPStatus.NOT_FOUND):
            return problem_response(_no_such_route(), request_id)
        case HTTPException():
            return problem_response(_malformed(), request_id)
    raise error


def _allowed(request: Request) -> list[str]:
    """The methods of every route with the path that was asked for; the framework looks at the first one only."""
    app: FastAPI = request.app
    path = getattr(request.scope.get("route"), "path", "")  # files of the documentation have no route
    methods = {method.upper() for method in app.openapi()["paths"].get(path, {})} or {"GET"}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def _method_not_allowed(request: Request) -> errors.Refused:
    return errors.Refused(
        "method_not_allowed",
        f"This address does not answer to {request.method}.",
        hint="The header Allow lists the methods that it answers to.",
    )


def _no_such_route() -> errors.NotFound:
    return errors.NotFound(
        "route_not_found",
        "There is nothing at this address.",
        hint="The API's documentation at /docs lists every address.",
    )


def _malformed() -> errors.Refused:
    return errors.Refused(
        "request_malformed",
        "The request cannot be understood.",
        hint="Compare it with the API's documentation at /docs.",
    )
