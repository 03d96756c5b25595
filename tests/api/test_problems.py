"""Every error has the same shape, whatever met it."""

import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from registry import errors
from registry.api.app import create_app
from registry.api.request_frame import HEADERS_OF_EVERY_ANSWER
from registry.client.problem import Problem
from registry.installation import Installation


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


def problem(client: TestClient, method: str, path: str, **request: object) -> Problem:
    answer = client.request(method, path, **request)  # type: ignore[arg-type]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    for name, value in HEADERS_OF_EVERY_ANSWER.items():
        assert answer.headers[name] == value
    found = Problem.model_validate_json(answer.content)
    assert set(answer.json()) == set(Problem.model_fields)
    assert (found.status, found.request_id) == (answer.status_code, answer.headers["X-Request-Id"])
    return found


def operations(client: TestClient) -> Iterator[tuple[str, str, dict[str, object]]]:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_route_refuses_an_unknown_parameter_in_the_same_shape(studio: TestClient) -> None:
    for method, path, _ in operations(studio):
        assert problem(studio, method, f"{path}?unknown=1").code == "field_unknown", (method, path)


def test_every_route_with_a_key_challenges_a_stranger_in_the_same_shape(stranger: TestClient) -> None:
    asked = [(method, path) for method, path, operation in operations(stranger) if operation.get("security")]
    assert len(asked) > 2
    for method, path in asked:
        assert problem(stranger, method, path).code == "key_missing", (method, path)


def test_every_route_with_a_body_refuses_another_content_type_in_the_same_shape(studio: TestClient) -> None:
    asked = [(method, path) for method, path, operation in operations(studio) if operation.get("requestBody")]
    assert asked
    for method, path in asked:
        text = {"content": b"x", "headers": {"Content-Type": "text/plain"}}
        assert problem(studio, method, path, **text).code == "content_type_unsupported", (method, path)


def test_every_route_names_the_methods_it_answers_to(stranger: TestClient) -> None:
    for path, methods in stranger.get("/openapi.json").json()["paths"].items():
        found = problem(stranger, "PATCH", path)
        allowed = stranger.patch(path).headers["Allow"].split(", ")
        head = {"HEAD"} if "get" in methods else set()
        assert (found.code, set(allowed)) == ("method_not_allowed", {one.upper() for one in methods} | head), path


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/ledger/", "/v2/works", "/docs/static/", "/docs/static/../page.py", "/%00"]
)
def test_an_address_without_anything_is_told_so(stranger: TestClient, path: str) -> None:
    assert problem(stranger, "GET", path).code == "route_not_found"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/static/reference.css"])
def test_the_documentation_is_only_read(stranger: TestClient, path: str) -> None:
    assert problem(stranger, "POST", path).code == "method_not_allowed"


@pytest.mark.parametrize(
    ("raised", "status", "headers"),
    [
        (errors.Refused("a_code", "What.", hint="Do.", pointer="/x"), 422, set()),
        (errors.Unauthenticated("a_code", "What.", hint="Do."), 401, {"WWW-Authenticate"}),
        (errors.Forbidden("a_code", "What.", hint="Do."), 403, {"WWW-Authenticate"}),
        (errors.NotFound("a_code", "What.", hint="Do."), 404, set()),
        (errors.Conflict("a_code", "What.", hint="Do."), 409, set()),
        (errors.Unavailable("a_code", "What.", hint="Do."), 503, {"Retry-After"}),
        (errors.Broken("a_code", "What.", hint="Do."), 500, set()),
    ],
)
def test_each_kind_of_error_has_its_status_and_headers(
    installation: Installation, raised: errors.RegistryError, status: int, headers: set[str]
) -> None:
    with failing(installation, raised) as client:
        found = problem(client, "GET", "/fails")
        assert (found.status, found.code, found.detail, found.hint) == (status, "a_code", "What.", "Do.")
        assert found.pointer == raised.pointer
        found_headers = client.get("/fails").headers
        assert {name for name in ("WWW-Authenticate", "Retry-After") if name in found_headers} == headers


def test_an_unexpected_error_is_logged_with_the_request_id_and_tells_nothing(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    with failing(installation, KeyError("secret /etc/path")) as client, caplog.at_level(logging.ERROR):
        found = problem(client, "GET", "/fails")
    assert (found.status, found.code) == (500, "internal_error")
    assert "secret" not in found.model_dump_json()
    assert found.request_id in caplog.text
    assert "secret /etc/path" in caplog.text


def failing(installation: Installation, error: Exception) -> TestClient:
    app = create_app(installation)

    @app.get("/fails", tags=["health"])
    def fails() -> None:
        raise error

    return TestClient(app, raise_server_exceptions=False)
