"""API keys over HTTP: who may ask for what."""

import pytest
from fastapi.testclient import TestClient

from registry.accounts.caller import Scope
from registry.installation import Installation
from tests.api.conftest import Key

WANTED = {"name": "robot", "scopes": ["works:read"]}


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def test_a_key_is_made_shown_once_used_listed_and_ended(studio: TestClient) -> None:
    made = studio.post("/v1/keys", json=WANTED | {"scopes": ["keys:admin"]})
    assert made.status_code == 201
    new = made.json()
    assert made.headers["Location"] == f"/v1/keys/{new['id']}"
    listed = studio.get("/v1/keys", headers=bearer(new["token"])).json()["items"]
    assert [key["name"] for key in listed] == ["test", "robot"]
    assert all("token" not in key for key in listed)
    assert studio.delete(made.headers["Location"]).json()["revoked_at"] is not None
    after = studio.get("/v1/keys", headers=bearer(new["token"]))
    assert (after.status_code, after.json()["code"]) == (401, "key_revoked")


def test_a_key_of_another_account_does_not_exist_for_the_caller(studio: TestClient, key: Key) -> None:
    key(account="Other")
    other = studio.get("/v1/keys", headers=bearer(key(account="Other"))).json()["items"][0]["id"]
    answer = studio.delete(f"/v1/keys/{other}")
    assert (answer.status_code, answer.json()["code"]) == (404, "key_not_found")
    assert other not in {one["id"] for one in studio.get("/v1/keys").json()["items"]}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("authorization", "code", "challenge"),
    [
        (None, "key_missing", 'Bearer realm="registry"'),
        ("Basic dXNlcjpwYXNz", "key_missing", 'Bearer realm="registry"'),
        ("Bearer", "key_missing", 'Bearer realm="registry"'),
        ("Bearer x", "key_malformed", 'Bearer realm="registry", error="invalid_token"'),
        ("Bearer \u00e9", "key_malformed", 'Bearer realm="registry", error="invalid_token"'),
    ],
)
def test_a_request_without_a_usable_key_is_challenged(
    stranger: TestClient, authorization: str | None, code: str, challenge: str
) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    answer = stranger.get("/v1/keys", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == challenge


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_expired_key_is_told_so(installation: Installation, stranger: TestClient, key: Key) -> None:
    soon = installation.clock.milliseconds() + 20
    expiring = key(expires_at=soon)
    while installation.clock.milliseconds() < soon:
        pass
    assert stranger.get("/v1/keys", headers=bearer(expiring)).json()["code"] == "key_expired"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_key_does_what_its_scopes_say_and_nothing_else(stranger: TestClient, key: Key) -> None:
    document = stranger.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for scope in (scope for wish in operation.get("security", []) for scope in wish["ApiKey"]):
                others = [one for one in Scope if one != scope]
                answer = stranger.request(method, path, headers=bearer(key(*others)))
                assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), (method, path)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"name": "", "scopes": ["works:read"]}, "/name"),
        ({"name": "x", "scopes": []}, "/scopes"),
        ({"name": "x", "scopes": ["works:read"] * 5}, "/scopes"),
        ({"name": "x", "scopes": ["works:read"], "account": "Other"}, "/account"),
        ({"name": "x", "scopes": ["works:read"], "expires_at": 2**53}, "/expires_at"),
    ],
)
def test_a_faulty_wish_for_a_key_is_pointed_at(studio: TestClient, wanted: dict[str, object], pointer: str) -> None:
    answer = studio.post("/v1/keys", json=wanted)
    assert (answer.status_code, answer.json()["pointer"]) == (422, pointer)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("wanted", [WANTED | {"name": "a\u0000b"}, WANTED | {"expires_at": 1}])
def test_what_accounts_refuse_is_passed_on(studio: TestClient, wanted: dict[str, object]) -> None:
    answer = studio.post("/v1/keys", json=wanted)
    assert (answer.status_code, answer.json()["code"].split("_")[0]) == (422, "key")
