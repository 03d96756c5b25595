"""The self-check names claims that were changed or emptied, and originals that are not what the claims say."""

import hashlib
from pathlib import Path

import pytest

from registry import errors
from registry.ledger.models import LedgerClaim
from registry.ledger.self_check import verify_ledger
from registry.storage.objects import ObjectStore
from registry.verify.commitment import opening_digest
from tests.ledger.changed_ledger import named
from tests.ledger.conftest import ERASED, Filled, original_of, title_openings


def test_a_changed_or_missing_original_is_named(filled: Filled, tmp_path: Path) -> None:
    digest = hashlib.sha256(original_of(4)).hexdigest()
    file = next(path for path in tmp_path.rglob("*") if path.is_file() and digest[2:] in path.name)
    file.write_bytes(b"0riginal 4")
    check = filled.check()
    assert named(check) == [4]
    assert digest in check.errors[0].what
    file.unlink()
    assert named(filled.check()) == [4]
    filled.objects.put(original_of(4))
    assert filled.check().ok


def test_every_byte_of_an_original_matters(filled: Filled, tmp_path: Path) -> None:
    digest = hashlib.sha256(original_of(4)).hexdigest()
    file = next(path for path in tmp_path.rglob("*") if path.is_file() and digest[2:] in path.name)
    for place in range(len(original_of(4))):
        content = bytearray(original_of(4))
        content[place] ^= 1
        file.write_bytes(content)
        assert named(filled.check()) == [4]
    file.write_bytes(original_of(4) + b"\0")
    assert named(filled.check()) == [4]
    file.write_bytes(original_of(4))
    assert filled.check().ok


def test_an_original_erased_while_the_check_runs_is_no_fault(filled: Filled) -> None:
    """The check sees the snapshot of its beginning, in which the claim was still held."""

    def erase(checked: int, _: int) -> None:
        if checked == 1:
            with filled.database.write() as session:
                filled.ledger.forget(session, "wrk_6")
                filled.ledger.append(session, "erase", "wrk_6", {})
            filled.objects.delete(filled.originals[6])

    check = verify_ledger(filled.database, filled.ledger, filled.objects, erase)
    assert check.errors == []
    assert filled.check().ok


def test_a_claim_emptied_without_an_erase_entry_is_named(filled: Filled) -> None:
    with filled.database.write() as session:
        filled.ledger.forget(session, "wrk_7")
    check = filled.check()
    assert set(named(check)) == {7}
    with filled.database.write() as session:
        filled.ledger.append(session, "erase", "wrk_7", {})
    assert filled.check().ok


def test_an_entry_made_after_an_erasure_is_not_covered_by_it(filled: Filled) -> None:
    with filled.database.write() as session:
        later = filled.ledger.append(session, "register", f"wrk_{ERASED}", {"title": "again"})
        filled.ledger.forget(session, f"wrk_{ERASED}")
    assert named(filled.check()) == [later.index]


def test_a_changed_digest_is_told_from_a_changed_value(filled: Filled) -> None:
    digests: list[bytes] = []

    def note(opening: bytes) -> bytes:
        digests.append(opening_digest(opening))
        return opening

    title_openings(filled, 4, note)
    with filled.database.write() as session:
        claim = session.get_one(LedgerClaim, 4)
        claim.digests = claim.digests.replace(digests[0], bytes(32))
    assert [finding.what for finding in filled.check().errors] == ["The digest of the claim field 'title' was changed."]


def test_an_object_store_that_cannot_be_reached_accuses_nobody(filled: Filled, tmp_path: Path) -> None:
    class Unreachable(ObjectStore):
        def get(self, digest: str) -> bytes:
            raise errors.Unavailable("objects_unreachable", f"{digest} cannot be reached.", hint="Try again.")

    with pytest.raises(errors.Unavailable):
        verify_ledger(filled.database, filled.ledger, Unreachable.open(tmp_path.as_uri()))
