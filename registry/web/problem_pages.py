"""Every error as a page: what happened, what was not lost, what to do next, and the request's id."""

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from registry import errors
from registry.api.problem_response import RETRY_AFTER_SECONDS
from registry.client.problem import status_of
from registry.web.languages import chosen
from registry.web.visit import HEADERS, TEMPLATES
from registry.web.wording import Words

log = logging.getLogger("registry.web")


async def problem_page(request: Request, error: Exception) -> Response:
    """What a visitor is answered when an address could not answer."""
    request_id: str = request.state.request_id
    match error:
        case errors.Broken():
            log.error("%s %s: %s", request_id, error.code, error.message, exc_info=error)
            return page_of(request.scope, error, request_id)
        case errors.RegistryError():
            return page_of(request.scope, error, request_id)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            answer = page_of(request.scope, _method_not_allowed(request), request_id)
            answer.headers["Allow"] = (error.headers or {}).get("Allow", "GET")
            return answer
        case HTTPException():
            return page_of(request.scope, nothing_here(), request_id)
    raise error


def page_of(scope: Scope, error: errors.RegistryError, request_id: str) -> Response:
    """The page. Asks nothing of the database, which may be what failed."""
    say = chosen(Request(scope))
    status = status_of(error)
    text = TEMPLATES.get_template("problem.html").render(
        visit=None, t=say, say=Words(say), path=scope["path"], error=error, status=status, request_id=request_id
    )
    headers = dict(HEADERS)
    if isinstance(error, errors.Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Response(text, status_code=status, headers=headers, media_type="text/html")


def last_resort(scope: Scope, error: errors.RegistryError, request_id: str) -> ASGIApp:
    """For errors around the application."""
    return page_of(scope, error, request_id)


def nothing_here() -> errors.NotFound:
    """No page has this address."""
    return errors.NotFound(
        "route_not_found", "There is nothing at this address.", hint="Begin at the front page, or correct the address."
    )


def _method_not_allowed(request: Request) -> errors.Refused:
    return errors.Refused(
        "method_not_allowed",
        f"This address does not answer to {request.method}.",
        hint="Go back to the page and use its form.",
    )
