"""A ledger whose clock, salts and key are the same in every run, and one with entries of every kind in it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from registry.ledger.group_call import Wanted
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerClaim
from registry.ledger.note_signer import NoteSigner
from registry.ledger.openings import pack, unpack
from registry.ledger.self_check import SelfCheck, verify_ledger
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.canonical_json import JsonValue
from tests.conftest import PostgresqlDatabases
from tests.deterministic import SeededRandomness, SteppingClock

SIGNER = NoteSigner("example.com/log", bytes(range(32)))


def new_ledger(*, signer: NoteSigner = SIGNER, clock: SteppingClock | None = None) -> Ledger:
    return Ledger(signer, clock or SteppingClock(), SeededRandomness())


@dataclass
class Filled:
    """A ledger of eleven entries: nine works, of which the second was erased and the third withdrawn."""

    database: Database
    ledger: Ledger
    objects: ObjectStore
    originals: dict[int, str] = field(default_factory=dict)
    """The digest of each entry's original that is still held."""

    def check(self) -> SelfCheck:
        return verify_ledger(self.database, self.ledger, self.objects)


WORKS = 9
ERASED = 1
SIZE = 11


def claim_of(number: int, original: str) -> dict[str, JsonValue]:
    return {"title": f"Work {number} \u00e9\u6d77\U0001f58c", "creator": "Studio", "file_sha256": original}


def original_of(number: int) -> bytes:
    return b"original %d" % number


@pytest.fixture
def fresh_database_urls(
    dialect: str, tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest
) -> Iterator[Iterator[str]]:
    """Addresses of as many databases with the schema and no row as a test asks for."""
    if dialect == "sqlite":

        def copies() -> Iterator[str]:
            for number in count():
                file = tmp_path / f"{number}.sqlite"
                shutil.copyfile(sqlite_template, file)
                yield f"sqlite:///{file}"

        yield copies()
        return
    databases: PostgresqlDatabases = request.getfixturevalue("postgresql_databases")
    template: str = request.getfixturevalue("postgresql_template")
    with databases.fresh(template) as urls:
        yield urls


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """An empty ledger."""
    made = new_ledger()
    with database.write() as session:
        made.found(session)
    return made


@pytest.fixture
def objects(local_objects_url: str) -> ObjectStore:
    return ObjectStore.open(local_objects_url)


GROWN = 600
"""Entries of a ledger with stored tree nodes: two on level 8."""


@pytest.fixture
def grown(database: Database, ledger: Ledger, objects: ObjectStore) -> Filled:
    """A ledger of GROWN entries, committed in six groups."""
    sequencer = Sequencer(database, ledger)
    for start in range(0, GROWN, GROWN // 6):
        numbers = range(start, start + GROWN // 6)
        sequencer.append_all(
            [Wanted("decide", f"cse_{number}", {"verdict": "copy"}, f"k{number}") for number in numbers]
        )
    return Filled(database, ledger, objects)


def title_openings(filled: Filled, index: int, change: Callable[[bytes], bytes | None]) -> bytes:
    """The stored openings of the claim of an entry, that of its title changed, or left out where None."""
    with filled.database.read() as session:
        packed = session.scalars(select(LedgerClaim.openings).where(LedgerClaim.entry_index == index)).one()
    assert packed is not None
    openings = [change(one) if b'["title",' in one else one for one in unpack(packed)]
    return pack(one for one in openings if one is not None)


@pytest.fixture
def filled(database: Database, ledger: Ledger, objects: ObjectStore) -> Filled:
    made = Filled(database, ledger, objects)
    for number in range(WORKS):
        digest = objects.put(original_of(number))
        with database.write() as session:
            appended = ledger.append(session, "register", f"wrk_{number}", claim_of(number, digest))
        made.originals[appended.index] = digest
    with database.write() as session:
        ledger.forget(session, f"wrk_{ERASED}")
        ledger.append(session, "erase", f"wrk_{ERASED}", {"reason": "asked by the owner"})
    objects.delete(hashlib.sha256(original_of(ERASED)).hexdigest())
    del made.originals[ERASED]
    with database.write() as session:
        ledger.append(session, "withdraw", "wrk_2", {})
    return made
