"""One operation of the API: what it does, what it takes, how to call it, what it answers."""

import json
import shlex
from http import HTTPStatus
from typing import Any

from registry.api.reference.examples import example_of
from registry.api.reference.html import Html, element, join, table, with_code
from registry.api.reference.shapes import Shapes

Operation = dict[str, Any]


def section(method: str, path: str, operation: Operation, shapes: Shapes) -> Html:
    """Everything about ``operation``."""
    place: str = operation["operationId"]
    title = element(
        "h3",
        element("a", operation["summary"], href=f"#{place}"),
        element("code", element("b", method.upper(), class_=f"method {method}"), " ", path),
    )
    return element(
        "section",
        title,
        *(element("p", with_code(" ".join(text.split()))) for text in operation.get("description", "").split("\n\n")),
        _needs(operation),
        _parameters(operation, shapes),
        _body(operation, shapes),
        element("pre", element("code", command(method, path, operation, shapes)), tabindex="0"),
        _answers(operation, shapes),
        id=place,
        class_="operation",
    )


def command(method: str, path: str, operation: Operation, shapes: Shapes) -> str:
    """A curl command that calls it; the shell's variables ``SERVER`` and ``KEY`` hold what differs."""
    words = ["curl"]
    if method.upper() not in ("GET", "POST"):
        words += ["-X", method.upper()]
    lines = [shlex.join(words) + f' "$SERVER{_with_examples(path, operation, shapes)}"']
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $KEY"')
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"] == "Idempotency-Key":
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, body in content.items():
        if media_type == "application/json":
            example = json.dumps(example_of(body["schema"], shapes.resolved), ensure_ascii=False)
            lines += ['-H "Content-Type: application/json"', f"-d {shlex.quote(example)}"]
        else:
            lines += [f"-F {shlex.quote(_field(name, part, shapes))}" for name, part in _parts(body, shapes)]
    if not content and method.upper() == "POST":
        lines[0] = lines[0].replace("curl", "curl -X POST", 1)
    return " \\\n  ".join(lines)


def _with_examples(path: str, operation: Operation, shapes: Shapes) -> str:
    query = []
    for parameter in operation.get("parameters", []):
        example = str(example_of(parameter["schema"], shapes.resolved))
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", example)
        elif parameter["in"] == "query" and parameter["required"]:
            query.append(f"{parameter['name']}={example}")
    return path + ("?" + "&".join(query) if query else "")


def _parts(body: dict[str, Any], shapes: Shapes) -> list[tuple[str, dict[str, Any]]]:
    parts: dict[str, dict[str, Any]] = shapes.resolved(body["schema"]).get("properties", {})
    return sorted(parts.items(), key=lambda part: part[1].get("format") != "binary")


def _field(name: str, part: dict[str, Any], shapes: Shapes) -> str:
    if part.get("format") == "binary":
        return f"{name}=@design.png"
    return f"{name}=" + json.dumps(example_of(part, shapes.resolved), ensure_ascii=False)


def _needs(operation: Operation) -> Html:
    scopes = [scope for wish in operation.get("security", []) for granted in wish.values() for scope in granted]
    if not operation.get("security"):
        return element("p", "Public: needs no key.", class_="needs")
    return element("p", "Needs a key with ", *(element("code", scope) for scope in scopes), ".", class_="needs")


def _parameters(operation: Operation, shapes: Shapes) -> Html:
    rows: list[tuple[str, ...]] = []
    for parameter in operation.get("parameters", []):
        optional = join() if parameter["required"] else join(" ", element("small", "optional"))
        about = parameter.get("description") or parameter["schema"].get("description", "")
        kind = join(shapes.type_of(parameter["schema"]), " in the ", parameter["in"])
        rows.append((join(element("code", parameter["name"]), optional), kind, with_code(about)))
    return table(("Parameter", "Type", "Meaning"), rows) if rows else join()


def _body(operation: Operation, shapes: Shapes) -> Html:
    pieces: list[Html] = []
    for media_type, body in operation.get("requestBody", {}).get("content", {}).items():
        pieces.append(element("p", "Body: ", element("code", media_type), ", ", shapes.type_of(body["schema"]), "."))
        if media_type != "application/json":
            pieces.append(shapes.members(body["schema"]))
    return join(*pieces)


def _answers(operation: Operation, shapes: Shapes) -> Html:
    rows: list[tuple[str, ...]] = []
    failures = []
    for status, response in operation["responses"].items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            failures.append(element("abbr", status, title=response["description"]))
            continue
        kinds = [
            join(" or " if number else "", shapes.type_of(content["schema"]), " as ", element("code", media_type))
            for number, (media_type, content) in enumerate(response.get("content", {}).items())
        ]
        headers = [element("code", name) for name in response.get("headers", {})]
        rows.append(
            (status, join(*kinds) if kinds else "no body", join(with_code(response["description"]), *_with(headers)))
        )
    errors = element("p", element("a", "Errors", href="#errors"), ": ", *_spaced(failures), class_="errors")
    return join(table(("Answer", "Body", "Meaning"), rows), errors, *_examples(operation, shapes))


def _examples(operation: Operation, shapes: Shapes) -> list[Html]:
    for status, response in operation["responses"].items():
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema and int(status) < HTTPStatus.BAD_REQUEST:
            example = json.dumps(example_of(schema, shapes.resolved), indent=2, ensure_ascii=False)
            shown = element("pre", element("code", example), tabindex="0")
            return [element("details", element("summary", "An answer"), shown)]
    return []


def _with(headers: list[Html]) -> list[str]:
    return [" Headers: ", *_spaced(headers), "."] if headers else []


def _spaced(pieces: list[Html]) -> list[str]:
    return [piece for number, one in enumerate(pieces) for piece in (", " if number else "", one)]
