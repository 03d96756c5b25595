"""Private claims: disclosed in part, forgotten for good."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from registry import errors
from registry.ledger.log import Ledger
from registry.ledger.models import LedgerClaim
from registry.ledger.openings import pack, unpack
from registry.ledger.receipt import receipt
from registry.storage.database import Database
from registry.verify import canonical_json
from registry.verify.entry import parse_entry
from registry.verify.errors import Malformed
from registry.verify.receipt import Receipt, verify_receipt
from tests.ledger.conftest import ERASED, SIZE, WORKS, Filled, claim_of, original_of, title_openings
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
        claim = session.get_one(LedgerClaim, ERASED)
        disclosure = filled.ledger.disclosure(session, ERASED)
        disclosure.verify(parse_entry(filled.ledger.entry(session, ERASED)).commit)
    assert claim.openings is None
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


@pytest.mark.parametrize(
    "change",
    [
        lambda opening: bytes(32) + opening[32:],
        lambda opening: opening[1:],
        lambda opening: opening.replace(b'"title"', b'"titel"'),
        lambda opening: opening.replace(b"Work", b"Walk"),
        lambda opening: opening[:-2],
        lambda opening: opening[:32] + b'["title",1.5]',
        lambda opening: opening[:32] + b'["title",1,2]',
        lambda opening: opening[:32] + b"[1,1]",
        lambda opening: opening[:32] + b"{}",
        lambda opening: opening[:20],
    ],
)
def test_a_claim_that_was_changed_is_not_handed_out(filled: Filled, change: Callable[[bytes], bytes]) -> None:
    changed = title_openings(filled, 4, change)
    with filled.database.write() as session:
        session.execute(update(LedgerClaim).where(LedgerClaim.entry_index == 4).values(openings=changed))
        for read in (filled.ledger.disclosure, partial(receipt, filled.ledger)):
            with pytest.raises(errors.Broken) as caught:
                read(session, 4)
            assert caught.value.code == "ledger_claim_differs"


def test_of_a_field_that_was_forgotten_alone_nothing_is_disclosed(filled: Filled) -> None:
    without = title_openings(filled, 4, lambda _: None)
    with filled.database.write() as session:
        session.execute(update(LedgerClaim).where(LedgerClaim.entry_index == 4).values(openings=without))
        disclosure = filled.ledger.disclosure(session, 4)
    assert disclosure.values().keys() == {"creator", "file_sha256"}
    assert len(disclosure.undisclosed) == 1


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_openings_are_kept_apart(openings: list[bytes]) -> None:
    packed = pack(openings)
    assert unpack(packed) == openings
    for end in range(1, len(packed)):
        cut = packed[:-end]
        try:
            assert pack(unpack(cut)) == cut
        except Malformed:
            continue
