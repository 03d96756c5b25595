"""One request of a person: who they are, which language they read, and how a page is answered."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registry import errors
from registry.accounts.sign_in import LONGEST_SESSION, SignedIn, signed_in
from registry.installation import Installation
from registry.web import shown_text, wording
from registry.web.languages import LANGUAGES, TAGS, chosen
from registry.web.static_files import FOLDER, StaticFiles

STATIC = StaticFiles()
SEE_OTHER = 303
HEADERS = {"Referrer-Policy": "same-origin", "Vary": "Cookie, Accept-Language, HX-Request"}
"""Of every page. Without a referrer browsers would not say in Origin where a form comes from."""


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=STATIC.address, languages=LANGUAGES, tags=TAGS)
    made.filters.update(
        visible=shown_text.visible,
        lines=shown_text.lines,
        moment=shown_text.moment,
        machine_moment=shown_text.machine_moment,
        percent=shown_text.percent,
        in_bytes=shown_text.bytes_in_words,
    )
    return made


TEMPLATES = _environment()


class Visit:
    """``request``, and everything that an answer to it needs."""

    def __init__(self, request: Request, installation: Installation) -> None:
        self.request = request
        self.installation = installation
        self.say = chosen(request)

    @property
    def is_secure(self) -> bool:
        """Whether cookies may be kept to encrypted connections."""
        public = self.installation.settings.public_url
        return self.request.url.scheme == "https" if public is None else public.startswith("https://")

    @property
    def cookie(self) -> str:
        """The session cookie's name: the prefix is taken from secure answers of this very host alone (RFC 6265bis)."""
        return "__Host-firstmark" if self.is_secure else "firstmark"

    def begin(self, answer: Response, token: str) -> Response:
        """The same answer, after which the browser is signed in."""
        answer.set_cookie(
            self.cookie, token, max_age=LONGEST_SESSION // 1000, secure=self.is_secure, httponly=True, samesite="lax"
        )
        return answer

    @cached_property
    def signed_in(self) -> SignedIn | None:
        """Whom the browser is signed in as. Asks the database once."""
        token = self.request.cookies.get(self.cookie, "")
        home = self.installation
        return signed_in(home.database, token, home.key_secret, home.clock) if token else None

    @property
    def who(self) -> SignedIn:
        """As ``signed_in``; Unauthenticated (``sign_in_needed``) for a stranger."""
        if self.signed_in is None:
            raise errors.Unauthenticated(
                "sign_in_needed", "This page is for people who are signed in.", hint="Sign in and come back."
            )
        return self.signed_in

    @property
    def account_id(self) -> str:
        return self.who.account_id

    @property
    def wants_part(self) -> bool:
        """Whether a script asks for the part of the page alone that is new."""
        return self.request.headers.get("HX-Request") == "true"

    def path(self, name: str) -> str:
        """A part of the address."""
        part: str = self.request.path_params[name]
        return part

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page that ``template`` makes of ``values``."""
        text = TEMPLATES.get_template(template).render(
            visit=self, t=self.say, say=wording.Words(self.say), path=self.request.url.path, **values
        )
        return HTMLResponse(text, status_code=status, headers=HEADERS)

    def to(self, address: str) -> Response:
        """The browser goes on to ``address``, which is one of ours."""
        return RedirectResponse(address, SEE_OTHER, headers=HEADERS)

    def to_provider(self, address: str) -> Response:
        """The browser goes on to the provider of identity, which the operator chose."""
        return RedirectResponse(address, SEE_OTHER, headers=HEADERS)

    def public_address(self, path: str) -> str:
        """``path`` of ours with the host by which people reach it."""
        return (self.installation.settings.public_url or str(self.request.base_url).rstrip("/")) + path

    def to_sign_in(self) -> Response:
        """The sign-in page, which leads back here."""
        back = self.request.url.path
        if self.request.url.query:
            back += "?" + self.request.url.query
        return self.to("/sign-in?" + urlencode({"next": back if self.request.method == "GET" else "/works"}))


def local_address(wanted: str | None, otherwise: str) -> str:
    """``wanted`` if it is an address on this site and nothing else: no other host, no trick with slashes."""
    if wanted is None or not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or not wanted.isascii():
        return otherwise
    return wanted if wanted.isprintable() and "\\" not in wanted else otherwise
