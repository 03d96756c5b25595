"""Checkpoints put into blocks of Bitcoin by a calendar, kept, looked up, and put into evidence files."""

import hashlib
import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from registry import errors
from registry.anchoring.opentimestamps.calendar import Calendar
from registry.anchoring.opentimestamps.calendars_setting import calendars_of, explorer_of
from registry.anchoring.opentimestamps.explorer import Explorer
from registry.anchoring.opentimestamps.service import CalendarStamping
from registry.anchoring.opentimestamps.stored_proofs import newest_submitted
from registry.anchoring.stored import newest
from registry.installation import Installation
from registry.settings import Settings
from registry.verify.bitcoin_anchor import HEADER_TIME_SECONDS
from registry.verify.file import verify_file
from registry.verify.known_block import BITCOIN, KnownBlock
from registry.verify.opentimestamps import Proof
from registry.verify.report import Report, Result
from registry.web.application import create_application
from registry.works.evidence import get_evidence
from registry.works.register import register
from tests.anchoring.calendar import BLOCK_SECONDS, NTIME, block_hash, calendar
from tests.anchoring.calendar import Calendar as Local
from tests.api.appended import append
from tests.works.test_register import CLAIM, caller, upload


@pytest.fixture
def local() -> Iterator[Local]:
    with calendar() as running:
        yield running


def stamping(installation: Installation, *calendars: Local, explorer: Local | None = None) -> CalendarStamping:
    return CalendarStamping(
        installation.database,
        installation.ledger,
        [Calendar(one.address.removeprefix("http://"), one.address) for one in calendars],
        None if explorer is None else Explorer(explorer.address),
        clock=installation.clock,
        randomness=installation.randomness,
    )


def came(rounds: CalendarStamping) -> list[tuple[int, int | None, bool, str | None]]:
    """What a round came to: size, block, whether it was looked up, and the error."""
    return [
        (one.size, one.height, one.time is not None, None if one.error is None else one.error.code)
        for one in rounds.round()
    ]


def test_a_checkpoint_is_promised_then_in_a_block_then_seen(installation: Installation, local: Local) -> None:
    append(installation, 3)
    rounds = stamping(installation, local, explorer=local)
    assert came(rounds) == [(3, None, False, None)]
    assert came(rounds) == []
    local.mine()
    assert came(rounds) == [(3, 1, False, None), (3, 1, True, None)]
    assert came(rounds) == []
    with installation.database.read() as session:
        (seen,) = newest(session)
    assert (seen.checkpoint_size, seen.time) == (3, (NTIME + BLOCK_SECONDS + HEADER_TIME_SECONDS) * 1000)
    assert len(local.submissions) == 1


def test_what_is_submitted_tells_nothing_of_the_text(local: Local) -> None:
    for nonce in (bytes(16), bytes([1]) * 16):
        Calendar("local", local.address).submit(b"the same text", nonce)
    assert hashlib.sha256(b"the same text").digest() not in local.submissions
    assert len(set(local.submissions)) == 2


def test_a_newer_checkpoint_is_submitted_while_the_older_is_waiting(installation: Installation, local: Local) -> None:
    rounds = stamping(installation, local, explorer=local)
    for count in (1, 2, 3):
        append(installation, 1)
        assert came(rounds) == [(count, None, False, None)]
    local.mine()
    assert [(size, height) for size, height, looked_up, _ in came(rounds) if looked_up] == [(3, 1), (2, 1), (1, 1)]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_the_schedule_submits_while_the_service_runs(installation: Installation, local: Local) -> None:
    append(installation, 1)
    with stamping(installation, local).rounds(3600):
        assert local.asked.wait(20)


def test_an_empty_ledger_is_not_submitted(installation: Installation, local: Local) -> None:
    assert came(stamping(installation, local)) == []


def test_a_calendar_that_fails_keeps_nobody_back_and_is_asked_again(installation: Installation, local: Local) -> None:
    append(installation, 1)
    with calendar() as other:
        rounds = stamping(installation, other, local)
        other.failing = 503
        assert came(rounds) == [(0, None, False, "calendar_refused"), (1, None, False, None)]
        other.failing = None
        assert came(rounds) == [(1, None, False, None)]
    local.mine()
    assert came(rounds) == [(0, None, False, "peer_unreachable"), (1, 1, False, None)]


def test_a_promise_under_another_address_is_refused(installation: Installation, local: Local) -> None:
    append(installation, 1)
    local.told = "http://10.0.0.1"
    assert came(stamping(installation, local)) == [(0, None, False, "calendar_unusable")]


def test_a_promise_that_makes_the_proof_deeper_than_what_is_read_is_refused(local: Local) -> None:
    local.prefix = b"\x08" * 254
    with pytest.raises(errors.Broken) as refused:
        Calendar("local", local.address).submit(b"text", bytes(16))
    assert "deeper" in refused.value.message


@pytest.mark.parametrize("answer", [b"", b"\x00", b"<html>", b"\x08" * 300, bytes(20_000)])
def test_an_answer_that_is_no_proof_is_refused_and_the_promise_kept(
    installation: Installation, local: Local, answer: bytes
) -> None:
    append(installation, 1)
    rounds = stamping(installation, local)
    rounds.round()
    local.mine()
    good, local.found = local.found, dict.fromkeys(local.found, answer)
    ((_, _, _, code),) = came(rounds)
    assert code in ("calendar_unusable", "peer_answer")
    local.found = good
    assert came(rounds) == [(1, 1, False, None)]


