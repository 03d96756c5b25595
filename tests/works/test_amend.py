import hashlib
import threading
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import ImageOps

from registry.errors import Conflict, NotFound, Refused
from registry.imaging.purpose import Purpose
from registry.installation import Installation
from registry.ledger.self_check import verify_ledger
from registry.listings.check import check
from registry.verify.canonical_json import encode
from registry.verify.receipt import verify_receipt
from registry.works.amend import amend
from registry.works.consistency import check_works
from registry.works.end import erase, withdraw
from registry.works.owner_signature import amendment_to_sign
from registry.works.read import get_receipt, get_work
from registry.works.register import register
from registry.works.schemas import AmendmentInput, ClaimInput, Draft, Registered, Upload, parse_amendment
from tests.drawn_pictures import design, encoded, flattened
from tests.works.test_register import CLAIM, caller, size, upload

NEW_COLOURS = AmendmentInput(description="The final colours.", created_on="2026-05-31")
SKETCHES = AmendmentInput(drafts=[Draft(sha256="9f" * 32, note="pencil"), Draft(sha256="a0" * 32)])


def registered(installation: Installation, seed: int = 1) -> Registered:
    return register(installation, caller(installation), upload(seed), CLAIM)


def disclosed(answer: Registered) -> dict[str, object]:
    return {field["name"]: field["value"] for field in answer.receipt["disclosure"]["disclosed"]}


def in_order(installation: Installation) -> bool:
    return check_works(installation) == [] and (
        verify_ledger(installation.database, installation.ledger, installation.objects).ok
    )


def test_a_new_picture_gets_an_entry_of_the_same_work_and_a_receipt_that_verifies(installation: Installation) -> None:
    work = registered(installation)
    file = upload(2)
    answer = amend(installation, work.work_id, NEW_COLOURS, file)
    assert (answer.status, answer.work_id, answer.index) == ("amended", work.work_id, 1)
    assert (answer.entry["kind"], answer.entry["subject"]) == ("amend", work.work_id)
    assert verify_receipt(encode(answer.receipt) + b"\n", work=file.content).verdict == "proven"
    assert disclosed(answer)["earlier_versions"] == [{"index": 0, "file_sha256": work.sha256}]
    assert disclosed(answer)["description"] == "The final colours."
    assert in_order(installation)


def test_a_work_shows_its_versions_in_order(installation: Installation) -> None:
    work = registered(installation)
    amend(installation, work.work_id, NEW_COLOURS, upload(2))
    amend(installation, work.work_id, SKETCHES)
    versions = get_work(installation, work.work_id).versions
    assert [(version.index, version.original_name) for version in versions] == [
        (0, "design1.png"),
        (1, "design2.png"),
        (2, None),
    ]


def test_a_check_finds_the_work_by_each_of_its_pictures(installation: Installation) -> None:
    work = registered(installation)
    other = registered(installation, 3)
    amend(installation, work.work_id, NEW_COLOURS, upload(2))
    for seed, work_id, name in ((1, work.work_id, "design1.png"), (2, work.work_id, "design2.png")):
        stolen = Upload(encoded(ImageOps.mirror(flattened(design(seed))), "JPEG", quality=60), "listing.jpg")
        view = check(installation, None, stolen)
        assert (view.verdict, view.matches[0].work_id, view.matches[0].path) == ("match", work_id, name)
    assert check(installation, None, upload(3)).matches[0].work_id == other.work_id


def test_drafts_are_committed_to_by_digest_and_nothing_else_of_them_is_kept(installation: Installation) -> None:
    work = registered(installation)
    answer = amend(installation, work.work_id, SKETCHES)
    assert (answer.status, answer.sha256, answer.findings) == ("amended", None, [])
    assert disclosed(answer)["drafts"] == [{"sha256": "9f" * 32, "note": "pencil"}, {"sha256": "a0" * 32}]
    assert verify_receipt(encode(answer.receipt) + b"\n").verdict == "proven"
    assert list(installation.objects.digests()) == [work.sha256]
    assert in_order(installation)


def test_a_picture_and_its_drafts_share_an_entry(installation: Installation) -> None:
    work = registered(installation)
    answer = amend(installation, work.work_id, SKETCHES, upload(2))
    assert {"drafts", "file_sha256"} <= disclosed(answer).keys()
    assert size(installation) == 2


