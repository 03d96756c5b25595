"""The front page, and the language of all pages."""

from starlette.responses import Response

from registry.api.form import Form
from registry.web.answering import LINE_BYTES, done, shown
from registry.web.languages import COOKIE, LANGUAGES
from registry.web.visit import Visit, local_address

_A_YEAR = 365 * 86_400


def _front(visit: Visit) -> Response:
    home = visit.installation
    with home.database.read() as session:
        head = home.ledger.head(session)
    return visit.page("front.html", head=head, origin=home.ledger.origin)


def _language(visit: Visit, form: Form) -> Response:
    answer = visit.to(local_address(form.text("next"), "/"))
    if (language := form.text("language")) in LANGUAGES:
        answer.set_cookie(COOKIE, language, max_age=_A_YEAR, secure=visit.is_secure, httponly=True, samesite="lax")
    return answer


ROUTES = [
    shown("/", _front),
    done("/language", _language, {"language": LINE_BYTES, "next": LINE_BYTES}, signed_in=False),
]
