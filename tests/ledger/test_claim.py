"""Private claims: disclosed in part, forgotten for good."""

import pytest
from sqlalchemy import select, update

from registry import errors
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerClaimField
from registry.ledger.receipt import receipt
from registry.storage.database import Database
from registry.verify import canonical_json
from registry.verify.entry import parse_entry
from registry.verify.receipt import Receipt, verify_receipt
from tests.ledger.conftest import ERASED, SIZE, WORKS, Filled, claim_of, original_of
from tests.verify.test_canonical_json import nested


def content_of(filled: Filled, index: int, *, size: int | None = None, names: tuple[str, ...] | None = None) -> bytes:
    with filled.database.read() as session:
        return canonical_json.encode(receipt(filled.ledger, session, index, size, names)) + b"\n"


def test_a_whole_claim_is_disclosed(filled: Filled) -> None:
    with filled.database.read() as session:
        disclosure = filled.ledger.disclosure(session, 4)
        disclosure.verify(parse_entry(filled.ledger.entry(session, 4)).commit)
    assert disclosure.values() == claim_of(4, filled.originals[4])
    assert disclosure.undisclosed == ()


def test_a_part_of_a_claim_is_disclosed(filled: Filled) -> None:
    claim = claim_of(4, filled.originals[4])
    with filled.database.read() as session:
        commit = parse_entry(filled.ledger.entry(session, 4)).commit
        for names in ((), ("title",), ("title", "file_sha256"), ("title", "never heard of")):
            disclosure = filled.ledger.disclosure(session, 4, names)
            disclosure.verify(commit)
            assert disclosure.values() == {name: claim[name] for name in names if name in claim}


def test_every_kind_of_value_is_kept_exactly(database: Database, ledger: Ledger) -> None:
    claim = {
        "text": '\u0000\u001f\u00e9\u6d77\U0001f58c"\\',
        "none": None,
        "no": False,
        "deep": nested(16),
        "big": 2**53 - 1,
    }
    with database.write() as session:
        ledger.append(session, "register", "wrk_1", claim)
    with database.read() as session:
        assert ledger.disclosure(session, 0).values() == claim


def test_a_claim_without_fields_is_disclosed_as_that(filled: Filled) -> None:
    with filled.database.read() as session:
        disclosure = filled.ledger.disclosure(session, SIZE - 1)
    assert (disclosure.fields, disclosure.undisclosed) == ((), ())


def test_what_was_forgotten_is_nowhere_in_the_database(filled: Filled) -> None:
    with filled.database.read() as session:
        rows = session.execute(
            select(LedgerClaimField.salt, LedgerClaimField.name, LedgerClaimField.value).where(
                LedgerClaimField.entry_index == ERASED
            )
        ).all()
        disclosure = filled.ledger.disclosure(session, ERASED)
        disclosure.verify(parse_entry(filled.ledger.entry(session, ERASED)).commit)
    assert [tuple(row) for row in rows] == [(None, None, None)] * 3
    assert disclosure.fields == ()
    assert len(disclosure.undisclosed) == 3


def test_forgetting_answers_how_many_fields_it_emptied(filled: Filled) -> None:
    with filled.database.write() as session:
        assert filled.ledger.forget(session, "wrk_5") == 3
        assert filled.ledger.forget(session, "wrk_5") == 0
        assert filled.ledger.forget(session, "nobody") == 0


def test_forgetting_one_work_leaves_every_other_proof(filled: Filled) -> None:
    for index in range(WORKS):
        report = verify_receipt(content_of(filled, index), verifier_key=filled.ledger.verifier_key)
        assert report.verdict == "proven"
        assert bool(report.disclosed) == (index != ERASED)


def test_a_receipt_kept_by_its_holder_outlives_the_erasure(filled: Filled) -> None:
    kept = content_of(filled, 6)
    with filled.database.write() as session:
        filled.ledger.forget(session, "wrk_6")
        filled.ledger.append(session, "erase", "wrk_6", {})
    report = verify_receipt(kept, work=original_of(6), verifier_key=filled.ledger.verifier_key)
    assert report.verdict == "proven"
    assert report.disclosed == claim_of(6, filled.originals[6])


def test_a_receipt_verifies_under_every_checkpoint_that_covers_it(filled: Filled) -> None:
    for size in range(5, SIZE + 1):
        content = content_of(filled, 4, size=size, names=("file_sha256",))
        report = verify_receipt(content, work=original_of(4), verifier_key=filled.ledger.verifier_key)
        assert report.verdict == "proven", report.to_text()
        assert Receipt.parse(content).to_bytes() == content


def test_a_receipt_of_what_does_not_exist_is_not_found(filled: Filled) -> None:
    for index, size in ((SIZE, None), (4, 4), (4, SIZE + 1)):
        with pytest.raises(errors.NotFound):
            content_of(filled, index, size=size)


def test_a_claim_that_was_changed_is_not_handed_out(filled: Filled) -> None:
    table = LedgerClaimField
    title = update(table).where(table.entry_index == 4, table.name == "title")
    changes: list[dict[str, object]] = [
        {"salt": bytes(32)},
        {"salt": b"short"},
        {"name": "titel"},
        {"value": '"Another"'},
        {"value": '"Work 4'},
        {"value": "1.5"},
    ]
    for change in changes:
        with filled.database.write() as session, session.begin_nested() as changed:
            session.execute(title.values(change))
            for read in (lambda: filled.ledger.disclosure(session, 4), lambda: receipt(filled.ledger, session, 4)):
                with pytest.raises(errors.Broken) as caught:
                    read()
                assert caught.value.code == "ledger_claim_differs"
            changed.rollback()


def test_of_a_field_that_lost_its_salt_nothing_is_disclosed(filled: Filled) -> None:
    table = LedgerClaimField
    with filled.database.write() as session:
        session.execute(update(table).where(table.entry_index == 4, table.name == "title").values(salt=None))
        assert "title" not in filled.ledger.disclosure(session, 4).values()