def test_a_picture_that_the_work_has_already_appends_nothing(installation: Installation) -> None:
    work = registered(installation)
    first = amend(installation, work.work_id, NEW_COLOURS, upload(2))
    again = amend(installation, work.work_id, AmendmentInput(), upload(2))
    assert (again.status, again.receipt) == ("already_registered", first.receipt)
    assert amend(installation, work.work_id, AmendmentInput(), upload(1)).receipt == work.receipt
    assert size(installation) == 2


def test_drafts_that_an_entry_of_the_work_holds_already_append_nothing(installation: Installation) -> None:
    work = registered(installation)
    first = amend(installation, work.work_id, SKETCHES)
    again = amend(installation, work.work_id, SKETCHES.model_copy(update={"drafts": SKETCHES.drafts[1:]}))
    assert (again.status, again.receipt) == ("already_registered", first.receipt)
    one_more = SKETCHES.model_copy(update={"drafts": [*SKETCHES.drafts, Draft(sha256="b1" * 32)]})
    assert amend(installation, work.work_id, one_more).status == "amended"


def test_drafts_of_the_registration_count_too(installation: Installation) -> None:
    claim = CLAIM.model_copy(update={"drafts": SKETCHES.drafts})
    work = register(installation, caller(installation), upload(), claim)
    assert amend(installation, work.work_id, SKETCHES).index == work.index


def test_a_file_of_another_work_of_the_owner_is_refused_and_named(installation: Installation) -> None:
    work, other = registered(installation), registered(installation, 2)
    with pytest.raises(Conflict) as refused:
        amend(installation, work.work_id, NEW_COLOURS, upload(2))
    assert refused.value.code == "file_of_another_work"
    assert other.work_id in refused.value.message
    assert size(installation) == 2


def test_a_file_that_another_owner_registered_is_added_with_the_finding_in_its_claim(
    installation: Installation,
) -> None:
    theirs = register(installation, caller(installation, "Other"), upload(2), ClaimInput(creator="Other"))
    work = registered(installation)
    answer = amend(installation, work.work_id, NEW_COLOURS, upload(2))
    assert [(finding.work_id, finding.own) for finding in answer.findings] == [(theirs.work_id, False)]
    findings = disclosed(answer)["findings"]
    assert isinstance(findings, list)
    assert [finding["work_id"] for finding in findings] == [theirs.work_id]


def test_registering_a_file_that_was_added_by_an_amendment_answers_with_that_entry(installation: Installation) -> None:
    work = registered(installation)
    added = amend(installation, work.work_id, NEW_COLOURS, upload(2))
    again = registered(installation, 2)
    assert (again.status, again.work_id, again.receipt) == ("already_registered", work.work_id, added.receipt)


def test_the_same_idempotency_key_gets_the_identical_answer_also_after_the_work_ended(
    installation: Installation,
) -> None:
    work = registered(installation)
    first = amend(installation, work.work_id, SKETCHES, idempotency_key="one")
    withdraw(installation, work.work_id)
    again = amend(installation, work.work_id, SKETCHES, idempotency_key="one")
    assert again.model_dump_json() == first.model_dump_json()


def test_an_idempotency_key_of_a_registration_is_not_good_for_an_amendment(installation: Installation) -> None:
    work = register(installation, caller(installation), upload(), CLAIM, "one")
    with pytest.raises(Refused) as refused:
        amend(installation, work.work_id, SKETCHES, idempotency_key="one")
    assert refused.value.code == "idempotency_key_reused"


def test_an_amendment_of_nothing_is_refused(installation: Installation) -> None:
    with pytest.raises(Refused) as refused:
        amend(installation, registered(installation).work_id, NEW_COLOURS)
    assert refused.value.code == "amendment_empty"


def test_only_the_owner_may_amend(installation: Installation) -> None:
    work = registered(installation)
    with pytest.raises(NotFound):
        amend(installation, work.work_id, SKETCHES, account_id=caller(installation, "Other").account_id)
    assert amend(installation, work.work_id, SKETCHES, account_id=caller(installation).account_id).index == 1


