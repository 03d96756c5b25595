"""What holds of every page: readable by everybody, narrow, light, silent towards the rest of the world."""

from collections.abc import Iterator, Sequence

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.web.conftest import sign_in
from tests.web.people import designs, png

LARGEST_PAGE = 150_000
"""Bytes of a page with its styles and scripts, without pictures."""
PHONE: ViewportSize = {"width": 360, "height": 740}
OPEN_TO_ALL = ("/", "/log", "/log/entries/0", "/verify", "/numbers", "/sign-in", "/nothing-is-here")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")


@pytest.fixture(scope="module")
def everything(address: str, browser: Browser) -> Iterator[tuple[BrowserContext, Sequence[str]]]:
    """A browser that is signed in, and the addresses of every page, one of each kind."""
    # Colours on their way from one to another have no contrast to measure.
    context = browser.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    sign_in(page, address)
    drawn = designs()["harbour-waves"]
    page.set_input_files("input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": png(drawn)})
    page.click("main form button")
    work = page.locator(".outcome a").first.get_attribute("href", timeout=60_000) or ""
    page.goto(address + work)
    page.fill("#versions textarea", "Another sky.")
    page.click("#versions summary")
    page.set_input_files("#versions input[name=draft]", {"name": "a", "mimeType": "text/plain", "buffer": b"sketch"})
    page.click("#versions form button")
    page.wait_for_url("**/versions/1")
    page.goto(f"{address}/check")
    page.set_input_files("input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": png(drawn[:, :700])})
    page.click("main form button")
    check = page.locator(".outcome a").first.get_attribute("href", timeout=60_000) or ""
    of_people = ("/works", work, f"{work}/versions/1", f"{work}/public", "/check", check, "/keys", "/administration")
    yield context, (*OPEN_TO_ALL[:5], *OPEN_TO_ALL[6:], *of_people)
    context.close()


def _speak(context: BrowserContext, address: str, language: str) -> None:
    context.add_cookies([{"name": "firstmark_language", "value": language, "url": address}])


def _violations(page: Page, rules: dict[str, object]) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules})
    return [
        f"{page.url}: {one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_breaks_a_rule_of_accessibility(
    everything: tuple[BrowserContext, Sequence[str]], address: str, language: str
) -> None:
    context, paths = everything
    _speak(context, address, language)
    page, found = context.new_page(), []
    for path in paths:
        page.goto(address + path)
        found += _violations(page, {"runOnly": list(RULES)})
        page.emulate_media(color_scheme="dark")
        found += _violations(page, {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})
        page.emulate_media(color_scheme="light")
    page.close()
    assert found == []


def test_the_sign_in_page_breaks_no_rule_either(address: str, page: Page) -> None:
    page.goto(f"{address}/sign-in")
    assert _violations(page, {"runOnly": list(RULES)}) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_is_wider_than_a_phone_or_heavier_than_it_may_be_or_asks_anybody_else(
    everything: tuple[BrowserContext, Sequence[str]], address: str, language: str
) -> None:
    context, paths = everything
    _speak(context, address, language)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    sizes: dict[str, int] = {}
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if "404" not in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in paths:
        asked.clear()
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert all(url.startswith(f"{address}/") for url in asked), path
        light = [url for url in asked if url.endswith((".css", ".js", ".svg"))]
        for url in light:
            if url not in sizes:
                sizes[url] = len(page.request.get(url).body())
        own = len(page.request.get(address + path, headers={"Accept": "text/html"}).body())
        assert own + sum(sizes[url] for url in set(light)) < LARGEST_PAGE, path
    page.close()
    assert said == [], "the browser's console, where it says what the content security policy kept out"
