"""How an address is answered: what is shown is read in a thread, a form is taken in only from whom it may come from."""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from registry.api.form import Form, read_form
from registry.web.same_origin import require_same_origin
from registry.web.visit import Visit

Shows = Callable[[Visit], Response]
Does = Callable[[Visit, Form], Response]
Limits = Mapping[str, int] | Callable[[Visit], Mapping[str, int]]
LINE_BYTES = 4 * 1024
"""A form's field of one line."""
TEXT_BYTES = 64 * 1024
"""A form's field of many lines."""


def shown(path: str, show: Shows, *, signed_in: bool = False, pictures: bool = False) -> Route:
    """GET ``path``. ``signed_in``: strangers are led to the sign-in page. ``pictures``: it decodes one, in its turn."""

    async def answer(request: Request) -> Response:
        visit = Visit(request, request.app.state.installation)

        def run() -> Response:
            if signed_in and visit.signed_in is None:
                return visit.to_sign_in()
            return show(visit)

        if pictures:
            async with request.app.state.picture_turns:
                return await run_in_threadpool(run)
        return await run_in_threadpool(run)

    return Route(path, answer, methods=["GET"])


def done(
    path: str,
    do: Does,
    fields: Limits,
    *,
    many: frozenset[str] = frozenset(),
    signed_in: bool = True,
    pictures: bool = False,
) -> Route:
    """POST ``path`` with a form of ``fields`` (name to bytes), all of which may be missing, ``many`` may repeat.

    The body is read once it is known whose it is. ``pictures``: it decodes pictures, in its turn.
    """

    async def answer(request: Request) -> Response:
        visit = Visit(request, request.app.state.installation)
        require_same_origin(request, visit.installation.settings.public_url)
        if signed_in and await run_in_threadpool(lambda: visit.signed_in) is None:
            return visit.to_sign_in()
        limits = fields(visit) if callable(fields) else fields
        form = await read_form(request, limits, optional=frozenset(limits), many=many)
        try:
            if pictures:
                async with request.app.state.picture_turns:
                    return await run_in_threadpool(do, visit, form)
            return await run_in_threadpool(do, visit, form)
        finally:
            form.close()

    return Route(path, answer, methods=["POST"])
