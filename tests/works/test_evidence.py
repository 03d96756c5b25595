"""The evidence file of a registered work: what its holder chooses is in it, and nothing else."""

import io

import pytest

from registry.errors import Broken, NotFound, Refused
from registry.evidence.evidence_file import EvidenceFile
from registry.installation import Installation
from registry.verify.container import Container
from registry.verify.custody import parse_custody_record
from registry.verify.file import verify_file
from registry.verify.report import Report
from registry.works.amend import amend
from registry.works.end import erase, withdraw
from registry.works.evidence import get_evidence
from registry.works.evidence_material import Selection
from registry.works.register import register
from registry.works.schemas import AmendmentInput, Draft, Registered
from tests.works.test_register import CLAIM, caller, upload

DRAFT = AmendmentInput(drafts=[Draft(sha256="9f" * 32)])


@pytest.fixture
def work(installation: Installation) -> Registered:
    return register(installation, caller(installation), upload(), CLAIM)


def content_of(evidence: EvidenceFile) -> bytes:
    return b"".join(evidence.chunks())


def verified(installation: Installation, evidence: EvidenceFile) -> Report:
    return verify_file(io.BytesIO(content_of(evidence)), verifier_key=installation.ledger.verifier_key)


def files_of(evidence: EvidenceFile) -> dict[str, bytes]:
    container = Container(io.BytesIO(content_of(evidence)))
    return {name: container.read(name, 1 << 24) for name in container.members}


def test_it_is_proven_with_the_original_in_it(installation: Installation, work: Registered) -> None:
    evidence = get_evidence(installation, work.work_id)
    report = verified(installation, evidence)
    assert report.verdict == "proven"
    assert report.disclosed["title"] == "Harbour"
    assert files_of(evidence)["data/work/original.png"] == upload().content


def test_only_the_fields_that_were_chosen_are_disclosed(installation: Installation, work: Registered) -> None:
    evidence = get_evidence(installation, work.work_id, selection=Selection.parse("title,file_sha256"))
    report = verified(installation, evidence)
    assert report.verdict == "proven"
    assert report.disclosed.keys() == {"title", "file_sha256"}
    assert "data/work/original.png" in files_of(evidence)


def test_a_commitment_alone_says_nothing_of_the_work(installation: Installation, work: Registered) -> None:
    evidence = get_evidence(installation, work.work_id, selection=Selection.parse("none"))
    assert verified(installation, evidence).verdict == "proven"
    assert verified(installation, evidence).disclosed == {}
    said = content_of(evidence)
    assert work.sha256 is not None
    for private in ("Harbour", "Studio", "design1", work.sha256):
        assert private.encode() not in said


def test_the_original_stays_out_where_its_holder_says_so(installation: Installation, work: Registered) -> None:
    evidence = get_evidence(installation, work.work_id, selection=Selection(original=False))
    assert not any(name.startswith("data/work/") for name in files_of(evidence))
    assert verified(installation, evidence).verdict == "proven"


def test_an_original_without_its_digest_is_refused(installation: Installation, work: Registered) -> None:
    with pytest.raises(Refused) as refused:
        get_evidence(installation, work.work_id, selection=Selection(frozenset({"title"}), original=True))
    assert refused.value.code == "original_not_disclosed"


def test_a_field_that_the_claim_does_not_have_is_refused_and_those_it_has_are_told(
    installation: Installation, work: Registered
) -> None:
    with pytest.raises(Refused) as refused:
        get_evidence(installation, work.work_id, selection=Selection.parse("title,price"))
    assert refused.value.code == "no_such_field"
    assert "'price'" in refused.value.message
    assert "creator" in refused.value.hint


def test_a_version_with_drafts_alone_has_no_original(installation: Installation, work: Registered) -> None:
    index = amend(installation, work.work_id, DRAFT).index
    assert verified(installation, get_evidence(installation, work.work_id, index=index)).verdict == "proven"
    with pytest.raises(Refused) as refused:
        get_evidence(installation, work.work_id, index=index, selection=Selection(original=True))
    assert refused.value.code == "no_original"


def test_the_custody_record_tells_what_the_ledger_says_of_the_work(
    installation: Installation, work: Registered
) -> None:
    amend(installation, work.work_id, DRAFT)
    withdraw(installation, work.work_id)
    record = parse_custody_record(files_of(get_evidence(installation, work.work_id))["data/custody.jsonl"])
    assert [event.action for event in record] == [
        "recorded entry 0, register",
        "recorded entry 1, amend",
        "read the original and compared it with its digest",
        "made this evidence file for the holder; withdrawn",
    ]


def test_another_account_gets_nothing(installation: Installation, work: Registered) -> None:
    with pytest.raises(NotFound) as refused:
        get_evidence(installation, work.work_id, account_id="acc_other")
    assert refused.value.code == "no_such_work"


def test_of_an_erased_work_there_is_no_evidence_file_and_one_made_before_still_verifies(
    installation: Installation, work: Registered
) -> None:
    before = content_of(get_evidence(installation, work.work_id))
    erase(installation, work.work_id)
    with pytest.raises(NotFound) as refused:
        get_evidence(installation, work.work_id)
    assert refused.value.code == "work_erased"
    assert verify_file(io.BytesIO(before), verifier_key=installation.ledger.verifier_key).verdict == "proven"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_original_that_was_changed_in_the_store_makes_no_evidence(
    installation: Installation, work: Registered
) -> None:
    assert work.sha256 is not None
    file = installation.settings.home / "objects" / work.sha256[:2] / work.sha256
    file.write_bytes(file.read_bytes() + b"!")
    with pytest.raises(Broken) as broken:
        get_evidence(installation, work.work_id)
    assert broken.value.code == "object_corrupted"