def test_a_block_that_is_not_the_one_of_the_proof_is_not_seen(installation: Installation, local: Local) -> None:
    append(installation, 1)
    rounds = stamping(installation, local, explorer=local)
    rounds.round()
    local.mine()
    header = local.headers[1]
    for wrong in (local.headers[0], header[:70] + b"?" + header[71:], b"short"):
        local.headers[1] = wrong
        assert [code for *_, code in came(rounds)][-1] == "bitcoin_header"
    local.headers[1] = header
    assert came(rounds) == [(1, 1, True, None)]


def test_a_header_that_nobody_has_does_not_keep_the_next_checkpoint_from_being_submitted(
    installation: Installation, local: Local
) -> None:
    append(installation, 1)
    with calendar() as other:
        came(stamping(installation, local))
        local.mine()
        append(installation, 1)
        # The other server has no such block.
        told = came(stamping(installation, local, explorer=other))
    assert told == [(1, 1, False, None), (0, None, False, "bitcoin_header"), (2, None, False, None)]


def test_of_two_processes_that_submit_at_once_one_promise_is_kept(installation: Installation, local: Local) -> None:
    append(installation, 1)
    first, second = stamping(installation, local), stamping(installation, local)
    submit = first.calendars[0].submit

    def meanwhile(text: bytes, nonce: bytes) -> Proof:
        second.round()
        return submit(text, nonce)

    first.calendars[0].submit = meanwhile  # type: ignore[method-assign]
    first.round()
    with installation.database.read() as session:
        (kept,) = newest_submitted(session)
    assert len(local.submissions) == 2
    local.mine()
    assert kept.proof == newest_proof(installation)
    assert came(second) == [(1, 1, False, None)]


def newest_proof(installation: Installation) -> bytes:
    with installation.database.read() as session:
        return newest_submitted(session)[0].proof


def verified(installation: Installation, work_id: str, *blocks: KnownBlock) -> Report:
    content = b"".join(get_evidence(installation, work_id).chunks())
    return verify_file(io.BytesIO(content), verifier_key=installation.ledger.verifier_key, known_blocks=blocks)


def results(report: Report) -> dict[str, Result]:
    return {check.name: check.result for check in report.checks if "bitcoin" in check.name}


def test_the_evidence_file_has_the_block_and_its_bound_holds_for_whoever_knows_it(
    installation: Installation, local: Local
) -> None:
    work = register(installation, caller(installation), upload(), CLAIM)
    rounds = stamping(installation, local, explorer=local)
    rounds.round()
    assert results(verified(installation, work.work_id)) == {}
    local.mine()
    rounds.round()
    block = KnownBlock(BITCOIN, block_hash(local.headers[1])[::-1])
    report = verified(installation, work.work_id, block)
    assert report.verdict == "proven"
    assert set(results(report).values()) == {Result.PROVEN}
    assert report.not_after == "2027-01-15T10:10:00.000Z"
    without = verified(installation, work.work_id)
    assert (without.verdict, without.not_after) == ("proven", None)
    assert [one.trusted for one in without.witnesses] == [False]


def test_without_a_server_for_headers_the_proof_is_in_the_file_and_not_checked(
    installation: Installation, local: Local
) -> None:
    work = register(installation, caller(installation), upload(), CLAIM)
    rounds = stamping(installation, local)
    rounds.round()
    local.mine()
    rounds.round()
    report = verified(installation, work.work_id)
    assert report.verdict == "proven"
    assert results(report) == {"anchor bitcoin": Result.PROVEN, "chain bitcoin": Result.NOT_CHECKED}
    assert report.witnesses == ()
    # Named later, the server is asked for what is missing.
    assert came(stamping(installation, local, explorer=local)) == [(1, 1, True, None)]


def test_the_settings_name_calendars_by_their_hosts() -> None:
    settings = Settings.load(opentimestamps_calendars="https://one.example/ http://127.0.0.1:14788")
    assert [one.name for one in calendars_of(settings)] == ["one.example", "127.0.0.1:14788"]
    assert explorer_of(settings) is None
    assert calendars_of(Settings.load()) == ()


@pytest.mark.parametrize(
    "text",
    [
        "one.example",
        "ftp://one.example",
        "https://one.example?x",
        "https://one.example https://one.example/a",
        " ".join(f"https://{number}.example" for number in range(11)),
    ],
)
def test_calendars_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        calendars_of(Settings.load(opentimestamps_calendars=text))
    assert refused.value.code == "opentimestamps_calendars"


def test_pages_and_numbers_show_a_calendar_once_its_block_was_seen(installation: Installation, local: Local) -> None:
    append(installation, 2)
    rounds = stamping(installation, local, explorer=local)
    name = local.address.removeprefix("http://")
    with TestClient(create_application(installation)) as client:
        rounds.round()
        assert name not in client.get("/metrics").text
        assert name not in client.get("/log").text
        local.mine()
        rounds.round()
        append(installation, 1)
        assert f'firstmark_timestamp_lag_entries{{witness="{name}"}} 1\n' in client.get("/metrics").text
        for page in ("/log", "/numbers"):
            assert name in client.get(page, headers={"Accept": "text/html"}).text
