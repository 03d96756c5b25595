import threading

import pytest

from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller
from registry.errors import Conflict, NotFound, Refused
from registry.installation import Installation
from registry.ledger.self_check import verify_ledger
from registry.verify.canonical_json import encode
from registry.verify.receipt import verify_receipt
from registry.works.consistency import check_works
from registry.works.end import erase, withdraw
from registry.works.read import get_receipt, get_work, list_works
from registry.works.register import register
from registry.works.schemas import ClaimInput, Registered, Upload, parse_claim
from tests.drawn_pictures import design, encoded, flattened

CLAIM = ClaimInput(creator="Studio", title="Harbour")


def caller(installation: Installation, name: str = "Studio") -> Caller:
    with installation.database.write() as session:
        account = find_or_create_account(session, name, installation.clock, installation.randomness)
    return Caller.local(account)


def upload(seed: int = 1) -> Upload:
    return Upload(encoded(design(seed)), f"design{seed}.png")


def size(installation: Installation) -> int:
    with installation.database.read() as session:
        return installation.ledger.head(session).size


def test_a_registration_is_answered_with_a_receipt_that_verifies_offline(installation: Installation) -> None:
    file = upload()
    registered = register(installation, caller(installation), file, CLAIM)
    content = encode(registered.receipt) + b"\n"
    report = verify_receipt(content, work=file.content, verifier_key=installation.ledger.verifier_key)
    assert report.verdict == "proven"
    assert (registered.status, registered.index, registered.findings) == ("registered", 0, [])


def test_the_same_owner_and_file_get_the_first_receipt(installation: Installation) -> None:
    studio = caller(installation)
    first = register(installation, studio, upload(), CLAIM)
    second = register(installation, studio, upload(), ClaimInput(creator="Studio", title="Another title"))
    assert second.status == "already_registered"
    assert second.receipt == first.receipt
    assert size(installation) == 1


def test_the_same_idempotency_key_gets_the_identical_answer(installation: Installation) -> None:
    studio = caller(installation)
    first = register(installation, studio, upload(), CLAIM, "one")
    register(installation, studio, upload(2), CLAIM, "two")
    assert register(installation, studio, upload(), CLAIM, "one").model_dump_json() == first.model_dump_json()


def test_an_idempotency_key_is_good_for_one_request_only(installation: Installation) -> None:
    studio = caller(installation)
    register(installation, studio, upload(), CLAIM, "one")
    with pytest.raises(Refused) as refused:
        register(installation, studio, upload(2), CLAIM, "one")
    assert refused.value.code == "idempotency_key_reused"
    assert size(installation) == 1


def test_a_copy_of_another_owners_work_is_registered_with_the_finding_in_its_claim(installation: Installation) -> None:
    first = register(installation, caller(installation), upload(), CLAIM)
    copy = Upload(encoded(flattened(design(1)), "JPEG", quality=60), "mine.jpg")
    second = register(installation, caller(installation, "Thief"), copy, ClaimInput(creator="Thief"))
    assert [(finding.work_id, finding.own) for finding in second.findings] == [(first.work_id, False)]
    disclosed = {field["name"]: field["value"] for field in second.receipt["disclosure"]["disclosed"]}
    assert disclosed["findings"][0]["work_id"] == first.work_id
    assert disclosed["findings_seen"] == 1


def test_an_owners_own_earlier_work_is_told_as_their_own(installation: Installation) -> None:
    studio = caller(installation)
    register(installation, studio, upload(), CLAIM)
    again = register(installation, studio, Upload(encoded(flattened(design(1))), "flat.png"), CLAIM)
    assert [finding.own for finding in again.findings] == [True]


def test_a_file_that_is_no_picture_leaves_nothing_behind(installation: Installation) -> None:
    with pytest.raises(Refused):
        register(installation, caller(installation), Upload(b"no picture", "a.png"), CLAIM)
    assert size(installation) == 0
    assert list(installation.objects.digests()) == []


def test_without_a_title_a_work_is_called_as_its_file(installation: Installation) -> None:
    registered = register(installation, caller(installation), upload(7), ClaimInput(creator="Studio"))
    assert get_work(installation, registered.work_id).title == "design7"


def test_a_file_name_with_control_characters_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Upload(b"", "a\u202egnp.exe")
    assert refused.value.code == "file_name"


