"""What the domains answer, in the visitor's language. A sentence that no catalogue has is shown in English."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from registry import errors
from registry.web.languages import Catalogue
from registry.works.schemas import NoteView

_NUMBER = r"(\d+)"
_TRANSFORMS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"identical file", "identical_file"),
        (r"identical pixels", "identical_pixels"),
        (r"re-encoded", "re_encoded"),
        (r"mirrored", "mirrored"),
        (rf"rotated {_NUMBER} degrees clockwise", "clockwise"),
        (rf"rotated {_NUMBER} degrees counter-clockwise", "counter_clockwise"),
        (rf"rotated {_NUMBER} degrees", "turned"),
        (r"inverted", "inverted"),
        (r"greyscale", "greyscale"),
        (r"recoloured", "recoloured"),
        (rf"scaled to {_NUMBER}%", "scaled"),
        (rf"stretched to {_NUMBER}% of the width and {_NUMBER}% of the height", "stretched_to"),
        (rf"stretched by {_NUMBER}%", "stretched"),
        (rf"{_NUMBER}% of the listing's width", "width"),
        (rf"cut off, {_NUMBER}% of it visible", "cut_off"),
    )
)
_PART = re.compile(r", (?!\d+% of it visible)")


class Sentence(NamedTuple):
    """``text``, and the language it is in where that is not the page's: for the attribute lang."""

    text: str
    tag: str | None


class Words:
    """What the domains answer, as ``say`` says it."""

    def __init__(self, say: Catalogue) -> None:
        self._say = say

    def transform(self, words: str) -> str:
        """What was done to a work. The domain says it in English, part by part."""
        return self._say("transform.between").join(self._part(part) for part in _PART.split(words))

    def _part(self, part: str) -> str:
        for pattern, key in _TRANSFORMS:
            if found := pattern.fullmatch(part):
                return self._say(f"transform.{key}", **dict(zip(("number", "other"), found.groups(), strict=False)))
        return part

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Names of a claim's fields as people look for them, which is how the catalogue lists them."""
        known = {key.removeprefix("field."): place for place, key in enumerate(self._say.messages)}
        return sorted(names, key=lambda name: (known.get(name, len(known)), name))

    def age(self, milliseconds: int) -> str:
        """How long ago something was, in its largest unit."""
        minutes = max(milliseconds, 0) // 60_000
        if minutes < 120:
            return self._say("numbers.minutes", count=minutes)
        return (
            self._say("numbers.hours", count=minutes // 60)
            if minutes < 2_880
            else self._say("numbers.days", count=minutes // 1_440)
        )

    def note(self, note: NoteView) -> Sentence:
        """What its owner should know about how a file was read."""
        return self._or_english(f"notes.{note.code}", note.text)

    def error(self, error: errors.RegistryError) -> Sentence:
        """What happened."""
        return self._or_english(f"errors.{error.code}", error.message)

    def hint(self, error: errors.RegistryError) -> Sentence:
        """What to do next."""
        return self._or_english(f"hints.{error.code}", error.hint)

    def marked(self, sentence: Sentence) -> Markup:
        """The sentence with its language, where it is another than the page's."""
        if sentence.tag is None:
            return Markup("{}").format(sentence.text)
        return Markup('<span lang="{}">{}</span>').format(sentence.tag, sentence.text)

    def _or_english(self, key: str, english: str) -> Sentence:
        if self._say.has(key):
            return Sentence(self._say(key), None)
        return Sentence(english, None if self._say.tag == "en" else "en")
