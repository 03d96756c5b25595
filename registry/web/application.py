"""What `registry serve` serves: the pages, and beside them the API, each with its own errors."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from registry import errors
from registry.api.app import create_app
from registry.api.request_frame import RequestFrame
from registry.installation import Installation
from registry.web.problem_pages import last_resort, problem_page
from registry.web.routes import administration, checks, front, log, numbers, sign_in, verify, works
from registry.web.visit import STATIC

OF_PROGRAMS = ("/v1/", "/log/tile/", "/livez", "/readyz", "/metrics")
"""Where whatever is wrong is told to a program."""


def create_application(installation: Installation) -> ASGIApp:
    """The whole site of ``installation``, which stays the caller's to close."""
    api = create_app(installation)
    pages = create_pages(installation)
    # One count of pictures for both: they share the processes that decode them.
    pages.state.picture_turns = api.state.picture_turns
    return Site(pages, api)


def create_pages(installation: Installation) -> Starlette:
    """The pages alone."""
    pages = Starlette(
        routes=[
            Route("/static/{version}/{name}", STATIC.answer, methods=["GET"]),
            *(
                route
                for part in (front, log, sign_in, works, checks, verify, numbers, administration)
                for route in part.ROUTES
            ),
        ],
        middleware=[Middleware(RequestFrame, answer_error=last_resort)],
        exception_handlers={errors.RegistryError: problem_page, HTTPException: problem_page},
    )
    pages.router.redirect_slashes = False
    pages.state.installation = installation
    _ = installation.identity_provider  # settings that make no sense are told at the start, not to a visitor
    return pages


class Site:
    """ASGI: an address that a page has is the pages', every other the API's; browsers get their mistakes as pages."""

    def __init__(self, pages: Starlette, api: ASGIApp) -> None:
        self._pages = pages
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        of_pages = scope["type"] == "http" and (
            _answers(self._pages.routes, scope) or (_is_of_a_browser(scope) and not _is_of_programs(self._api, scope))
        )
        await (self._pages if of_pages else self._api)(scope, receive, send)


def _answers(routes: list[BaseRoute], scope: Scope) -> bool:
    return any(route.matches(scope)[0] is not Match.NONE for route in routes)


def _is_of_programs(api: ASGIApp, scope: Scope) -> bool:
    return scope["path"].startswith(OF_PROGRAMS) or _answers(getattr(api, "routes", []), scope)


def _is_of_a_browser(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])
