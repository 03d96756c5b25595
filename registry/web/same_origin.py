"""Whether a form was sent from one of our own pages: what keeps other sites from acting in a visitor's name.

Browsers say where a request comes from in headers that no page can set: Sec-Fetch-Site on secure addresses and on this
machine, Origin everywhere. So no token has to stand in any form.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from registry import errors

_OURS = {"same-origin", "none"}
"""``none``: the person did it, by reloading or from the history."""


def require_same_origin(request: Request, public_url: str | None) -> None:
    """Forbidden (``other_origin``) for what another site sent, and for what does not say where it comes from."""
    site = request.headers.get("Sec-Fetch-Site")
    if site in _OURS or (site is None and _is_ours(request.headers.get("Origin", ""), request, public_url)):
        return
    raise errors.Forbidden(
        "other_origin",
        "This was not sent from a page of this registry; nothing was done.",
        hint="Open the page here and send its form again; programs use the API.",
    )


def _is_ours(origin: str, request: Request, public_url: str | None) -> bool:
    if public_url is not None:
        return origin == public_url
    return urlsplit(origin).netloc == request.headers.get("Host", "") != ""
