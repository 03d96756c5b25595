"""What certificates say, in each language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")
TAGS: Mapping[str, str] = {"en": "en", "zh": "zh-Hans"}
"""As documents name them (BCP 47)."""


class Words:
    """The sentences of one language, by their place in ``certificate.toml``."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables

    def __call__(self, key: str, **values: object) -> str:
        """The sentence ``key``, such as ``proven.heading``, with ``values`` put in. KeyError."""
        found: Any = self._tables
        for part in key.split("."):
            found = found[part]
        text: str = found
        return text.format(**values) if values else text

    def chain(self, chain_id: int) -> str:
        """What a chain is called."""
        names = self._tables["chains"]
        name: str = names.get(str(chain_id)) or names["other"].format(id=chain_id)
        return name


@cache
def words(language: str) -> Words:
    """Those of one of LANGUAGES."""
    text = (files("registry.evidence") / "texts" / "certificate.toml").read_text("utf-8")
    return Words(tomllib.loads(text)[language])
