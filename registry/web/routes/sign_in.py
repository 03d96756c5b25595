"""Signing in, with a password or through the provider of identity, and out."""

from contextlib import suppress

from starlette.responses import Response

from registry import errors
from registry.accounts.sign_in import LONGEST_SESSION, sign_in, sign_out
from registry.api.form import Form
from registry.client.problem import status_of
from registry.openid_connect.admission import Admission
from registry.openid_connect.attempt import LONGEST, Attempt
from registry.openid_connect.identity import Identity
from registry.openid_connect.provider import Provider
from registry.web.answering import LINE_BYTES, done, shown
from registry.web.problem_pages import nothing_here
from registry.web.visit import Visit, local_address

ANSWER = "/sign-in/provider/answer"
"""Where the provider leads people back to: what its operator registers for this client."""
_OF_ATTEMPT = "-attempt"
_BY_PROVIDER = "-by-provider"
"""A cookie beside the session's: who signed in through the provider may want to sign out there too."""
SIGNED_OUT = "/signed-out"
_USUAL = "/works"


def _asked(visit: Visit) -> Response:
    back = local_address(visit.query("next"), _USUAL)
    if visit.signed_in is not None:
        return visit.to(back)
    return _page(visit, back)


def _page(
    visit: Visit,
    back: str,
    *,
    name: str = "",
    error: errors.RegistryError | None = None,
    identity: Identity | None = None,
) -> Response:
    """``identity`` is who could not be let in: the operator has to be told what the provider calls them."""
    provider = visit.installation.identity_provider
    status = 200 if error is None else int(status_of(error))
    host = None if provider is None else provider.host
    values = {"back": back, "name": name, "error": error, "provider": host}
    return visit.page("sign_in.html", status=status, subject=identity and identity.subject, **values)


def _sign_in(visit: Visit, form: Form) -> Response:
    home, back, name = visit.installation, local_address(form.text("next"), _USUAL), form.text("name")
    try:
        token = sign_in(
            home.database,
            name,
            form.text("password"),
            secret=home.key_secret,
            clock=home.clock,
            randomness=home.randomness,
        )
    except (errors.Unauthenticated, errors.Refused) as error:
        return _page(visit, back, name=name, error=error)
    return visit.begin(visit.to(back), token)


def _to_provider(visit: Visit) -> Response:
    home, back = visit.installation, local_address(visit.query("next"), _USUAL)
    provider = _provider(visit)
    attempt = Attempt.begin(back, home.key_secret, home.clock, home.randomness)
    try:
        address = provider.address_to_sign_in(attempt, visit.public_address(ANSWER))
    except (errors.Unavailable, errors.Refused) as error:
        return _page(visit, back, error=error)
    answer = visit.to_provider(address)
    answer.set_cookie(
        visit.cookie + _OF_ATTEMPT,
        attempt.text,
        max_age=LONGEST // 1000,
        secure=visit.is_secure,
        httponly=True,
        samesite="lax",  # the way back begins on another site
    )
    return answer


def _from_provider(visit: Visit) -> Response:
    home, back, identity = visit.installation, _USUAL, None
    provider, admission = _provider(visit), Admission.of(home.settings)
    kept = visit.request.cookies.get(visit.cookie + _OF_ATTEMPT, "")
    try:
        attempt = Attempt.resumed(kept, visit.query("state") or "", home.key_secret, home.clock)
        back = local_address(attempt.back, _USUAL)
        identity = provider.identity(
            attempt, visit.request.query_params, visit.public_address(ANSWER), admission.name_claim
        )
        token = admission.sign_in(
            home.database, identity, secret=home.key_secret, clock=home.clock, randomness=home.randomness
        )
    except (errors.Refused, errors.Forbidden, errors.Conflict, errors.Unavailable) as error:
        answer = _page(visit, back, error=error, identity=identity)
    else:
        answer = visit.begin(visit.to(back), token)
        answer.set_cookie(
            visit.cookie + _BY_PROVIDER,
            "yes",
            max_age=LONGEST_SESSION // 1000,
            secure=visit.is_secure,
            httponly=True,
            samesite="lax",
        )
    # What was begun is over, however it ended: its state answers nothing any more.
    answer.delete_cookie(visit.cookie + _OF_ATTEMPT, secure=visit.is_secure, httponly=True, samesite="lax")
    return answer


def _provider(visit: Visit) -> Provider:
    provider = visit.installation.identity_provider
    if provider is None:
        raise nothing_here()
    return provider


def _sign_out(visit: Visit, _: Form) -> Response:
    sign_out(visit.installation.database, visit.request.cookies.get(visit.cookie, ""), visit.installation.key_secret)
    by_provider = visit.cookie + _BY_PROVIDER in visit.request.cookies
    # Not straight to the provider: the policy keeps forms to this site, and browsers their redirects too (form-action).
    answer = visit.to(SIGNED_OUT if by_provider else "/")
    for name in (visit.cookie, visit.cookie + _BY_PROVIDER):
        answer.delete_cookie(name, secure=visit.is_secure, httponly=True, samesite="lax")
    return answer


def _signed_out(visit: Visit) -> Response:
    provider, address = _provider(visit), None
    with suppress(errors.Unavailable, errors.Refused):
        address = provider.address_to_sign_out()
    return visit.page("signed_out.html", provider=provider.host, address=address)


ROUTES = [
    shown("/sign-in", _asked),
    shown("/sign-in/provider", _to_provider),
    shown(ANSWER, _from_provider),
    done("/sign-in", _sign_in, {"name": LINE_BYTES, "password": LINE_BYTES, "next": LINE_BYTES}, signed_in=False),
    done("/sign-out", _sign_out, {}),
    shown(SIGNED_OUT, _signed_out),
]
