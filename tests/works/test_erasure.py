"""After an erasure the erased is in no file of the home: looked for in their raw bytes."""

import json
from pathlib import Path

import pytest

from registry import errors
from registry.installation import Installation
from registry.ledger.models import LedgerClaim
from registry.ledger.openings import unpack
from registry.ledger.self_check import verify_ledger
from registry.verify.commitment import SALT_BYTES, ClaimField
from registry.works.consistency import check_works
from registry.works.end import erase
from registry.works.register import register
from registry.works.schemas import ClaimInput, Upload
from tests.drawn_pictures import design, encoded
from tests.works.test_register import caller

ERASED, KEPT = 3, 4
WORKS = 8
SECRET_TITLE, SECRET_CREATOR, SECRET_NAME = "Unbekannter Hafen 7261", "Theodora Quandt-Erasmus", "hafen-7261-final.png"


def registered(installation: Installation) -> list[str]:
    """Works of one owner, among them one with values that stand nowhere else."""
    works = []
    for seed in range(WORKS):
        secret = seed == ERASED
        claim = ClaimInput(
            creator=SECRET_CREATOR if secret else "Studio",
            title=SECRET_TITLE if secret else f"Harbour {seed}",
            description=f"{SECRET_TITLE}, second state. " * 200 if secret else None,
        )
        upload = Upload(encoded(design(seed)), SECRET_NAME if secret else f"{seed}.png")
        works.append(register(installation, caller(installation), upload, claim).work_id)
    return works


def traces_of(installation: Installation, index: int) -> list[bytes]:
    """Salts, and every value that is long enough to stand for itself."""
    with installation.database.read() as session:
        openings = unpack(session.get_one(LedgerClaim, index).openings or b"")
    found = []
    for opening in openings:
        found.append(opening[:SALT_BYTES])
        field = ClaimField.from_opening(opening)
        if field.name == "findings_model":  # the same for every work
            continue
        value = field.value
        if isinstance(value, str) and len(value) >= 16:
            found += [value.encode(), json.dumps(value)[1:-1].encode()]
            if len(value) == 64:
                found.append(bytes.fromhex(value))
    return found


def files_with(home: Path, traces: list[bytes]) -> dict[str, int]:
    """How many of ``traces`` stand in each file of ``home``."""
    counted = {}
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if count := sum(trace in content for trace in traces):
                counted[file.name] = count
    return counted


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def test_after_an_erasure_the_erased_is_in_no_file_of_the_home(
    installation: Installation, home: Path, dialect: str
) -> None:
    works = registered(installation)
    traces = traces_of(installation, ERASED)
    assert len(traces) > 20
    assert dialect != "sqlite" or files_with(home, traces)
    original = encoded(design(ERASED))
    assert files_with(home, [original[:64]])
    erase(installation, works[ERASED])
    assert files_with(home, [*traces, original[:64]]) == {}
    assert files_with(home, [SECRET_TITLE.encode(), SECRET_CREATOR.encode(), SECRET_NAME.encode()]) == {}
    assert verify_ledger(installation.database, installation.ledger, installation.objects).errors == []
    assert check_works(installation) == []
    with installation.database.read() as session:
        assert installation.ledger.disclosure(session, KEPT).values()["title"] == f"Harbour {KEPT}"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_erasure_that_a_reader_holds_up_says_so_and_is_finished_by_the_next(
    installation: Installation, home: Path
) -> None:
    works = registered(installation)
    traces = traces_of(installation, ERASED)
    scrub = installation.database.scrub
    with installation.database.read() as session:
        assert installation.ledger.head(session).size == WORKS
        with pytest.raises(errors.Unavailable) as caught:
            scrub([LedgerClaim], patience=0)
    assert caught.value.code == "erasure_unfinished"
    erase(installation, works[ERASED])
    assert files_with(home, traces) == {}
