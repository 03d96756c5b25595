"""What the server spends on each page, with very many works: rows that registrations would have made, none drawn.

A few works are registered and a listing is checked as ever, so that each page has one with pictures; the others are
entries, works and checks without. The search knows nothing of those: pages do not ask it, but for its size.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx2
import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.accounts.sign_in import begin_session
from registry.benchmark.firstmark import throw_away_installation
from registry.benchmark.registration import drawn_files
from registry.benchmark.thefts import Context, generate
from registry.ids import new_id
from registry.imaging.shown import as_webp
from registry.installation import Installation
from registry.listings.check import check
from registry.listings.models import Check
from registry.works.models import STATE_REGISTERED, Work, WorkVersion
from registry.works.register import register
from registry.works.schemas import Upload, parse_claim

REAL_WORKS = 3
SIDE = 400
AT_ONCE = 1_000
"""Works in one unit of work."""
COOKIE = "firstmark"
HOST = "http://127.0.0.1"
Row = dict[str, object]


@dataclass(frozen=True)
class _Filled:
    """What the addresses of the pages are made of.

    ``places`` are ledger entries from the first to the newest, ``middle_check`` the time and id of a check.
    """

    token: str
    real_work: str
    made_work: str
    check: str
    middle_check: tuple[int, str]
    places: Sequence[int]


@dataclass(frozen=True)
class Plan:
    """``works`` and as many checks of one person, and ``visits`` of each page.

    ``database_url`` is of an empty database; None: SQLite, thrown away. ``seed``: what the drawn pictures follow from.
    """

    works: int
    visits: int
    seed: int
    database_url: str | None = None


def measure_pages(
    plan: Plan, application_of: Callable[[Installation], ASGIApp], advance: Callable[[int], None]
) -> Iterator[Row]:
    """One row for each page, asked for in this process by somebody who is signed in.

    ``application_of`` makes the site of an installation. Milliseconds from the request to the last byte of the
    answer; ``cpu_p50_ms`` is the processor's, which a busy machine does not change.
    """
    with throw_away_installation(database_url=plan.database_url) as installation:
        filled = _fill(installation, plan.works, plan.seed, advance)
        application = application_of(installation)
        for case, address in _addresses(filled):
            measured = asyncio.run(_asked(application, filled.token, address, plan.visits))
            yield {"case": case, "works": plan.works, **measured}


def _addresses(filled: _Filled) -> Iterator[tuple[str, str]]:
    middle = filled.places[len(filled.places) // 2]
    yield "front", "/"
    yield "log", "/log"
    yield "log, in its middle", f"/log?before={middle}"
    yield "entry", f"/log/entries/{middle}"
    yield "verify", "/verify"
    yield "numbers", "/numbers"
    yield "works", "/works"
    yield "works, in their middle", f"/works?before={middle}"
    yield "works, the last ones", f"/works?before={filled.places[0] + 1}"
    yield "work", f"/works/{filled.real_work}"
    yield "work among the others", f"/works/{filled.made_work}"
    yield "work, a version", f"/works/{filled.real_work}/versions/{REAL_WORKS - 1}"
    yield "work, public", f"/works/{filled.made_work}/public"
    yield "checks", "/check"
    yield "checks, in their middle", f"/check?before={filled.middle_check[0]}&id={filled.middle_check[1]}"
    yield "check", f"/checks/{filled.check}"
    yield "keys", "/keys"
    yield "administration", "/administration"


async def _asked(application: ASGIApp, token: str, address: str, visits: int) -> Row:
    spent: list[float] = []
    used: list[float] = []
    transport = httpx2.ASGITransport(app=application)
    async with httpx2.AsyncClient(transport=transport, base_url=HOST, cookies={COOKIE: token}) as browser:
        for visit in range(visits + 1):
            began, processor = time.perf_counter(), time.process_time()
            answer = await browser.get(address, headers={"Accept": "text/html"})
            if visit:  # the first one makes what is kept from then on
                spent.append(1000 * (time.perf_counter() - began))
                used.append(1000 * (time.process_time() - processor))
    if answer.status_code != 200:
        raise RuntimeError(f"{address} was answered with status {answer.status_code}")
    half, nearly_all = np.percentile(spent, (50, 95))
    return {
        "bytes": len(answer.content),
        "p50_ms": round(float(half), 1),
        "p95_ms": round(float(nearly_all), 1),
        "cpu_p50_ms": round(float(np.percentile(used, 50)), 1),
    }


def _fill(installation: Installation, works: int, seed: int, advance: Callable[[int], None]) -> _Filled:
    with installation.database.write() as session:
        account = find_or_create_account(session, "Benchmark", installation.clock, installation.randomness)
        account.is_administrator = True
        account_id, caller = account.id, Caller.local(account)
        token = begin_session(
            session,
            account_id,
            secret=installation.key_secret,
            clock=installation.clock,
            randomness=installation.randomness,
        )
    real, checked = _real(installation, caller, seed)
    made = ""
    for first in range(0, max(works - REAL_WORKS, 1), AT_ONCE):
        count = min(AT_ONCE, works - REAL_WORKS - first)
        if count > 0:
            with installation.database.write() as session:
                made = _works(installation, session, account_id, first, count)
                _checks(session, checked, first, count)
            advance(count)
    with installation.database.read() as session:
        places = session.scalars(select(Work.first_index).order_by(Work.first_index)).all()
        middle = session.scalars(select(Work.id).where(Work.first_index == places[len(places) // 2])).one()
        checked_at = session.get_one(Check, checked).checked_at
    half = works // 2
    return _Filled(token, real, middle if made else real, checked, (checked_at + half, f"chk_{half}"), places)


def _real(installation: Installation, caller: Caller, seed: int) -> tuple[str, str]:
    """The newest of the works that have pictures, and a check that found one."""
    claim = parse_claim({"creator": "Benchmark"})
    content = b""
    work = ""
    for name, content in drawn_files(REAL_WORKS, SIDE, seed):
        work = register(installation, caller, Upload(content, name), claim).work_id
    pixels = installation.pictures.read(content).features.view
    theft = generate("mirror", 1, pixels, Context(), np.random.default_rng(seed))
    return work, check(installation, caller, Upload(as_webp(_with_alpha(theft.picture)), "listing.webp")).id


def _with_alpha(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    if pixels.shape[2] == 4:
        return pixels
    return np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])


def _works(installation: Installation, session: Session, account_id: str, first: int, count: int) -> str:
    """As many works as registrations would have recorded them; answers the newest one's id."""
    appends = installation.ledger.begin(session)
    works: list[Row] = []
    versions: list[Row] = []
    for number in range(first, first + count):
        work_id = new_id("wrk", installation.randomness)
        digest = hashlib.sha256(str(number).encode()).hexdigest()
        name = f"design-{number}.png"
        placed = appends.add(
            "register",
            work_id,
            {"creator": "Benchmark", "title": name, "file_sha256": digest, "original_name": name, "width": 900},
        )
        works.append(
            {
                "id": work_id,
                "account_id": account_id,
                "first_index": placed.index,
                "registered_at": placed.time,
                "state": STATE_REGISTERED,
                "title": name,
                "creator": "Benchmark",
            }
        )
        versions.append(
            {
                "entry_index": placed.index,
                "work_id": work_id,
                "account_id": account_id,
                "file_sha256": digest,
                "original_name": name,
                "media_type": "image/png",
                "width": 900,
                "height": 900,
                "answer": json.dumps({"findings": [], "notes": []}),
            }
        )
    appends.seal()
    session.execute(insert(Work), works)
    session.execute(insert(WorkVersion), versions)
    return str(works[-1]["id"])


def _checks(session: Session, like: str, first: int, count: int) -> None:
    """As many checks, each with the answer of one that was made."""
    one = session.get_one(Check, like)
    session.execute(
        insert(Check),
        [
            {
                "id": f"chk_{number}",
                "account_id": one.account_id,
                "checked_at": one.checked_at + number,
                "picture_sha256": one.picture_sha256,
                "verdict": one.verdict,
                "answer": one.answer,
            }
            for number in range(first, first + count)
        ],
    )
