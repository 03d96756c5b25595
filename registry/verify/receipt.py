"""Receipts: the file that a holder keeps of one ledger entry, and its verification with nothing else at hand.

A receipt is canonical JSON and a line feed:

    {"disclosure":{...},"entry":"<the leaf as text>","tlog_proof":"<proof file>","v":"registry/receipt/v1",
     "verifier_key":"<name+keyid+key>"}
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import Checkpoint, open_checkpoint
from registry.verify.commitment import Disclosure
from registry.verify.encoding import HASH_BYTES, hex_bytes, quoted, utf8
from registry.verify.entry import Entry, parse_entry
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import VerifierKey
from registry.verify.reading import Reading, check_algorithms
from registry.verify.report import Checks, Report, rfc3339
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash, verify_inclusion

VERSION = "registry/receipt/v1"
LARGEST_RECEIPT = 16_777_216
"""Bytes: sixteen of the largest claim fields; real receipts have some kilobytes."""
FILE_DIGEST_FIELD = "file_sha256"
"""The claim's field that holds the SHA-256 of the registered file, in hex."""
_KEYS = frozenset({"v", "entry", "disclosure", "tlog_proof", "verifier_key"})


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt, none verified yet. ``entry`` is the leaf, ``tlog_proof`` the proof file, as text."""

    entry: str
    disclosure: Disclosure
    tlog_proof: str
    verifier_key: str

    def to_json(self) -> dict[str, JsonValue]:
        """The receipt as a JSON object."""
        return {
            "v": VERSION,
            "entry": self.entry,
            "disclosure": self.disclosure.to_json(),
            "tlog_proof": self.tlog_proof,
            "verifier_key": self.verifier_key,
        }

    def to_bytes(self) -> bytes:
        """The receipt file."""
        return canonical_json.encode(self.to_json()) + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> "Receipt":
        """Malformed unless ``content`` is what ``to_bytes`` writes."""
        if len(content) > LARGEST_RECEIPT:
            raise Malformed(f"The file is larger than {LARGEST_RECEIPT} bytes.")
        if not content.endswith(b"\n"):
            raise Malformed("The file is no receipt: it does not end in a line feed.")
        return cls.from_json(canonical_json.parse(content[:-1]))

    @classmethod
    def from_json(cls, value: object) -> "Receipt":
        """Malformed for everything that ``to_json`` would not write."""
        if not isinstance(value, dict) or value.keys() != _KEYS or value["v"] != VERSION:
            raise Malformed(f"The file is no receipt of the form {VERSION}.")
        return cls(
            entry=_text(value["entry"]),
            disclosure=Disclosure.from_json(value["disclosure"]),
            tlog_proof=_text(value["tlog_proof"]),
            verifier_key=_text(value["verifier_key"]),
        )


@dataclass(frozen=True)
class Registration:
    """What the ledger was shown to hold: None for the parts that are not shown. ``disclosed`` are values by name."""

    entry: Entry | None
    disclosed: Mapping[str, JsonValue] | None
    checkpoint: Checkpoint | None


NOTHING_SHOWN = Registration(None, None, None)
"""What is known before the first check."""


def verify_receipt(
    content: bytes,
    *,
    work: bytes | None = None,
    work_sha256: bytes | None = None,
    verifier_key: str | None = None,
    reading: Reading | None = None,
) -> Report:
    """Checks everything that the receipt in ``content`` claims; never raises for what is in there.

    ``work`` is the original file, or ``work_sha256`` its digest, to be compared with the registered one.
    ``verifier_key`` is the ledger's key as the caller knows it; without it the receipt is only shown to agree with
    the key that it brings along itself, and the report says so. ``reading`` is when it is read (default: now, with
    every algorithm trusted); nothing renews a receipt.
    """
    checks = Checks()
    if work is not None:
        work_sha256 = hashlib.sha256(work).digest()
    receipt = checks.attempt("receipt", lambda: (f"A receipt of the form {VERSION}.", Receipt.parse(content)))
    if receipt is None:
        return _report(checks, None, NOTHING_SHOWN, verifier_key)
    registration = check_registration(checks, receipt, verifier_key)
    if work_sha256 is None:
        checks.skip("original", "No original file was given.")
    else:
        check_original(checks, "original", registration, work_sha256)
    check_algorithms(checks, reading or Reading.now(), None)
    return _report(checks, receipt, registration, verifier_key)


def check_registration(checks: Checks, receipt: Receipt, verifier_key: str | None) -> Registration:
    """Checks entry, disclosure, key, proof, checkpoint and inclusion, each under its name."""
    entry = checks.attempt("entry", lambda: _entry(receipt))
    disclosed = None
    if entry is None:
        checks.skip("disclosure", "Without a valid entry there is nothing to compare it with.")
    else:
        disclosed = checks.attempt("disclosure", lambda: _disclosure(receipt, entry))
    key = checks.attempt("key", lambda: _key(receipt, verifier_key))
    proof = checks.attempt("proof", lambda: ("A proof of the form c2sp.org/tlog-proof@v1.", _proof(receipt, entry)))
    checkpoint = None
    if key is None or proof is None:
        checks.skip("checkpoint", "Without a valid key and proof there is no signature to check.")
    else:
        checkpoint = checks.attempt("checkpoint", lambda: _checkpoint(proof, key))
    if entry is None or proof is None or checkpoint is None:
        checks.skip("inclusion", "Without a valid entry, proof and checkpoint there is nothing to compare.")
        checkpoint = None
    else:
        checks.attempt("inclusion", lambda: _inclusion(receipt, proof, checkpoint))
    if verifier_key is None:
        checks.skip("trusted key", "None was given: compare the key in the file with the one that is published.")
    return Registration(entry, disclosed, checkpoint)


def check_original(checks: Checks, name: str, registration: Registration, sha256: bytes) -> None:
    """Checks under ``name`` that a file with this digest is the registered one."""
    disclosed = registration.disclosed
    if disclosed is None:
        checks.skip(name, "Without a valid disclosure there is nothing to compare it with.")
    else:
        checks.attempt(name, lambda: _original(disclosed, sha256))


def _entry(receipt: Receipt) -> tuple[str, Entry]:
    entry = parse_entry(utf8(receipt.entry))
    return f"Entry {entry.index}, kind {entry.kind}, in its one canonical form.", entry


def _disclosure(receipt: Receipt, entry: Entry) -> tuple[str, dict[str, JsonValue]]:
    receipt.disclosure.verify(entry.commit)
    shown, kept = len(receipt.disclosure.fields), len(receipt.disclosure.undisclosed)
    return f"The entry commits to these {shown} fields and to {kept} more that are not shown.", (
        receipt.disclosure.values()
    )


def _key(receipt: Receipt, given: str | None) -> tuple[str, VerifierKey]:
    if given is None:
        key = VerifierKey.parse(receipt.verifier_key)
        return f"A well-formed key of {key.name}, taken from the file itself.", key
    key = VerifierKey.parse(given)
    if receipt.verifier_key != given:
        raise Contradiction("The file names another key.", expected=given, found=quoted(receipt.verifier_key))
    return f"The key of {key.name} that was given.", key


def _proof(receipt: Receipt, entry: Entry | None) -> TlogProof:
    proof = TlogProof.parse(receipt.tlog_proof)
    if entry is not None and proof.index != entry.index:
        raise Contradiction("The proof is one of another entry.", expected=entry.index, found=proof.index)
    return proof


def _checkpoint(proof: TlogProof, key: VerifierKey) -> tuple[str, Checkpoint]:
    checkpoint = open_checkpoint(proof.checkpoint, key)
    return f"{checkpoint.origin} signed the root of its first {checkpoint.size} entries.", checkpoint


def _inclusion(receipt: Receipt, proof: TlogProof, checkpoint: Checkpoint) -> tuple[str, None]:
    leaf = leaf_hash(utf8(receipt.entry))
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return f"The entry stands at index {proof.index} below that root.", None


def _original(disclosed: Mapping[str, JsonValue], digest: bytes) -> tuple[str, None]:
    if FILE_DIGEST_FIELD not in disclosed:
        raise Contradiction(f"The file does not disclose {FILE_DIGEST_FIELD}, so no original can be compared.")
    registered = hex_bytes(disclosed[FILE_DIGEST_FIELD], HASH_BYTES)
    if digest != registered:
        raise Contradiction("The original is not the registered file.", expected=registered, found=digest)
    return f"The original is the registered file, SHA-256 {digest.hex()}.", None


NOT_PROVEN_BY_A_LEDGER = (
    "Authorship: a ledger shows what was registered and in which order, never who made it.",
    "What came later: whether the entry was amended, transferred, withdrawn or erased by a later one.",
    "That everybody is shown this same ledger: that takes witnesses, and none has signed here.",
)
WHOSE_KEY = "Whose key it is: the key was taken from the file itself, and anyone can make a key."
OPERATORS_TIME = "The time: it is the operator's statement, and no trusted witness of it is in this file."


def _report(checks: Checks, receipt: Receipt | None, registration: Registration, given_key: str | None) -> Report:
    not_proven = [OPERATORS_TIME, *NOT_PROVEN_BY_A_LEDGER]
    if given_key is None and receipt is not None:
        not_proven.insert(0, WHOSE_KEY)
    entry = registration.entry
    return Report(
        summary=_summary(checks, entry, given_key),
        checks=checks.made,
        not_proven=tuple(not_proven),
        disclosed=registration.disclosed or {},
        claimed_time=None if entry is None else rfc3339(entry.time),
    )


def _summary(checks: Checks, entry: Entry | None, given_key: str | None) -> str:
    if (failed := checks.first_failed) is not None:
        return f"this file does not prove what it claims ({failed.name}: {failed.detail})"
    assert entry is not None  # noqa: S101 - without a failed check there is one
    signed = "the key that was given" if given_key is not None else "the key that the receipt itself brings along"
    return f"entry {entry.index} is in the ledger as this receipt says, signed with {signed}."


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise Malformed("Entry, proof and key of a receipt are texts.")
    return value
