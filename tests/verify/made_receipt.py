"""A receipt of a small log, made from the formats alone."""

import hashlib

from registry.ledger.note_signer import NoteSigner
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint
from registry.verify.commitment import ClaimField, Disclosure, commitment
from registry.verify.entry import NO_PREVIOUS, Entry
from registry.verify.receipt import Receipt
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.verify import rfc6962

ORIGINAL = b"the original file"
SIGNER = NoteSigner("example.com/log", bytes(32))
KEY = str(SIGNER.verifier_key)
CLAIM: dict[str, JsonValue] = {
    "creator": "Ana\u00efs",
    "file_sha256": hashlib.sha256(ORIGINAL).hexdigest(),
    "size": len(ORIGINAL),
    "title": "Harbour \u202e\x1b[31m",
}
FIELDS = [ClaimField(name, value, hashlib.sha256(name.encode()).digest()) for name, value in CLAIM.items()]
INDEX, SIZE = 3, 6


def entries() -> list[bytes]:
    """The entries of the log; each commits to the same claim."""
    made: list[bytes] = []
    for index in range(SIZE):
        previous = leaf_hash(made[-1]) if made else NO_PREVIOUS
        commit = commitment(field.digest() for field in FIELDS)
        entry = Entry(index, "register", 1_700_000_000_000 + index, previous, f"wrk_{index}", commit)
        made.append(entry.to_bytes())
    return made


def receipt(*names: str) -> Receipt:
    """The receipt of entry 3 of 6 that discloses the fields called ``names``."""
    log = entries()
    proof = TlogProof(
        INDEX,
        tuple(rfc6962.path(INDEX, log)),
        SIGNER.sign(Checkpoint(SIGNER.verifier_key.name, SIZE, rfc6962.root(log)).to_text()),
    )
    shown = tuple(field for field in FIELDS if field.name in names)
    kept = tuple(sorted(field.digest() for field in FIELDS if field.name not in names))
    return Receipt(log[INDEX].decode(), Disclosure(shown, kept), proof.to_text(), KEY)
