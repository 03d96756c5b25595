"""Works over HTTP: registered, amended, read, withdrawn, erased."""

import json
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from registry.accounts.caller import Scope
from registry.client.client import RegistryClient
from registry.client.transport import Upload
from registry.installation import Installation
from registry.verify.canonical_json import encode
from registry.verify.receipt import verify_receipt
from registry.works.schemas import AmendmentInput, ClaimInput, Draft
from tests.api.conftest import Key
from tests.api.served import served
from tests.drawn_pictures import design, encoded

CLAIM = {"creator": "Studio", "title": "Harbour"}
DRAFTS = {"drafts": [{"sha256": "9f" * 32}]}
FILES = [encoded(design(seed, 120)) for seed in range(4)]


def posted(
    client: TestClient, path: str, claim: Any, file: bytes | None = None, key: str | None = None
) -> httpx2.Response:
    parts: list[tuple[str, Any]] = [("claim", (None, json.dumps(claim)))]
    if file is not None:
        parts.append(("file", ("design.png", file)))
    headers = {} if key is None else {"Idempotency-Key": key}
    answer: httpx2.Response = client.post(path, files=parts, headers=headers)
    return answer


def registered(client: TestClient, file: bytes = FILES[0], key: str | None = None) -> dict[str, Any]:
    answer = posted(client, "/v1/works", CLAIM, file, key)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def versions_of(work: dict[str, Any]) -> str:
    return f"/v1/works/{work['work_id']}/versions"


def test_a_registration_answers_with_what_proves_it(studio: TestClient, installation: Installation) -> None:
    answer = posted(studio, "/v1/works", CLAIM, FILES[0])
    assert answer.status_code == 201
    work = answer.json()
    assert answer.headers["Location"] == f"/v1/works/{work['work_id']}"
    report = verify_receipt(encode(work["receipt"]) + b"\n", verifier_key=installation.ledger.verifier_key)
    assert report.verdict == "proven"
    assert studio.get(answer.headers["Location"]).json()["title"] == "Harbour"


def test_the_same_file_again_is_answered_200_with_the_first_receipt(studio: TestClient) -> None:
    work = registered(studio)
    again = posted(studio, "/v1/works", CLAIM, FILES[0])
    assert (again.status_code, again.json()["status"]) == (200, "already_registered")
    assert again.json()["receipt"] == work["receipt"]


def test_the_same_key_gets_the_identical_answer_and_another_body_is_refused(studio: TestClient) -> None:
    first = posted(studio, "/v1/works", CLAIM, FILES[0], "one")
    again = posted(studio, "/v1/works", CLAIM, FILES[0], "one")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = posted(studio, "/v1/works", CLAIM, FILES[1], "one")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_an_amendment_with_a_picture_is_answered_like_a_registration(studio: TestClient) -> None:
    work = registered(studio)
    answer = posted(studio, versions_of(work), {"description": "Final"}, FILES[1])
    assert (answer.status_code, answer.json()["status"], answer.json()["index"]) == (201, "amended", 1)
    assert answer.headers["Location"] == f"/v1/works/{work['work_id']}"
    view = studio.get(answer.headers["Location"]).json()
    assert [version["index"] for version in view["versions"]] == [0, 1]
    checked = studio.post("/v1/checks", files={"file": ("listing.png", FILES[1])}).json()
    assert (checked["verdict"], checked["matches"][0]["work_id"]) == ("match", work["work_id"])


def test_an_amendment_may_bring_drafts_alone(studio: TestClient) -> None:
    work = registered(studio)
    answer = posted(studio, versions_of(work), DRAFTS)
    assert (answer.status_code, answer.json()["sha256"]) == (201, None)
    again = posted(studio, versions_of(work), DRAFTS)
    assert (again.status_code, again.json()["status"]) == (200, "already_registered")


