"""A ledger whose clock, salts and key are the same in every run, and one with entries of every kind in it."""

import hashlib
from dataclasses import dataclass, field

import pytest

from registry.ledger.log import Ledger
from registry.ledger.note_signer import NoteSigner
from registry.ledger.self_check import SelfCheck, verify_ledger
from registry.storage.database import Database
from registry.storage.objects import ObjectStore
from registry.verify.canonical_json import JsonValue
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
def ledger(database: Database) -> Ledger:
    """An empty ledger."""
    made = new_ledger()
    with database.write() as session:
        made.found(session)
    return made


@pytest.fixture
def objects(local_objects_url: str) -> ObjectStore:
    return ObjectStore.open(local_objects_url)


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
