"""An owner's own signature under a claim or an amendment: proof that whoever sent it held that key.

The signed message is ``registry/owner-claim/v1\\n`` followed by the canonical JSON (RFC 8785) of the
claim's given members without ``owner_signature``, with ``file_sha256`` among them. For an amendment it
begins ``registry/owner-amendment/v1\\n``, has ``work_id`` among its members, and ``file_sha256`` only if
it brings a picture. All parts stand in the entry and the claim's private fields, so a holder who
discloses them can prove the signature offline.
"""

from collections.abc import Mapping

from registry.errors import Refused
from registry.verify import canonical_json, ed25519
from registry.verify.canonical_json import JsonValue
from registry.works.schemas import AmendmentInput, ClaimInput

_CLAIM_DOMAIN = b"registry/owner-claim/v1\n"
_AMENDMENT_DOMAIN = b"registry/owner-amendment/v1\n"


def message_to_sign(claim: ClaimInput, file_sha256: str) -> bytes:
    """What the holder of ``claim.owner_public_key`` signs for the file of this digest."""
    return _message(_CLAIM_DOMAIN, claim, {"file_sha256": file_sha256})


def amendment_to_sign(amendment: AmendmentInput, work_id: str, file_sha256: str | None) -> bytes:
    """What the holder of ``amendment.owner_public_key`` signs for this work and the file of this digest, if any."""
    about: dict[str, JsonValue] = {"work_id": work_id}
    if file_sha256 is not None:
        about["file_sha256"] = file_sha256
    return _message(_AMENDMENT_DOMAIN, amendment, about)


def check_owner_signature(claim: ClaimInput, file_sha256: str) -> None:
    """Refuses (``owner_signature_incomplete``, ``owner_signature_wrong``) a claim whose signature is not its key's."""
    _check(claim, message_to_sign(claim, file_sha256))


def check_amendment_signature(amendment: AmendmentInput, work_id: str, file_sha256: str | None) -> None:
    """Refuses as :func:`check_owner_signature`."""
    _check(amendment, amendment_to_sign(amendment, work_id, file_sha256))


def _message(domain: bytes, claim: ClaimInput | AmendmentInput, about: Mapping[str, JsonValue]) -> bytes:
    members: dict[str, JsonValue] = claim.model_dump(exclude={"owner_signature"}, exclude_none=True)
    return domain + canonical_json.encode({**members, **about})


def _check(claim: ClaimInput | AmendmentInput, message: bytes) -> None:
    if claim.owner_public_key is None and claim.owner_signature is None:
        return
    if claim.owner_public_key is None or claim.owner_signature is None:
        raise Refused(
            "owner_signature_incomplete",
            "An owner's signature and the key it was made with belong together, and one is missing.",
            hint="Give both owner_public_key and owner_signature, or neither.",
            pointer="/owner_signature",
        )
    key, signature = bytes.fromhex(claim.owner_public_key), bytes.fromhex(claim.owner_signature)
    if not ed25519.verifies(key, message, signature):
        raise Refused(
            "owner_signature_wrong",
            "The owner's signature is not one of this claim and file by this key; nothing was registered.",
            hint="Sign the very claim and file that you send; any change of either needs a new signature.",
            pointer="/owner_signature",
        )