@pytest.mark.parametrize("end", [withdraw, erase])
def test_a_work_that_ended_cannot_be_amended(
    installation: Installation, end: Callable[[Installation, str], object]
) -> None:
    work = registered(installation)
    end(installation, work.work_id)
    for file in (upload(2), None):
        with pytest.raises(Conflict) as refused:
            amend(installation, work.work_id, SKETCHES, file)
        assert refused.value.code == "work_ended"


def test_a_file_that_is_no_picture_leaves_nothing_behind(installation: Installation) -> None:
    work = registered(installation)
    with pytest.raises(Refused):
        amend(installation, work.work_id, NEW_COLOURS, Upload(b"no picture", "a.png"))
    assert size(installation) == 1
    assert list(installation.objects.digests()) == [work.sha256]


def test_a_withdrawn_work_is_found_by_none_of_its_pictures(installation: Installation) -> None:
    work = registered(installation)
    added = amend(installation, work.work_id, SKETCHES, upload(2))
    withdraw(installation, work.work_id)
    for seed in (1, 2):
        assert check(installation, None, upload(seed)).verdict == "clear"
    assert get_receipt(installation, work.work_id, index=added.index).receipt == added.receipt
    assert in_order(installation)


def test_an_erased_work_loses_every_version(installation: Installation) -> None:
    kept = registered(installation, 5)
    work = registered(installation)
    added = amend(installation, work.work_id, SKETCHES, upload(2))
    drafts = amend(installation, work.work_id, AmendmentInput(drafts=[Draft(sha256="c2" * 32)]))
    erase(installation, work.work_id)
    for index in (work.index, added.index, drafts.index):
        with pytest.raises(NotFound) as gone:
            get_receipt(installation, work.work_id, index=index)
        assert gone.value.code == "work_erased"
    assert list(installation.objects.digests()) == [kept.sha256]
    assert check(installation, None, upload(2)).verdict == "clear"
    assert verify_receipt(encode(kept.receipt) + b"\n").verdict == "proven"
    assert in_order(installation)


def test_an_original_that_came_too_late_for_an_erasure_is_not_kept(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = registered(installation)
    read = installation.pictures.read
    erased = threading.Event()

    def erased_meanwhile(content: bytes, purpose: Purpose) -> object:
        if not erased.is_set():
            erase(installation, work.work_id)
            erased.set()
        return read(content, purpose)

    monkeypatch.setattr(installation.pictures, "read", erased_meanwhile)
    with pytest.raises(Conflict) as refused:
        amend(installation, work.work_id, NEW_COLOURS, upload(2))
    assert refused.value.code == "work_ended"
    assert list(installation.objects.digests()) == []


def test_the_receipt_of_an_entry_of_another_work_is_not_to_be_had(installation: Installation) -> None:
    work, other = registered(installation), registered(installation, 2)
    for index in (other.index, 99):
        with pytest.raises(NotFound) as missing:
            get_receipt(installation, work.work_id, index=index)
        assert missing.value.code == "no_such_version"


def test_two_threads_that_add_the_same_picture_make_one_entry(installation: Installation) -> None:
    work = registered(installation)
    answers: list[Registered] = []

    def run() -> None:
        answers.append(amend(installation, work.work_id, NEW_COLOURS, upload(2)))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert size(installation) == 2
    assert sorted(answer.status for answer in answers) == ["already_registered"] * 2 + ["amended"]


def test_a_signed_amendment_is_accepted_for_its_work_and_file_alone(installation: Installation) -> None:
    work, other = registered(installation), registered(installation, 3)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    file = upload(2)
    plain = NEW_COLOURS.model_copy(update={"owner_public_key": key.public_key().public_bytes_raw().hex()})
    message = amendment_to_sign(plain, work.work_id, hashlib.sha256(file.content).hexdigest())
    signed = plain.model_copy(update={"owner_signature": key.sign(message).hex()})
    for work_id, content in ((other.work_id, file), (work.work_id, upload(4))):
        with pytest.raises(Refused) as refused:
            amend(installation, work_id, signed, content)
        assert refused.value.code == "owner_signature_wrong"
    assert amend(installation, work.work_id, signed, file).status == "amended"


def test_an_amendment_that_cannot_be_accepted_is_pointed_at() -> None:
    with pytest.raises(Refused) as refused:
        parse_amendment({"drafts": [{"sha256": "00"}]})
    assert (refused.value.code, refused.value.pointer) == ("claim_invalid", "/drafts/0/sha256")
