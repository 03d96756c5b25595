"""Canonical JSON (RFC 8785, JCS) for the values the ledger uses: no floating point anywhere.

``parse`` accepts exactly the bytes that ``encode`` would write: it parses, formats again and
compares, so two different byte strings can never mean the same value.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from registry.verify.errors import Malformed

JsonValue: TypeAlias = "None | bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue]"

LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 writes numbers as ECMAScript does, which is exact for integers up to here (RFC 7493, section 2.2)."""
DEEPEST_NESTING = 16
"""Far deeper than any claim; low enough that no parser's stack is at risk."""


def encode(value: JsonValue) -> bytes:
    """``value`` as RFC 8785 canonical JSON in UTF-8. Raises Malformed for anything that has no such form."""
    _check(value, 0)
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("a string holds half of a surrogate pair, which no Unicode text can") from error


def parse(encoded: bytes) -> JsonValue:
    """The value of ``encoded``. Raises Malformed unless ``encoded`` is canonical, byte for byte."""
    try:
        value: JsonValue = json.loads(
            encoded.decode("utf-8"),
            object_pairs_hook=_object_without_repeats,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error
    if encode(value) != encoded:
        raise Malformed("not in canonical form (RFC 8785)")
    return value


def _text(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        # RFC 8785 orders keys by their UTF-16 code units.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{_text(value[key])}" for key in keys) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ",".join(_text(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _check(value: object, depth: int) -> None:
    if depth > DEEPEST_NESTING:
        raise Malformed(f"nested deeper than {DEEPEST_NESTING} levels")
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise Malformed("an integer is larger than 2^53 - 1")
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise Malformed("an object has a key that is not a string")
            _check(item, depth + 1)
        return
    if isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
        return
    raise Malformed(f"a value of type {type(value).__name__} has no canonical form here")


def _object_without_repeats(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("an object has the same key twice")
    return members


def _refuse_number(digits: str) -> JsonValue:
    raise Malformed(f"the number {digits[:40]} is not an integer")


def _integer(digits: str) -> int:
    # The length is looked at first: int() of a million digits would take its time.
    if len(digits) > len(str(-LARGEST_INTEGER)):
        raise Malformed("an integer is larger than 2^53 - 1")
    return int(digits)
