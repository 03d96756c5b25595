"""The languages of the pages: one catalogue each, and which of them a visitor reads."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape
from starlette.requests import Request

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
"""Names of the catalogues, and how each language calls itself."""
TAGS: Mapping[str, str] = {"en": "en", "zh": "zh-Hans"}
"""As the attribute lang wants them (BCP 47)."""
COOKIE = "firstmark_language"
FOLDER = Path(__file__).parent / "catalogue"
_MOST_WISHES = 20


class Catalogue:
    """Every sentence of the pages in one language."""

    def __init__(self, language: str, messages: Mapping[str, str]) -> None:
        self.language = language
        self.tag = TAGS[language]
        self.messages = messages

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key`` with ``values`` put in: text, which the template escapes. KeyError."""
        return self.messages[key].format(**values) if values else self.messages[key]

    def markup(self, key: str, **values: object) -> Markup:
        """The same for a sentence that is markup itself; the values are escaped."""
        return Markup(self.messages[key]).format(**values)  # noqa: S704 - sentences of ours

    def has(self, key: str) -> bool:
        return key in self.messages

    def in_code(self, key: str, **values: object) -> Markup:
        """The sentence, in which `backticks` mark code."""
        pieces = str(escape(self(key, **values))).split("`")
        marked = (f"<code>{piece}</code>" if odd % 2 else piece for odd, piece in enumerate(pieces))
        return Markup("".join(marked))  # noqa: S704 - escaped above


@cache
def catalogue(language: str) -> Catalogue:
    """The catalogue of one of LANGUAGES."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Catalogue(language, {f"{part}.{key}": text for part, table in tables.items() for key, text in table.items()})


def chosen(request: Request) -> Catalogue:
    """What the visitor chose before, else the first language of the browser (RFC 9110, 12.5.4) that there is."""
    wish = request.cookies.get(COOKIE, "")
    if wish in LANGUAGES:
        return catalogue(wish)
    for name in _wishes(request.headers.get("Accept-Language", "")):
        if name in LANGUAGES:
            return catalogue(name)
    return catalogue("en")


def _wishes(header: str) -> list[str]:
    weighed = []
    for place, part in enumerate(header.split(",")[:_MOST_WISHES]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    return [name for weight, _, name in sorted(weighed) if weight < 0]
