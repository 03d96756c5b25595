"""The whole log rebuilt from claims, salts, clock and key by other code, byte for byte.

Canonical JSON is the published ``rfc8785``'s, signatures are ``cryptography``'s, hashing and proofs
are RFC 6962's definitions, the rest is written out here. Nothing of ``registry`` takes part.
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.receipt import receipt
from registry.storage.database import Database
from tests.deterministic import SeededRandomness, SteppingClock
from tests.interop.exported_log import KINDS, SIZE, append_all, claim_of, export
from tests.verify import rfc6962

ORIGIN = "example.com/log"
SEED = bytes(range(32))


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def digests_of(claim: dict[str, Any], randomness: SeededRandomness) -> Iterator[tuple[str, bytes, bytes]]:
    """Name, salt and digest of each field."""
    for name in sorted(claim):
        salt = randomness.take(32)
        yield name, salt, sha256(b"registry/field/v1\n" + salt + rfc8785.dumps([name, claim[name]]))


def signed(size: int, entries: list[bytes]) -> str:
    """The checkpoint as a signed note."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public = b"\x01" + private.public_key().public_bytes_raw()
    key_id = sha256(ORIGIN.encode() + b"\n" + public)[:4]
    text = f"{ORIGIN}\n{size}\n{base64_of(rfc6962.root(entries[:size]))}\n"
    return f"{text}\n\u2014 {ORIGIN} {base64_of(key_id + private.sign(text.encode()))}\n"


def proof_file(index: int, size: int, entries: list[bytes]) -> str:
    hashes = "".join(base64_of(one) + "\n" for one in rfc6962.path(index, entries[:size]))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{signed(size, entries)}"


def rebuilt() -> tuple[list[bytes], list[dict[str, Any]]]:
    """The entries, and the disclosure of each one's whole claim."""
    clock, randomness = SteppingClock(), SeededRandomness()
    entries: list[bytes] = []
    disclosures: list[dict[str, Any]] = []
    for number in range(SIZE):
        claim = claim_of(number)
        fields = list(digests_of(claim, randomness))
        commit = sha256(b"registry/claim/v1\n" + b"".join(sorted(digest for _, _, digest in fields)))
        entry = {
            "v": 1,
            "index": number,
            "kind": KINDS[number % len(KINDS)],
            "time": clock.milliseconds(),
            "prev": rfc6962.root(entries[-1:]).hex() if entries else "0" * 64,
            "subject": f"wrk_{number}",
            "commit": commit.hex(),
        }
        entries.append(rfc8785.dumps(entry))  # type: ignore[arg-type]
        disclosures.append(
            {
                "disclosed": [{"name": name, "salt": salt.hex(), "value": claim[name]} for name, salt, _ in fields],
                "undisclosed": [],
            }
        )
    return entries, disclosures


def test_other_code_builds_the_same_log_byte_for_byte(database: Database) -> None:
    exported = export(database, append_all(database))
    entries, _ = rebuilt()
    assert [base64.b64decode(entry) for entry in exported["Entries"]] == entries
    assert exported["Checkpoints"] == [signed(size, entries) for size in range(SIZE + 1)]
    for proof in exported["Inclusion"]:
        if proof["Size"] in (1, 2, 31, 32, 33, SIZE):
            assert proof["File"] == proof_file(proof["Index"], proof["Size"], entries)
    for proof in exported["Consistency"]:
        hashes = rfc6962.proof(proof["Old"], entries[: proof["New"]])
        assert [base64.b64decode(one) for one in proof["Hashes"]] == hashes


def test_other_code_builds_the_same_receipts(database: Database) -> None:
    ledger = append_all(database)
    entries, disclosures = rebuilt()
    with database.read() as session:
        for index in (0, 20, SIZE - 1):
            assert receipt(ledger, session, index) == {
                "v": "registry/receipt/v1",
                "entry": entries[index].decode(),
                "disclosure": disclosures[index],
                "tlog_proof": proof_file(index, SIZE, entries),
                "verifier_key": ledger.verifier_key,
            }
