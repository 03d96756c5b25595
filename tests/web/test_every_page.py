"""What holds of every page in every state: readable by everybody, narrow, light, silent towards other hosts."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from registry.installation import Installation
from registry.web.languages import TAGS
from tests.web.every_state import LONG, Places, fill, states

LARGEST_PAGE = 150_000
"""Bytes of a page with its styles and scripts as they are sent, without pictures."""
UNPACKED_LARGER = ("/verify",)
"""Pages that are larger once they are unpacked: the verifier is a program."""
PHONE: ViewportSize = {"width": 360, "height": 740}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
_SIZES = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((one) => one.entryType === "navigation" || /\\.(css|js|svg)(\\?|$)/.test(one.name))
  .reduce(([sent, unpacked], one) => [sent + one.encodedBodySize, unpacked + one.decodedBodySize], [0, 0])"""


@pytest.fixture(scope="module")
def places(opened: Installation) -> Places:
    return fill(opened)


@pytest.fixture
def phone(browser: Browser, address: str, language: str) -> Iterator[Page]:
    # Colours on their way from one to another have no contrast to measure.
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce", locale="en-GB")
    context.add_cookies([{"name": "firstmark_language", "value": language, "url": address}])
    yield context.new_page()
    context.close()


def _violations(page: Page, rules: dict[str, object]) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules})
    return [
        f"{page.url}: {one['id']}: {node['html'][:200]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_breaks_a_rule_of_accessibility_in_light_or_dark(
    phone: Page, address: str, places: Places, language: str
) -> None:
    found = []
    for _ in states(phone, address, places):
        assert phone.locator("html").get_attribute("lang") == TAGS[language]
        found += _violations(phone, {**RULES})
        phone.emulate_media(color_scheme="dark")
        found += _violations(phone, {**OF_COLOURS})
        phone.emulate_media(color_scheme="light")
    assert found == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_is_wide_or_heavy_or_asks_anybody_else_or_runs_what_is_not_ours(
    phone: Page, address: str, places: Places, language: str
) -> None:
    asked: list[str] = []
    said: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    expected = "the server responded with a status of 4"
    phone.on("console", lambda message: said.append(message.text) if expected not in message.text else None)
    phone.on("pageerror", lambda error: said.append(str(error)))
    phone.on("dialog", lambda dialog: said.append(dialog.message))
    seen = 0
    for state in states(phone, address, places):
        seen += 1
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], state
        sent, unpacked = phone.evaluate(_SIZES)
        assert 0 < sent < LARGEST_PAGE, state
        assert unpacked < LARGEST_PAGE or state.startswith(UNPACKED_LARGER), state
        shown = phone.content()
        assert "\u202e" not in shown, state
        assert LONG[:1000] not in shown, state
    assert all(url.startswith(f"{address}/") for url in asked)
    assert said == [], "dialogs, and the browser's console, where it says what the content security policy kept out"
    assert seen > 30


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_verifier_that_is_one_file_breaks_no_rule_either(phone: Page, address: str) -> None:
    phone.goto(f"{address}/verify/verify.html")
    assert _violations(phone, {**RULES}) == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_reads_without_scripts(browser: Browser, address: str, places: Places, language: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "firstmark_language", "value": language, "url": address}])
    page = context.new_page()
    for state in states(page, address, places):
        assert page.locator("h1").is_visible(), state
        assert page.locator(".script-only:visible").count() == 0, state
    context.close()
