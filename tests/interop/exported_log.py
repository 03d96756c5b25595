"""A log as its readers get it: leaves, checkpoints and proofs, in the form that the Go program reads."""

import base64
import json
from typing import Any

from registry.ledger.log import Ledger
from registry.ledger.note_signer import NoteSigner
from registry.storage.database import Database
from registry.verify.canonical_json import JsonValue
from tests.deterministic import SeededRandomness, SteppingClock
from tests.verify.ed25519_cases import cases

SIZE = 45
"""Past 32 and no power of two: proofs of every shape up to six hashes."""
SIGNER = NoteSigner("example.com/log", bytes(range(32)))
KINDS = ("register", "amend", "withdraw", "erase")

Exported = dict[str, Any]


def claim_of(number: int) -> dict[str, JsonValue]:
    return {
        "title": f"Work {number} \u00e9\u6d77\U0001f58c \u20ac",
        "size": number * 1_000_003,
        "drafts": [{"sha256": f"{number:064x}", "final": number % 2 == 0}, None],
    }


def append_all(database: Database) -> Ledger:
    """A ledger of SIZE entries."""
    ledger = Ledger(SIGNER, SteppingClock(), SeededRandomness())
    with database.write() as session:
        ledger.found(session)
        for number in range(SIZE):
            ledger.append(session, KINDS[number % len(KINDS)], f"wrk_{number}", claim_of(number))
    return ledger


def export(database: Database, ledger: Ledger) -> Exported:
    """Every checkpoint, every entry's proof in every size, and the proof between every two sizes."""
    with database.read() as session:
        size = ledger.head(session).size
        return {
            "SignerKey": SIGNER.private_key_text(),
            "VerifierKey": ledger.verifier_key,
            "Entries": [_base64(ledger.entry(session, index)) for index in range(size)],
            "Checkpoints": [ledger.checkpoint(session, number) for number in range(size + 1)],
            "Inclusion": [
                {"Index": index, "Size": of, "File": ledger.tlog_proof(session, index, of)}
                for of in range(1, size + 1)
                for index in range(of)
            ],
            "Consistency": [
                {
                    "Old": old,
                    "New": new,
                    "Hashes": [_base64(one) for one in ledger.consistency_proof(session, old, new)],
                }
                for new in range(1, size + 1)
                for old in range(1, new + 1)
            ],
            "Signatures": [
                {
                    "Name": case.name,
                    "Key": case.key.hex(),
                    "Message": case.message.hex(),
                    "Signature": case.signature.hex(),
                    "Valid": case.valid,
                }
                for case in cases()
            ],
        }


def copy(exported: Exported) -> Exported:
    copied: Exported = json.loads(json.dumps(exported))
    return copied


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
