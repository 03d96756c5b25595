"""Appends over HTTP: the service in a process of its own, eight connections to it.

What is asked for is the withdrawal of a work, the request that appends an entry without a picture to
read: the credential is checked, the work looked up and changed, an entry appended. The clients share
the machine with the service.
"""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Scope
from registry.accounts.keys import create_key
from registry.benchmark.ledger.entries import THREADS
from registry.benchmark.ledger.row import Row, row
from registry.ids import new_id
from registry.installation import Installation
from registry.ledger.appends import Appends
from registry.works.models import STATE_REGISTERED, Work

OWNER = "Benchmark"


def measure_http(installation: Installation, entries: int) -> Row:
    """Withdraws ``entries`` works, each connection waiting for its answer before it asks again."""
    account_id, token = _owner(installation)
    works = _works(installation, account_id, entries)
    shares = [works[first::THREADS] for first in range(THREADS)]
    with _served(installation) as address, ThreadPoolExecutor(THREADS) as pool:
        start = time.perf_counter()
        latencies = [one for share in pool.map(lambda share: _withdraw(address, token, share), shares) for one in share]
        seconds = time.perf_counter() - start
    return row("over HTTP, 8 connections", entries, seconds, latencies)


def _owner(installation: Installation) -> tuple[str, str]:
    with installation.database.write() as session:
        account = find_or_create_account(session, OWNER, installation.clock, installation.randomness)
        key = create_key(
            session,
            account,
            OWNER,
            scopes=frozenset(Scope),
            expires_at=None,
            secret=installation.key_secret,
            clock=installation.clock,
            randomness=installation.randomness,
        )
        return account.id, key.token


def _works(installation: Installation, account_id: str, count: int) -> list[str]:
    """Works that have an entry, but no picture."""
    identifiers = [new_id("wrk", installation.randomness) for _ in range(count)]

    def record(session: Session, appends: Appends) -> None:
        for work_id in identifiers:
            placed = appends.add("register", work_id, {"title": "Benchmark"})
            session.add(
                Work(
                    id=work_id,
                    account_id=account_id,
                    first_index=placed.index,
                    registered_at=placed.time,
                    state=STATE_REGISTERED,
                    title="Benchmark",
                    creator=OWNER,
                )
            )

    installation.sequencer.run(record)
    return identifiers


def _withdraw(address: str, token: str, works: Sequence[str]) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    latencies = []
    for work_id in works:
        before = time.perf_counter()
        connection.request("POST", f"/v1/works/{work_id}/withdraw", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        response.read()
        latencies.append(time.perf_counter() - before)
        if response.status != HTTPStatus.OK:
            raise RuntimeError(f"a withdrawal was answered with {response.status}")
    connection.close()
    return latencies


@contextmanager
def _served(installation: Installation) -> Iterator[str]:
    """The address of ``registry serve`` on the same home."""
    settings = installation.settings
    command = [
        sys.executable,
        "-m",
        "registry.cli.main",
        "serve",
        "--home",
        str(settings.home),
        "--port",
        "0",
        "--json",
    ]
    environment = {
        **os.environ,
        "REGISTRY_DATABASE_URL": settings.database_address,
        "REGISTRY_OBJECTS_URL": settings.objects_address,
    }
    with subprocess.Popen(  # noqa: S603 - this very program
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            yield json.loads(process.stdout.readline())["address"]
        finally:
            process.terminate()
