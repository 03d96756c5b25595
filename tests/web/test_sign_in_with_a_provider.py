"""Signing in through a real provider of identity, walked in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from registry.installation import Installation
from registry.ledger.note_signer import NoteSigner
from registry.settings import Settings
from registry.web.application import create_application
from registry.web.languages import catalogue
from registry.web.routes.sign_in import ANSWER
from tests.api.served import served
from tests.openid_connect.local_provider import CLIENT_ID, CLIENT_SECRET, local_provider
from tests.web.people import NAME, add_person


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, picture_reader: object) -> Iterator[str]:
    """The address of a site beside a provider. Its clock is the machine's, as the provider's is."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copyfile(sqlite_template, folder / "registry.sqlite")
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(CLIENT_SECRET + "\n")
    with (
        local_provider() as provider,
        Installation.open(
            Settings.load(
                home=folder / "home",
                database_url=f"sqlite:///{folder}/registry.sqlite",
                oidc_issuer=provider.issuer,
                oidc_client_id=CLIENT_ID,
                oidc_client_secret_file=secret,
                oidc_new_accounts="member",
            ),
            signer=NoteSigner("firstmark.test/log", bytes(range(32))),
            pictures=picture_reader,  # type: ignore[arg-type]
        ) as opened,
    ):
        add_person(opened)
        with served(create_application(opened)) as at:
            provider.lead_back_to(at + ANSWER)
            yield at


def at_the_provider(page: Page, site: str, name: str, *, agrees: bool = True) -> None:
    """From our sign-in page through the provider's own pages and back."""
    page.route("https://**", lambda route: route.abort())  # its pages would like a font from elsewhere
    page.goto(f"{site}/works")
    page.click("a[href^='/sign-in/provider']")
    page.wait_for_url("http://localhost:*/interaction/*")
    if not agrees:
        page.click("a[href*='/abort']")
        return
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", "any")
    page.click("button[type=submit]")
    page.locator("input[name=prompt][value=consent]").wait_for(state="attached")
    page.click("button[type=submit]")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_somebody_new_signs_in_where_they_wanted_to_go_and_out_again(site: str, page: Page, language: str) -> None:
    say, said = catalogue(language), []
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    at_the_provider(page, site, f"Studio Iris {language}")
    page.wait_for_url(f"{site}/works")
    expect(page.locator("h1")).to_have_text(say("works.title"))
    expect(page.locator("details.menu summary")).to_have_text(f"Studio Iris {language}")
    assert "attempt" not in str(page.context.cookies(site))
    page.click("details.menu summary")
    page.click("details.menu form button")
    expect(page.locator("h1")).to_have_text(say("sign_in.out"))
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == []
    assert page.context.cookies(site) == []
    page.click("main a[role=button] >> nth=0")
    page.wait_for_url("http://localhost:*/session/end*")
    page.click("button[value=yes]")
    page.wait_for_url("http://localhost:*/session/end/success*")
    page.goto(f"{site}/works")
    expect(page.locator("h1")).to_have_text(say("sign_in.title"))
    page.click("a[href^='/sign-in/provider']")
    expect(page.locator("input[name=login]")).to_be_visible()
    assert said == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_does_not_agree_is_told_so_and_signed_in_by_nothing(site: str, page: Page, language: str) -> None:
    at_the_provider(page, site, "nobody", agrees=False)
    expect(page.locator("[role=alert]")).to_be_visible()
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(f"{site}/works")
    expect(page.locator("h1")).to_have_text(catalogue(language)("sign_in.title"))


def test_a_name_that_somebody_has_here_is_not_taken_by_choosing_it_there(site: str, page: Page) -> None:
    at_the_provider(page, site, NAME)
    expect(page.locator("[role=alert]")).to_contain_text("nobody said that it is yours")
    expect(page.locator("main code").first).to_have_text(NAME)


def test_an_answer_that_another_browser_began_signs_nobody_in(site: str, page: Page, browser: Browser) -> None:
    begun = page.request.get(f"{site}/sign-in/provider", max_redirects=0).headers["location"]
    state = parse_qs(urlsplit(begun).query)["state"][0]
    other = browser.new_context(locale="en-GB").new_page()
    other.goto(f"{site}{ANSWER}?" + urlencode({"code": "the-attackers", "state": state}))
    expect(other.locator("[role=alert]")).to_contain_text("was not begun in this browser")
    assert other.context.cookies() == []
    other.context.close()


def test_it_works_without_scripts(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    at_the_provider(page, site, "Studio Quiet")
    expect(page.locator("h1")).to_have_text("My works")
    context.close()
