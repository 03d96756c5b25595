"""How to verify evidence without this site, and both verifiers to use here or to take away."""

import hashlib
from functools import cache

from starlette.responses import Response

from registry.evidence.offline_verifier import offline_verifier
from registry.verify_page.page import content_security_policy, verification_page
from registry.web.answering import shown
from registry.web.visit import Visit


@cache
def _verifier() -> tuple[bytes, str]:
    content = offline_verifier()
    return content, hashlib.sha256(content).hexdigest()


def _how(visit: Visit) -> Response:
    content, digest = _verifier()
    key = visit.installation.ledger.verifier_key
    return visit.page("verify.html", digest=digest, size=len(content), verifier_key=key)


def _program(_: Visit) -> Response:
    content, _digest = _verifier()
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="verify.pyz"', "Cache-Control": "public, max-age=300"},
    )


def _page(_: Visit) -> Response:
    """The page that computes in the browser, under its own policy: it may run its script and ask nobody, us neither."""
    return Response(
        verification_page(),
        media_type="text/html",
        headers={
            "Content-Security-Policy": f"{content_security_policy()}; frame-ancestors 'none'",
            "Cache-Control": "public, max-age=300",
        },
    )


ROUTES = [
    shown("/verify", _how),
    shown("/verify/verify.pyz", _program),
    shown("/verify/verify.html", _page),
]