@pytest.mark.parametrize(
    ("claim", "pointer"),
    [
        ({}, "/creator"),
        ({"creator": "S", "colour": "red"}, "/colour"),
        ({"creator": "S\x00"}, "/creator"),
        ({"creator": "S", "created_on": "2023-02-30"}, "/created_on"),
        ({"creator": "S", "drafts": [{"sha256": "00"}]}, "/drafts/0/sha256"),
    ],
)
def test_a_claim_that_cannot_be_accepted_is_pointed_at(claim: dict[str, object], pointer: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_claim(claim)
    assert (refused.value.code, refused.value.pointer) == ("claim_invalid", pointer)


def test_two_threads_that_register_the_same_file_make_one_entry(installation: Installation) -> None:
    studio = caller(installation)
    answers: list[Registered] = []

    def run() -> None:
        answers.append(register(installation, studio, upload(), CLAIM))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert size(installation) == 1
    assert sorted(answer.status for answer in answers) == ["already_registered"] * 3 + ["registered"]


def test_a_withdrawn_work_is_found_no_more_and_still_proven(installation: Installation) -> None:
    studio = caller(installation)
    work = register(installation, studio, upload(), CLAIM)
    ended = withdraw(installation, work.work_id, studio.account_id)
    assert (ended.state, ended.index) == ("withdrawn", 1)
    assert installation.finder.find(installation.pictures.read(upload().content)).matches == ()
    assert get_receipt(installation, work.work_id).receipt == work.receipt
    with pytest.raises(Conflict):
        withdraw(installation, work.work_id)


def test_an_erased_work_is_gone_and_every_other_receipt_verifies(installation: Installation) -> None:
    studio = caller(installation)
    kept = register(installation, studio, upload(1), CLAIM)
    gone = register(installation, studio, upload(2), ClaimInput(creator="Studio", title="Unrepeatable title"))
    erase(installation, gone.work_id, studio.account_id)
    with pytest.raises(NotFound):
        get_receipt(installation, gone.work_id)
    assert get_work(installation, gone.work_id).title is None
    assert verify_receipt(encode(kept.receipt) + b"\n").verdict == "proven"
    assert not installation.objects.contains(str(gone.sha256))
    assert verify_ledger(installation.database, installation.ledger, installation.objects).ok
    assert check_works(installation) == []


def test_an_original_that_another_owner_registered_too_survives_an_erasure(installation: Installation) -> None:
    first = register(installation, caller(installation), upload(), CLAIM)
    second = register(installation, caller(installation, "Other"), upload(), ClaimInput(creator="Other"))
    erase(installation, first.work_id)
    assert installation.objects.contains(str(second.sha256))
    assert verify_ledger(installation.database, installation.ledger, installation.objects).ok


def test_only_the_owner_may_withdraw(installation: Installation) -> None:
    work = register(installation, caller(installation), upload(), CLAIM)
    with pytest.raises(NotFound):
        withdraw(installation, work.work_id, caller(installation, "Other").account_id)


def test_works_are_listed_in_the_order_of_the_ledger(installation: Installation) -> None:
    studio = caller(installation)
    registered = [register(installation, studio, upload(seed), CLAIM).work_id for seed in range(3)]
    first = list_works(installation, studio.account_id, limit=2)
    assert first.next_index == 2
    rest = list_works(installation, studio.account_id, from_index=first.next_index)
    assert [work.id for work in [*first.items, *rest.items]] == registered
    assert rest.next_index is None


def test_of_works_with_the_same_art_the_finding_that_fits_less_well_names_the_better_one(
    installation: Installation,
) -> None:
    studio = caller(installation)
    first = register(installation, studio, upload(), CLAIM)
    sister = design(1)
    sister.paste((250, 250, 250, 255), (40, 40, 110, 110))
    second = register(installation, studio, Upload(encoded(sister), "sister.png"), CLAIM)
    copy = Upload(encoded(flattened(design(1)), "JPEG", quality=60), "mine.jpg")
    third = register(installation, caller(installation, "Thief"), copy, ClaimInput(creator="Thief"))
    told = [(finding.work_id, finding.sibling_of) for finding in third.findings]
    assert told == [(first.work_id, None), (second.work_id, first.work_id)]
