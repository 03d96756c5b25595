"""Signing in and out."""

from starlette.responses import Response

from registry import errors
from registry.accounts.sign_in import LONGEST_SESSION, sign_in, sign_out
from registry.api.form import Form
from registry.client.problem import status_of
from registry.web.answering import LINE_BYTES, done, shown
from registry.web.visit import Visit, local_address


def _asked(visit: Visit) -> Response:
    back = local_address(visit.query("next"), "/works")
    if visit.signed_in is not None:
        return visit.to(back)
    return visit.page("sign_in.html", back=back, name="", error=None)


def _sign_in(visit: Visit, form: Form) -> Response:
    home, back, name = visit.installation, local_address(form.text("next"), "/works"), form.text("name")
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
        return visit.page("sign_in.html", status=status_of(error), back=back, name=name, error=error)
    answer = visit.to(back)
    answer.set_cookie(
        visit.cookie, token, max_age=LONGEST_SESSION // 1000, secure=visit.is_secure, httponly=True, samesite="lax"
    )
    return answer


def _sign_out(visit: Visit, _: Form) -> Response:
    sign_out(visit.installation.database, visit.request.cookies.get(visit.cookie, ""), visit.installation.key_secret)
    answer = visit.to("/")
    answer.delete_cookie(visit.cookie, secure=visit.is_secure, httponly=True, samesite="lax")
    return answer


ROUTES = [
    shown("/sign-in", _asked),
    done("/sign-in", _sign_in, {"name": LINE_BYTES, "password": LINE_BYTES, "next": LINE_BYTES}, signed_in=False),
    done("/sign-out", _sign_out, {}),
]
