"""Canonical JSON (RFC 8785) for the values that the ledger's formats allow: no floating point anywhere.

``parse`` accepts exactly the bytes that ``encode`` writes, so two different byte strings never mean
the same value, and one value never has two hashes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from registry.verify.encoding import quoted, utf8, utf8_text
from registry.verify.errors import Malformed

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"

LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 writes numbers as ECMAScript does, which is exact for integers up to here (RFC 7493, section 2.2)."""
DEEPEST_NESTING = 32
"""Lists and objects inside each other: far more than any format here has, and no danger to a parser's stack."""
_LONGEST_INTEGER = len(str(-LARGEST_INTEGER))
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_string = json.encoder.encode_basestring
"""Writes strings as RFC 8785, section 3.2.2.2, does: of several escapes the shortest, in lower case."""
_WORDS = {None: "null", False: "false", True: "true"}


def encode(value: JsonValue) -> bytes:
    """``value`` in its RFC 8785 form, UTF-8.

    Malformed for what has none here: floats, integers beyond 2^53 - 1, half of a surrogate pair,
    nesting beyond ``DEEPEST_NESTING``, and types that JSON does not know.
    """
    return utf8(_text(value, 0))


def parse(encoded: bytes) -> JsonValue:
    """The value of ``encoded``. Malformed unless ``encoded`` is canonical, byte for byte."""
    text = utf8_text(encoded)
    _check_nesting(text)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object_without_repeats,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_integer,
        )
    except ValueError as error:
        raise Malformed("The text is not JSON.") from error
    if encode(value) != encoded:
        raise Malformed("The JSON is not in its canonical form (RFC 8785).")
    return value


def _text(value: object, depth: int) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise _too_large()
        return int.__repr__(value)
    if depth == DEEPEST_NESTING:
        raise _too_deep()
    if isinstance(value, Mapping):
        names = sorted(value, key=_utf16)
        return "{" + ",".join(f"{_text(name, 0)}:{_text(value[name], depth + 1)}" for name in names) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item, depth + 1) for item in value) + "]"
    raise Malformed(f"A value of type {type(value).__name__} has no canonical JSON form here.")


def _check_nesting(text: str) -> None:
    """Malformed if ``text`` is nested too deeply, before a parser follows it down: the interpreter's own limit can be
    raised by any library in the process, to where the stack ends first and the process with it."""
    if text.count("[") + text.count("{") <= DEEPEST_NESTING:
        return
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        if found[0] in {"[", "{"}:
            depth += 1
            if depth > DEEPEST_NESTING:
                raise _too_deep()
        elif found[0] in {"]", "}"}:
            depth -= 1


def _utf16(name: object) -> bytes:
    """What RFC 8785, section 3.2.3, sorts names by: their UTF-16 code units."""
    if not isinstance(name, str):
        raise Malformed("An object has a name that is not a string.")
    return name.encode("utf-16-be", "surrogatepass")


def _object_without_repeats(members: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(members)
    if len(value) != len(members):
        raise Malformed("An object has the same name twice.")
    return value


def _refuse_number(digits: str) -> JsonValue:
    raise Malformed(f"The number {quoted(digits)} is not an integer.")


def _integer(digits: str) -> int:
    # The length is looked at first: int() of a million digits would take its time, or refuse in its own way.
    if len(digits) > _LONGEST_INTEGER:
        raise _too_large()
    return int(digits)


def _too_deep() -> Malformed:
    return Malformed(f"The JSON is nested deeper than {DEEPEST_NESTING} levels.")


def _too_large() -> Malformed:
    return Malformed("An integer is beyond 2^53 - 1.")
