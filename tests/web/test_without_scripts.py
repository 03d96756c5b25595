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
