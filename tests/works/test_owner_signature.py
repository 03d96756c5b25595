import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.errors import Refused
from registry.works.owner_signature import check_owner_signature, message_to_sign
from registry.works.schemas import ClaimInput

DIGEST = "9f" * 32
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def signed(title: str = "Harbour") -> ClaimInput:
    claim = ClaimInput(creator="Studio", title=title, owner_public_key=KEY.public_key().public_bytes_raw().hex())
    return claim.model_copy(update={"owner_signature": KEY.sign(message_to_sign(claim, DIGEST)).hex()})


def test_a_claim_signed_by_its_owner_is_accepted() -> None:
    check_owner_signature(signed(), DIGEST)


def test_a_claim_changed_after_it_was_signed_is_refused() -> None:
    changed = signed().model_copy(update={"title": "Other"})
    with pytest.raises(Refused) as refused:
        check_owner_signature(changed, DIGEST)
    assert refused.value.code == "owner_signature_wrong"


def test_a_signature_for_another_file_is_refused() -> None:
    with pytest.raises(Refused):
        check_owner_signature(signed(), "00" * 32)


def test_a_key_without_a_signature_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        check_owner_signature(signed().model_copy(update={"owner_signature": None}), DIGEST)
    assert refused.value.code == "owner_signature_incomplete"
