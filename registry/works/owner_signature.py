"""An owner's own signature under a claim: proof that whoever registered held that key.

The signed message is ``registry/owner-claim/v1\\n`` followed by the canonical JSON (RFC 8785) of the
claim's given members without ``owner_signature``, with ``file_sha256`` among them. Both parts stand
in the claim's private fields, so a holder who discloses them can prove the signature offline.
"""

from registry.errors import Refused
from registry.verify import canonical_json, ed25519
from registry.verify.canonical_json import JsonValue
from registry.works.schemas import ClaimInput

_DOMAIN = b"registry/owner-claim/v1\n"


def message_to_sign(claim: ClaimInput, file_sha256: str) -> bytes:
    """What the holder of ``claim.owner_public_key`` signs for the file of this digest."""
    members: dict[str, JsonValue] = claim.model_dump(exclude={"owner_signature"}, exclude_none=True)
    return _DOMAIN + canonical_json.encode({**members, "file_sha256": file_sha256})


def check_owner_signature(claim: ClaimInput, file_sha256: str) -> None:
    """Refuses (``owner_signature_incomplete``, ``owner_signature_wrong``) a claim whose signature is not its key's."""
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
    if not ed25519.verifies(key, message_to_sign(claim, file_sha256), signature):
        raise Refused(
            "owner_signature_wrong",
            "The owner's signature is not one of this claim and file by this key; nothing was registered.",
            hint="Sign the very claim and file that you send; any change of either needs a new signature.",
            pointer="/owner_signature",
        )
