"""JSON Schemas as people read them: a type in a few words, a table of members."""

from typing import Any

from registry.api.reference.html import Html, element, join, table, with_code

Schema = dict[str, Any]

LARGEST = 2**53 - 1
"""A bound that JSON itself sets says nothing to a reader."""


def anchor(name: str) -> str:
    """Where the page describes the shape called ``name``."""
    return f"shape-{name}"


class Shapes:
    """The shapes of one OpenAPI document."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas

    def sections(self) -> Html:
        """Every shape, by name."""
        return join(*(self._section(name, schema) for name, schema in sorted(self._schemas.items())))

    def _section(self, name: str, schema: Schema) -> Html:
        title = element("h3", element("a", name, href=f"#{anchor(name)}"))
        about = element("p", with_code(_one_line(schema.get("description", ""))))
        content = self.members(schema) if "properties" in schema else element("p", self.type_of(schema))
        return element("section", title, about, content, id=anchor(name), class_="shape")

    def members(self, schema: Schema) -> Html:
        """A table of an object's members."""
        schema = self.resolved(schema)
        needed = schema.get("required", [])
        rows: list[tuple[str, ...]] = []
        for name, member in schema.get("properties", {}).items():
            optional = join() if name in needed else join(" ", element("small", "optional"))
            rows.append((join(element("code", name), optional), self.type_of(member), self._about(member)))
        return table(("Member", "Type", "Meaning"), rows)

    def type_of(self, schema: Schema) -> Html:
        """The type in a few words, with a link where it is described elsewhere."""
        match schema:
            case {"$ref": str(reference)}:
                name = reference.rpartition("/")[2]
                words = element("a", name, href=f"#{anchor(name)}")
            case {"const": value}:
                words = element("code", f'"{value}"')
            case {"enum": values}:
                words = _alternatives([element("code", str(value)) for value in values])
            case {"anyOf": kinds} | {"oneOf": kinds} | {"allOf": kinds}:
                words = _alternatives([self.type_of(kind) for kind in kinds])
            case {"type": "array", "items": items}:
                words = join("list of ", self.type_of(items))
            case {"format": "binary"}:
                words = join("file")
            case _:
                words = join(str(schema.get("type", "any JSON")), *_bounds(schema))
        return words

    def resolved(self, schema: Schema) -> Schema:
        """What a reference stands for."""
        return self._schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    def _about(self, member: Schema) -> Html:
        text = member.get("description") or self.resolved(member).get("description", "")
        return with_code(_one_line(text))


def _alternatives(kinds: list[Html]) -> Html:
    separated = [join(" or ", kind) for kind in kinds[1:]]
    return join(kinds[0], *separated)


def _bounds(schema: Schema) -> list[str]:
    bounds = []
    if "minimum" in schema and schema.get("maximum", LARGEST) < LARGEST:
        bounds.append(f", {schema['minimum']:,} to {schema['maximum']:,}")
    elif "minimum" in schema:
        bounds.append(f", at least {schema['minimum']:,}")
    if "maxLength" in schema:
        bounds.append(f", at most {schema['maxLength']:,} characters")
    return bounds


def _one_line(text: str) -> str:
    return " ".join(text.split())
