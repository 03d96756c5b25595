"""Everything that a page can do, it can do without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.web.conftest import sign_in
from tests.web.people import designs, png


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    yield context.new_page()
    context.close()


def test_works_are_registered_shown_and_withdrawn_and_listings_checked(address: str, page: Page) -> None:
    drawn = designs()
    files: list[FilePayload] = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": png(drawn[name])}
        for name in ("winter-oak", "type-specimen")
    ]
    sign_in(page, address)
    page.set_input_files("input[type=file]", files)
    page.click("main form button")
    expect(page.locator(".outcome")).to_have_count(2)
    page.click(".outcome a >> nth=0")
    page.click("#public summary")
    page.check("#public input[value=title]")
    page.check("#public input[name=picture]")
    page.click("#public button")
    page.click("#public a")
    expect(page.locator("main")).to_contain_text("winter-oak")
    expect(page.locator("img.picture")).to_have_count(1)
    page.goto(f"{address}/check")
    page.set_input_files("input[type=file]", files[:1])
    page.click("main form button")
    expect(page.locator("h1")).to_have_text("Match")
    page.goto(f"{address}/works")
    page.locator("a.work", has_text="winter-oak").click()
    page.click("text=Withdraw it")
    page.check("input[name=sure]")
    page.click("button.contrast")
    expect(page.locator("main")).to_contain_text("withdrawn")
    page.click("details.menu summary")
    page.click("text=Sign out")
    page.goto(f"{address}/works")
    assert page.inner_text("h1") == "Sign in"


def test_versions_evidence_keys_and_the_language_need_none_either(address: str, page: Page) -> None:
    drawn = designs()
    sign_in(page, address)
    page.set_input_files(
        "input[type=file]", {"name": "waves.png", "mimeType": "image/png", "buffer": png(drawn["harbour-waves"])}
    )
    page.click("main form button")
    page.click(".outcome a >> nth=0")
    work = page.url
    for button in ("Download the evidence file", "Certificate, English (PDF)"):
        with page.expect_download() as download:
            page.click(f"text={button}")
        assert download.value.path().stat().st_size > 10_000
    page.click("#versions summary")
    page.set_input_files("#versions input[name=draft]", {"name": "a", "mimeType": "text/plain", "buffer": b"sketch"})
    page.click("#versions form button")
    expect(page.locator(".drafts code")).to_have_count(1)
    assert page.url.startswith(f"{work}/versions/")

    page.goto(f"{address}/keys")
    page.fill("main input[name=name]", "robot")
    page.click("main form.card button")
    expect(page.locator(".good-card code")).to_have_count(1)
    page.click("table button")
    expect(page.locator("table")).to_contain_text("revoked")

    page.goto(f"{address}/log")
    page.click(".languages button")
    expect(page.locator("h1")).to_have_text("公开账本")
    page.goto(f"{address}/verify")
    expect(page.locator("noscript")).to_be_visible()
    with page.expect_download():
        page.click("main a[href='/verify/verify.pyz']")