def test_an_amendment_is_repeatable_under_its_key(studio: TestClient) -> None:
    work = registered(studio)
    first = posted(studio, versions_of(work), DRAFTS, FILES[1], "two")
    again = posted(studio, versions_of(work), DRAFTS, FILES[1], "two")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    other = posted(studio, versions_of(work), {}, FILES[1], "two")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("claim", "file", "status", "code"),
    [
        ({}, None, 422, "amendment_empty"),
        ({"title": "Other"}, FILES[1], 422, "claim_invalid"),
        ([], FILES[1], 422, "field_invalid"),
        ({}, b"no picture", 422, "format_not_supported"),
        ({}, FILES[2], 409, "file_of_another_work"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_amendment_that_cannot_be_accepted_is_refused_under_its_code(
    studio: TestClient, claim: Any, file: bytes | None, status: int, code: str
) -> None:
    work = registered(studio)
    registered(studio, FILES[2])
    answer = posted(studio, versions_of(work), claim, file)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert studio.get("/v1/ledger").json()["size"] == 2


def test_another_accounts_work_can_neither_be_seen_nor_amended(
    studio: TestClient, installation: Installation, key: Key
) -> None:
    work = registered(studio)
    studio.headers["Authorization"] = f"Bearer {key(account='Other')}"
    assert posted(studio, versions_of(work), DRAFTS).json()["code"] == "no_such_work"
    assert studio.get(f"/v1/works/{work['work_id']}").json()["code"] == "no_such_work"
    assert studio.get("/v1/works").json()["items"] == []


def test_a_key_that_may_only_read_amends_nothing(studio: TestClient, key: Key) -> None:
    work = registered(studio)
    studio.headers["Authorization"] = f"Bearer {key(Scope.WORKS_READ)}"
    assert posted(studio, versions_of(work), DRAFTS).json()["code"] == "scope_missing"


def test_each_version_has_its_receipt(studio: TestClient) -> None:
    work = registered(studio)
    added = posted(studio, versions_of(work), DRAFTS).json()
    receipt = f"/v1/works/{work['work_id']}/receipt"
    assert studio.get(receipt).json()["receipt"] == work["receipt"]
    assert studio.get(receipt, params={"index": 0}).json()["receipt"] == work["receipt"]
    assert studio.get(receipt, params={"index": added["index"]}).json()["receipt"] == added["receipt"]
    assert studio.get(receipt, params={"index": 7}).json()["code"] == "no_such_version"
    assert studio.get(receipt, params={"index": "07"}).json()["code"] == "field_invalid"


def test_a_withdrawn_work_cannot_be_amended_and_an_erased_one_has_no_receipt(studio: TestClient) -> None:
    work = registered(studio)
    path = f"/v1/works/{work['work_id']}"
    assert studio.post(f"{path}/withdraw").json()["state"] == "withdrawn"
    refused = posted(studio, versions_of(work), DRAFTS)
    assert (refused.status_code, refused.json()["code"]) == (409, "work_ended")
    assert studio.post(f"{path}/erase").json()["state"] == "erased"
    assert studio.get(f"{path}/receipt").json()["code"] == "work_erased"


def test_works_come_in_pages_that_lead_to_each_other(studio: TestClient) -> None:
    ids = [registered(studio, file)["work_id"] for file in FILES[:3]]
    first = studio.get("/v1/works", params={"limit": 2})
    assert f"cursor={first.json()['next']}" in first.headers["Link"]
    rest = studio.get("/v1/works", params={"limit": 2, "cursor": first.json()["next"]}).json()
    assert [work["id"] for work in [*first.json()["items"], *rest["items"]]] == ids
    assert rest["next"] is None


def test_the_client_registers_amends_and_ends_works_over_a_real_connection(
    installation: Installation, key: Key
) -> None:
    with served(installation) as address, RegistryClient(address, key()) as client:
        work = client.register(Upload(FILES[0], "a.png"), ClaimInput(creator="Studio"), "one")
        added = client.amend(work.work_id, AmendmentInput(), Upload(FILES[1], "b.png"), "two")
        drafts = client.amend(work.work_id, AmendmentInput(drafts=[Draft(sha256="9f" * 32)]))
        assert [version.original_name for version in client.work(work.work_id).versions] == ["a.png", "b.png", None]
        assert client.receipt(work.work_id, drafts.index).receipt == drafts.receipt
        check = client.check(Upload(FILES[1], "listing.png"))
        assert [match.index for match in check.matches] == [added.index]
        assert client.evidence(check.id, added.index).startswith(b"\x89PNG")
        assert client.withdraw(work.work_id).state == "withdrawn"
        assert client.erase(work.work_id).index == 4
        assert [one.state for one in client.works()] == ["erased"]
