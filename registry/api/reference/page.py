"""The whole page."""

from typing import Any

from registry.api.reference import operations
from registry.api.reference.html import Html, element, join
from registry.api.reference.shapes import Shapes, anchor


def page(document: dict[str, Any], introduction: str) -> str:
    """The reference of the API that ``document`` (OpenAPI) describes, after ``introduction`` (HTML)."""
    schemas = document["components"]["schemas"]
    shapes = Shapes(schemas)
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    listed: dict[str, list[tuple[str, str, dict[str, Any]]]] = {tag: [] for tag in tags}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            listed[operation["tags"][0]].append((method, path, operation))
    chapters = [
        element(
            "section",
            element("h2", element("a", tag.capitalize(), href=f"#{tag}")),
            element("p", tags[tag]),
            *(operations.section(method, path, operation, shapes) for method, path, operation in members),
            id=tag,
        )
        for tag, members in listed.items()
    ]
    all_shapes = element("section", element("h2", "Shapes"), shapes.sections(), id="shapes")
    body = join(
        element("a", "To the text", href="#text", class_="skip"),
        _navigation(document, listed, sorted(schemas)),
        element("main", Html(introduction), *chapters, all_shapes, id="text"),
    )
    title = f"{document['info']['title']} {document['info']['version']}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'{element("title", title)}\n<link rel="icon" href="docs/static/mark.svg">\n'
        f'<link rel="stylesheet" href="docs/static/reference.css">\n</head>\n{element("body", body)}\n</html>\n'
    )


def _navigation(
    document: dict[str, Any], listed: dict[str, list[tuple[str, str, dict[str, Any]]]], schemas: list[str]
) -> Html:
    groups = [
        element(
            "li",
            element("a", tag.capitalize(), href=f"#{tag}"),
            element(
                "ul",
                *(
                    element(
                        "li",
                        element(
                            "a",
                            element("b", method.upper(), class_=f"method {method}"),
                            operation["summary"],
                            href=f"#{operation['operationId']}",
                        ),
                    )
                    for method, _, operation in members
                ),
            ),
        )
        for tag, members in listed.items()
    ]
    chapters = ["Start", "Keys and scopes", "Errors", "Repeating", "Pages"]
    first = [element("li", element("a", title, href="#" + title.lower().replace(" ", "-"))) for title in chapters]
    last = element(
        "li",
        element("a", "Shapes", href="#shapes"),
        element("ul", *(element("li", element("a", name, href=f"#{anchor(name)}")) for name in schemas)),
    )
    heading = element("a", element("strong", document["info"]["title"]), href="#text", class_="home")
    return element("nav", heading, element("ul", *first, *groups, last), aria_label="Contents")
