"""A site in which each page has something to show, and the way through all of its pages in all of their states."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import FilePayload, Page
from sqlalchemy import select, update

from registry.accounts.caller import Caller
from registry.accounts.models import Account
from registry.anchoring.models import EthereumNetwork, StampedCheckpoint
from registry.installation import Installation
from registry.listings.check import check
from registry.works.amend import amend
from registry.works.disclose import disclose
from registry.works.end import withdraw
from registry.works.models import Work, WorkVersion
from registry.works.register import register
from registry.works.schemas import Upload, parse_amendment, parse_claim
from tests.web.conftest import sign_in
from tests.web.people import NAME, add_person, designs, on_a_product, png, smaller_copy

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
BIDI = "gnp\u202e.exe"
LONG = "x" * 10_000
HOSTILE = MARKUP + BIDI + LONG
NEWCOMER, STRANGER = "Newcomer", "Somebody Else"
MINUTE = 60_000


@dataclass(frozen=True)
class Places:
    """Ids of what the site holds: works by what became of them, checks by their verdicts."""

    work: str
    shown: str
    withdrawn: str
    hostile: str
    match: str
    clear: str


def fill(home: Installation) -> Places:
    """Works in every state, checks with and without matches, witnesses, a network in trouble, and people."""
    drawn = designs()
    add_person(home, NEWCOMER)
    add_person(home, STRANGER)
    with home.database.read() as session:
        caller = Caller.local(session.scalars(select(Account).where(Account.name == NAME)).one())

    def registered(name: str, content: bytes) -> str:
        return register(home, caller, Upload(content, name), parse_claim({"creator": NAME})).work_id

    names = ("harbour-waves", "evening-ridge", "winter-oak", "meadow")
    _, shown, hostile, gone = (registered(f"{name}.png", png(drawn[name])) for name in names)
    copied = registered("copy.jpg", smaller_copy(drawn["harbour-waves"]))
    drafts = {"description": "Another sky.\nWarmer.", "drafts": [{"sha256": "9f" * 32, "note": "pencil"}]}
    amend(home, copied, parse_amendment(drafts), None, account_id=caller.account_id)
    disclose(home, shown, frozenset({"title", "creator"}), picture=True, account_id=caller.account_id)
    withdraw(home, gone, caller.account_id)
    listings = on_a_product(drawn["winter-oak"])[0], png(_noise())
    match, clear = (check(home, caller, Upload(content, "listing.png")).id for content in listings)
    _make_hostile(home, hostile)
    disclose(home, hostile, frozenset({"title", "creator"}), picture=True, account_id=caller.account_id)
    now = home.clock.milliseconds()
    with home.database.write() as session:
        stamped = {"checkpoint_size": 3, "time": now - 90 * MINUTE, "proof": b"", "certificates": b""}
        session.add(StampedCheckpoint(witness=HOSTILE, **stamped))
        session.add(
            EthereumNetwork(
                chain_id=1, name="mainnet", checked_at=now - MINUTE, finalized_number=7, nodes_asked=3, nodes_usable=1,
                alarms='{"anchors_behind":"Too many entries are not anchored."}',
            )
        )  # fmt: skip
    return Places(copied, shown, gone, hostile, match, clear)


def _make_hostile(home: Installation, work_id: str) -> None:
    """What no edge lets in, but a database may hold."""
    with home.database.write() as session:
        session.execute(update(Work).where(Work.id == work_id).values(title=HOSTILE, creator=HOSTILE))
        session.execute(update(WorkVersion).where(WorkVersion.work_id == work_id).values(original_name=HOSTILE))


def _noise() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(4).integers(0, 255, (300, 300, 4), dtype=np.uint8)


def states(page: Page, address: str, places: Places) -> Iterator[str]:
    """Leads ``page`` into each state of each page; answers what it is called. Signed out, and as three people."""

    def at(path: str) -> str:
        page.goto(address + path)
        return path

    for path in ("/", "/log", "/log?before=2", "/log/entries/0", "/verify", "/numbers"):
        yield at(path)
    for work in (places.shown, places.work, places.hostile, "wrk_0"):
        yield at(f"/works/{work}/public")
    for path in ("/log/entries/99999", "/nothing-is-here"):
        yield at(path)
    yield at("/sign-in?next=/check")
    page.fill("input[name=name]", MARKUP)
    page.fill("input[name=password]", "not the right sentence")
    page.click("main form button")
    page.locator("[role=alert]").wait_for()
    yield "a wrong password"

    sign_in(page, address, NEWCOMER)
    for path in ("/works", "/check", "/keys", "/administration", f"/works/{places.work}", f"/checks/{places.match}"):
        yield f"{at(path)} of somebody who has nothing"

    page.context.clear_cookies(name="firstmark")
    sign_in(page, address)
    for path in ("/", "/works", "/check", "/keys", "/administration"):
        yield f"{at(path)} of an administrator"
    page.goto(f"{address}/log")
    page.click("details.menu summary")
    yield "the menu"
    for path in (places.work, places.shown, places.withdrawn, places.hostile):
        yield at(f"/works/{path}")
    yield at(f"/works/{places.work}/versions/5")
    for path in (places.match, places.clear):
        yield at(f"/checks/{path}")
    yield from _forms(page, address, places)


def _forms(page: Page, address: str, places: Places) -> Iterator[str]:
    """What forms answer."""
    files: list[FilePayload] = [
        {"name": "harbour.png", "mimeType": "image/png", "buffer": png(designs()["harbour-waves"])},
        {"name": f"{MARKUP.replace('/', '_')}.png", "mimeType": "image/png", "buffer": b"no picture"},
    ]
    for path in ("/works", "/check"):
        page.goto(address + path)
        page.set_input_files("input[type=file]", files)
        page.click("main form button")
        page.locator(".outcome").nth(1).wait_for()
        yield f"{path}, files that were sent"
    page.goto(f"{address}/works/{places.work}")
    page.fill("#versions textarea", MARKUP)
    page.click("#versions form button")
    page.locator("[role=alert]").wait_for()
    yield "a version without a picture or drafts"
    page.goto(f"{address}/keys")
    page.fill("main input[name=name]", MARKUP)
    page.click("main form.card button")
    page.locator(".good-card").wait_for()
    yield "a new key"
    page.locator("table button").first.click()
    page.locator("table").wait_for()
    yield "a revoked key"
