"""The OpenAPI document and the page written from it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from registry.accounts.caller import Scope
from registry.api.documentation import REFERENCE
from registry.api.reference.examples import example_of
from registry.api.reference.html import Html, element, join, with_code


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


@pytest.fixture
def document(stranger: TestClient) -> dict[str, Any]:
    answer = stranger.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def page(stranger: TestClient) -> "Page":
    answer = stranger.get("/docs")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    parsed = Page()
    parsed.feed(answer.text)
    return parsed


class Page(HTMLParser):
    """What the page holds and asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.append(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "action"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_operation_ids_are_distinct_names_of_functions(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", one) for one in ids)


def test_every_reference_leads_somewhere_and_every_shape_is_used(document: dict[str, Any]) -> None:
    named = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert named == set(document["components"]["schemas"])


def test_shapes_have_the_names_of_their_classes(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if not name.isalnum()] == []


def test_every_operation_is_described_and_tagged(document: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in document["tags"]}
    for path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) < tags, path
        for parameter in operation.get("parameters", []):
            assert "title" not in parameter["schema"] or parameter["name"], path


def test_every_answer_says_what_it_means(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        for status, response in operation["responses"].items():
            assert response["description"] not in ("", "Successful Response"), (path, status)


def test_every_error_is_declared_as_a_problem(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        statuses = set(operation["responses"])
        assert {"422", "500", "503"} <= statuses, path
        if operation.get("security"):
            assert {"401", "403"} <= statuses, path
        if operation.get("requestBody"):
            assert {"400", "408", "413", "415"} <= statuses, path
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_operation_names_the_scope_it_needs(document: dict[str, Any]) -> None:
    scopes = {scope for _, one in operations(document) for wish in one.get("security", []) for scope in wish["ApiKey"]}
    assert scopes <= set(Scope)
    for path, operation in operations(document):
        assert all(wish["ApiKey"] for wish in operation.get("security", [])), path


def test_no_parameter_may_be_null(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        assert "null" not in str([one["schema"] for one in operation.get("parameters", [])]), path


def test_the_page_runs_no_script_and_asks_no_other_host(page: Page) -> None:
    assert not {"script", "style", "iframe", "img"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
    assert [link for link in page.links if "//" in link] == []
    for style in (REFERENCE / "static").iterdir():
        assert "url(" not in style.read_text(encoding="utf-8")
        assert "@import" not in style.read_text(encoding="utf-8")


def test_every_link_of_the_page_leads_somewhere(stranger: TestClient, page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    for link in set(page.links):
        assert link[1:] in page.ids if link.startswith("#") else stranger.get("/" + link).status_code == 200, link


def test_the_page_shows_every_operation_and_every_shape(document: dict[str, Any], page: Page) -> None:
    for path, operation in operations(document):
        assert operation["operationId"] in page.ids
        assert path in page.text
    for name in document["components"]["schemas"]:
        assert f"shape-{name}" in page.ids


def test_the_page_tells_every_scope(page: Page) -> None:
    assert all(scope in page.text for scope in Scope)


def test_markup_escapes_whatever_is_not_markup() -> None:
    link = element("a", "<b> & ", element("i", "x"), href='"&<')
    assert link == '<a href="&quot;&amp;&lt;">&lt;b&gt; &amp; <i>x</i></a>'
    assert with_code("a `<b>` c") == "a <code>&lt;b&gt;</code> c"
    assert isinstance(join("a"), Html)


def test_an_example_of_a_shape_that_contains_itself_ends() -> None:
    node = {"type": "object", "properties": {"inner": {"$ref": "#"}, "n": {"type": "integer", "minimum": 3}}}
    example = example_of(node, lambda schema: node if "$ref" in schema else schema)
    assert example["n"] == 3
    assert len(str(example)) < 200


def test_the_introduction_is_part_of_the_package() -> None:
    assert (Path(REFERENCE) / "introduction.html").read_text(encoding="utf-8").startswith("<h1>")
