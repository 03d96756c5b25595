"""The site on a real server, and a real browser to look at it with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.testclient import TestClient

from registry.installation import Installation
from registry.ledger.note_signer import NoteSigner
from registry.listings.measured_quality import record
from registry.settings import Settings
from registry.web.application import create_application
from tests.api.served import served
from tests.deterministic import SeededRandomness, SteppingClock
from tests.web.measurement import measured
from tests.web.people import NAME, PASSWORD, add_person


@pytest.fixture
def home(installation: Installation) -> Installation:
    """An installation with a person in it."""
    add_person(installation)
    return installation


@pytest.fixture
def site(home: Installation) -> Iterator[TestClient]:
    """Asks the site in this process, as a browser would; follows no redirect."""
    with TestClient(
        create_application(home), follow_redirects=False, raise_server_exceptions=False, base_url="http://127.0.0.1"
    ) as client:
        client.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        yield client


@pytest.fixture
def signed_in(site: TestClient) -> TestClient:
    """The same, signed in."""
    answer = site.post("/sign-in", files=fields(name=NAME, password=PASSWORD))
    assert answer.status_code == 303
    return site


def fields(**values: str) -> list[tuple[str, tuple[None, str]]]:
    """A form without files, as the test client wants it."""
    return [(name, (None, value)) for name, value in values.items()]


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, picture_reader: object
) -> Iterator[Installation]:
    """An installation with a person who is an administrator, for the tests of one file."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copyfile(sqlite_template, folder / "registry.sqlite")
    with Installation.open(
        Settings.load(home=folder / "home", database_url=f"sqlite:///{folder}/registry.sqlite"),
        clock=SteppingClock(),
        randomness=SeededRandomness(),
        signer=NoteSigner("firstmark.test/log", bytes(range(32))),
        pictures=picture_reader,  # type: ignore[arg-type]
    ) as made:
        add_person(made, administrator=True)
        record(made.settings.quality_file, measured())
        yield made


@pytest.fixture(scope="module")
def address(opened: Installation) -> Iterator[str]:
    """Where a real server answers for it."""
    with served(create_application(opened)) as at:
        yield at


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A new profile, in the language that the test's parameter ``language`` names."""
    language = request.getfixturevalue("language") if "language" in request.fixturenames else "en"
    made = browser.new_context(locale="zh-CN" if language == "zh" else "en-GB", viewport={"width": 1180, "height": 820})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, address: str, name: str = NAME) -> None:
    """Through the form, as a person does."""
    page.goto(f"{address}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/works")
