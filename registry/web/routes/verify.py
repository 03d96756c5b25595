"""Verifying evidence: here in the browser, and with both verifiers to take away."""

import hashlib
from functools import cache

from starlette.responses import Response

from registry.evidence.offline_verifier import offline_verifier
from registry.verify_page.page import content_security_policy, script, verification_page
from registry.web.answering import shown
from registry.web.public_content import FOR_EVER, PublicContent
from registry.web.visit import Visit

SCRIPT = "/verify/verify.js"


@cache
def _verifier() -> tuple[bytes, str]:
    content = offline_verifier()
    return content, hashlib.sha256(content).hexdigest()


def _here(visit: Visit) -> Response:
    content, digest = _verifier()
    key = visit.installation.ledger.verifier_key
    at = _script().digest
    return visit.page("verify.html", digest=digest, size=len(content), verifier_key=key, script=f"{SCRIPT}?{at}")


@cache
def _script() -> PublicContent:
    return PublicContent(script().encode(), "text/javascript")


def _running(visit: Visit) -> Response:
    """What the page of verifying runs: the same as inside the verifier that is one file, under the site's policy."""
    return _script().answer(visit.request, {"Cache-Control": FOR_EVER})


def _program(_: Visit) -> Response:
    content, _digest = _verifier()
    return Response(
        content,
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="verify.pyz"', "Cache-Control": "public, max-age=300"},
    )


@cache
def _verifier_as_page() -> PublicContent:
    return PublicContent(verification_page(), "text/html")


def _page(visit: Visit) -> Response:
    """The page that computes in the browser, under its own policy: it may run its script and ask nobody, us neither."""
    return _verifier_as_page().answer(
        visit.request,
        {
            "Content-Security-Policy": f"{content_security_policy()}; frame-ancestors 'none'",
            "Cache-Control": "public, max-age=300",
        },
    )


ROUTES = [
    shown("/verify", _here),
    shown("/verify/verify.pyz", _program),
    shown("/verify/verify.html", _page),
    shown(SCRIPT, _running),
]
