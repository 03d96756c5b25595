"""`registry anchor` with a calendar of OpenTimestamps: by hand from a promise to a court that names the block."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anchoring.calendar import Calendar, block_hash, calendar
from tests.cli.command import run


@pytest.fixture
def local() -> Iterator[Calendar]:
    with calendar() as running:
        yield running


def settings(local: Calendar) -> dict[str, str]:
    return {"REGISTRY_OPENTIMESTAMPS_CALENDARS": local.address, "REGISTRY_BITCOIN_EXPLORER": local.address}


def name(local: Calendar) -> str:
    return local.address.removeprefix("http://")


def test_people_read_what_was_promised_and_what_was_kept(studio_home: Path, local: Calendar) -> None:
    anchor = ("anchor", "run", "--home", studio_home)
    first = run(*anchor, environment=settings(local))
    assert first.code == 0
    assert "promised a block of Bitcoin for the first 5 entries" in " ".join(first.stderr.split())
    local.mine()
    second = " ".join(run(*anchor, environment=settings(local)).stderr.split())
    assert "put the first 5 entries into block 1 of Bitcoin" in second
    assert "Block 1 of Bitcoin has the first 5 entries" in second


def test_the_status_tells_how_far_each_proof_has_come(studio_home: Path, local: Calendar) -> None:
    status = ("anchor", "status", "--home", studio_home, "--json")
    never = {"witness": name(local), "asked": True, "size": 0, "time": None, "behind": 5}
    assert run(*status, environment=settings(local)).line == never
    run("anchor", "run", "--home", studio_home, environment=settings(local))
    promise, witness = run(*status, environment=settings(local)).lines
    assert (promise["calendar"], promise["size"], promise["block"], promise["time"]) == (name(local), 5, None, None)
    assert witness == never
    local.mine()
    run("anchor", "run", "--home", studio_home, environment=settings(local))
    promise, witness = run(*status, environment=settings(local)).lines
    assert promise["block"] == 1
    assert witness == never | {"size": 5, "time": promise["time"], "behind": 0}
    assert "block 1" in run("anchor", "status", "--home", studio_home).stderr


def test_a_calendar_that_does_not_answer_is_exit_code_3(studio_home: Path) -> None:
    environment = {"REGISTRY_OPENTIMESTAMPS_CALENDARS": "http://127.0.0.1:1"}
    answer = run("anchor", "run", "--home", studio_home, "--json", environment=environment)
    assert (answer.code, answer.lines[0]["code"]) == (3, "peer_unreachable")


def test_a_court_that_names_the_block_reads_since_when_the_work_was_there(
    studio_home: Path, local: Calendar, tmp_path: Path
) -> None:
    run("anchor", "run", "--home", studio_home, environment=settings(local))
    local.mine()
    run("anchor", "run", "--home", studio_home, environment=settings(local))
    work = run("works", "list", "--home", studio_home, "--json").lines[0]["id"]
    run("evidence", work, "-o", tmp_path / "evidence.zip", "--home", studio_home)
    block = f"bitcoin:{block_hash(local.headers[1])[::-1].hex()}"
    report = run("verify", tmp_path / "evidence.zip", "--block", block, "--json").line
    assert (report["verdict"], report["not_after"]) == ("proven", "2027-01-15T10:10:00.000Z")
