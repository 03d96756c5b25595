"""Example values of JSON Schemas."""

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
_DEEPEST = 6
"""Levels of objects and lists; a shape that contains itself has to end somewhere."""


def example_of(schema: Schema, resolved: Callable[[Schema], Schema], depth: int = 0) -> Any:
    """The schema's own example, or a value made up from its parts; ``resolved`` follows references."""
    schema = resolved(schema)
    match schema:
        case {"examples": [first, *_]} | {"enum": [first, *_]} | {"const": first} | {"default": first}:
            value = first
        case {"anyOf": [first, *_]} | {"oneOf": [first, *_]} | {"allOf": [first, *_]}:
            value = example_of(first, resolved, depth)
        case {"type": "object", "properties": dict(members)} if depth < _DEEPEST:
            value = {name: example_of(member, resolved, depth + 1) for name, member in members.items()}
        case {"type": "array", "items": dict(items)} if depth < _DEEPEST:
            value = [example_of(items, resolved, depth + 1)]
        case _:
            value = _of_type(schema)
    return value


def _of_type(schema: Schema) -> Any:
    simple = {"object": {}, "array": [], "integer": 0, "number": 0, "boolean": False, "null": None}
    kind = schema.get("type", "string")
    return schema.get("minimum", simple[kind]) if kind in simple else "..."
