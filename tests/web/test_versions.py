"""A work that changes: its new pictures and drafts by page, as the API and the command line have them."""

import hashlib
import io
import re
import zipfile

import pytest
from playwright.sync_api import FilePayload, Page, expect
from starlette.testclient import TestClient

from tests.web.conftest import fields, sign_in
from tests.web.people import designs, png

DRAFT = b"a sketch of any kind of file"
MARKUP = "<script>alert(1)</script>\u202e"


def registered(site: TestClient, name: str = "evening-ridge") -> str:
    """The address of a new work."""
    page = site.post("/works", files=[("file", (f"{name}.png", png(designs()[name]), "image/png"))]).text
    found = re.search(r"/works/wrk_\w+", page)
    assert found is not None
    return found[0]


def test_drafts_alone_are_an_entry_that_holds_their_digests(signed_in: TestClient) -> None:
    work = registered(signed_in)
    answer = signed_in.post(
        f"{work}/versions",
        files=[*fields(note="pencil"), ("draft", ("a.txt", DRAFT, "text/plain")), ("file", ("", b"", ""))],
    )
    assert answer.headers["Location"] == f"{work}/versions/1"
    page = signed_in.get(f"{work}/versions/1").text
    assert hashlib.sha256(DRAFT).hexdigest() in page
    assert "pencil" in page
    assert "drafts alone" in page
    assert '"kind":"amend"' in signed_in.get(f"{work}/receipt?index=1").json()["entry"]


def test_the_evidence_of_a_version_is_of_that_version(signed_in: TestClient) -> None:
    work = registered(signed_in)
    signed_in.post(f"{work}/versions", files=fields(draft_sha256="9f" * 32))
    made = signed_in.get(f"{work}/evidence?index=1&field=drafts")
    assert made.status_code == 200
    with zipfile.ZipFile(io.BytesIO(made.content)) as opened:
        assert any(b"9f9f9f9f" in opened.read(name) for name in opened.namelist() if name.endswith(".json"))
    assert signed_in.get(f"{work}/evidence?index=7&field=drafts").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        fields(description="only words"),
        fields(draft_sha256="not a digest"),
        fields(draft_sha256="9f" * 32, created_on="yesterday"),
        fields(draft_sha256="9f" * 32, description=MARKUP),
    ],
)
def test_what_cannot_be_added_is_told_beside_what_was_typed(
    signed_in: TestClient, sent: list[tuple[str, tuple[None, str]]]
) -> None:
    work = registered(signed_in)
    answer = signed_in.post(f"{work}/versions", files=sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    typed = dict(sent).get("description", (None, ""))[1]
    assert "<script>alert" not in answer.text
    assert typed == MARKUP or typed in answer.text
    assert signed_in.get(f"{work}/versions/1").status_code == 404


def test_the_history_is_read_page_by_page(signed_in: TestClient) -> None:
    work = registered(signed_in)
    for number in range(11):
        signed_in.post(f"{work}/versions", files=fields(draft_sha256=f"{number:064x}"))
    page = signed_in.get(work).text
    assert f"{work}/versions/11" in page
    assert f'{work}/versions/1"' not in page
    older = signed_in.get(f"{work}?before=2", headers={"HX-Request": "true"}).text
    assert f"{work}/versions/0" in older
    assert "<html" not in older


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_designer_adds_a_picture_and_drafts_that_stay_with_them(address: str, page: Page, language: str) -> None:
    first, second = ("winter-oak", "kestrel-logo") if language == "en" else ("meadow", "type-specimen")
    drawn = designs()
    sign_in(page, address)
    page.set_input_files(
        "input[type=file]", {"name": f"{first}.png", "mimeType": "image/png", "buffer": png(drawn[first])}
    )
    page.click("main form button")
    page.locator(".outcome a").first.click(timeout=60_000)
    new: FilePayload = {"name": "new.png", "mimeType": "image/png", "buffer": png(drawn[second])}
    page.set_input_files("#versions input[name=file]", new)
    page.fill("#versions textarea", "Warmer colours.\nAnother sky.")
    page.fill("#versions input[name=created_on]", "2026-03-02")
    page.click("#versions summary")
    page.set_input_files("#versions input[name=draft]", {"name": "a.txt", "mimeType": "text/plain", "buffer": DRAFT})
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.click("#versions form button")
    page.wait_for_url("**/versions/*", timeout=60_000)
    assert DRAFT not in (sent.value.post_data_buffer or b"")
    expect(page.locator(".said")).to_have_text("Warmer colours.\nAnother sky.")
    expect(page.locator(".drafts code")).to_have_text(hashlib.sha256(DRAFT).hexdigest())
    expect(page.locator(".states li")).to_have_count(2)
    expect(page.locator(".states li").first).to_have_attribute("aria-current", "true")
