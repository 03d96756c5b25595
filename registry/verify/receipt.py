"""Receipts: the file that a holder keeps of one ledger entry, and its verification with nothing else at hand.

A receipt is canonical JSON with the keys ``v``, ``entry`` (the leaf as text), ``disclosure``,
``tlog_proof`` and ``verifier_key``.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from registry.verify import canonical_json
from registry.verify.canonical_json import JsonValue
from registry.verify.checkpoint import open_checkpoint
from registry.verify.commitment import Disclosure
from registry.verify.entry import Entry, parse_entry
from registry.verify.errors import Contradiction, Malformed
from registry.verify.note import VerifierKey
from registry.verify.report import Report
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash, verify_inclusion

VERSION = "registry/receipt/v1"
LARGEST_RECEIPT = 4_000_000
"""Bytes: a claim of many drafts fits many times over."""
FILE_DIGEST_FIELD = "file_sha256"
"""The claim's field that holds the SHA-256 of the registered file, hex."""
_KEYS = {"v", "entry", "disclosure", "tlog_proof", "verifier_key"}


@dataclass(frozen=True)
class Receipt:
    """The parts of a receipt, each still to be verified. ``entry`` is the leaf's text."""

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
        """The receipt file: canonical JSON and a line feed."""
        return canonical_json.encode(self.to_json()) + b"\n"


def parse_receipt(content: bytes) -> Receipt:
    """The receipt in ``content``. Raises Malformed unless it is exactly what ``to_bytes`` writes."""
    if len(content) > LARGEST_RECEIPT:
        raise Malformed("the file is too large to be a receipt")
    if not content.endswith(b"\n"):
        raise Malformed("a receipt ends in a line feed")
    value = canonical_json.parse(content[:-1])
    if not isinstance(value, dict) or set(value) != _KEYS or value["v"] != VERSION:
        raise Malformed(f"the file is not a receipt of version {VERSION}")
    texts = [value[key] for key in ("entry", "tlog_proof", "verifier_key")]
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("the parts of a receipt are strings")
    entry, tlog_proof, verifier_key = map(str, texts)
    return Receipt(entry, Disclosure.from_json(value["disclosure"]), tlog_proof, verifier_key)


def verify_receipt(content: bytes, *, work: bytes | None = None, verifier_key: str | None = None) -> Report:
    """Check everything that the receipt in ``content`` claims.

    ``work`` is the original file, ``verifier_key`` the log's key as known from elsewhere. Without the
    latter the receipt is only shown to be consistent with the key it brings, and the report says so.
    Never raises for what is in ``content``: a failed check is a line of the report.
    """
    report = Report()
    receipt = report.attempt("receipt format", lambda: ("A canonical receipt, version 1.", parse_receipt(content)))
    if receipt is None:
        return report
    entry = report.attempt("entry", lambda: _entry(receipt))
    if entry is not None:
        report.claimed_time = _utc(entry.time)
        report.attempt("disclosure", lambda: _disclosure(receipt, entry))
    proof = report.attempt(
        "proof format", lambda: ("A canonical C2SP tlog-proof.", TlogProof.parse(receipt.tlog_proof))
    )
    key = report.attempt("log key", lambda: _key(receipt, verifier_key))
    if proof is not None and key is not None:
        report.attempt("checkpoint signature", lambda: _signature(proof, key))
    if proof is not None and key is not None and entry is not None:
        report.attempt("inclusion", lambda: _inclusion(receipt, entry, proof, key))
    if verifier_key is None:
        report.skip("operator's identity", "The key was taken from the receipt itself; give the log's key to check it.")
    if work is None:
        report.skip("original file", "No original was given to compare with.")
    else:
        report.attempt("original file", lambda: _original(receipt, work))
    report.skip("time", "No independent witness of time is in this file: the entry's time is the operator's claim.")
    report.skip(
        "authorship", "No ledger can prove who made a picture: it proves what was registered, and in what order."
    )
    return report


def _entry(receipt: Receipt) -> tuple[str, Entry]:
    try:
        encoded = receipt.entry.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("the entry is not text") from error
    entry = parse_entry(encoded)
    return f"Entry {entry.index} of kind {entry.kind}, in canonical form.", entry


def _disclosure(receipt: Receipt, entry: Entry) -> tuple[str, None]:
    receipt.disclosure.verify(entry.commit)
    shown, kept = len(receipt.disclosure.fields), len(receipt.disclosure.undisclosed)
    return f"{shown} fields disclosed and {kept} kept private are the ones the entry commits to.", None


def _key(receipt: Receipt, given: str | None) -> tuple[str, VerifierKey]:
    if given is not None and given != receipt.verifier_key:
        raise Contradiction(f"the receipt names the key {receipt.verifier_key}, not the one given")
    key = VerifierKey.parse(receipt.verifier_key)
    return f"A valid verifier key of the log {key.name}.", key


def _signature(proof: TlogProof, key: VerifierKey) -> tuple[str, None]:
    checkpoint = open_checkpoint(proof.checkpoint, key)
    return f"The log {checkpoint.origin} signed its first {checkpoint.size} entries.", None


def _inclusion(receipt: Receipt, entry: Entry, proof: TlogProof, key: VerifierKey) -> tuple[str, None]:
    if proof.index != entry.index:
        raise Contradiction(f"the proof is of entry {proof.index}, not of {entry.index}")
    checkpoint = open_checkpoint(proof.checkpoint, key)
    leaf = leaf_hash(receipt.entry.encode("utf-8"))
    verify_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return f"Entry {entry.index} is in the tree that the checkpoint of size {checkpoint.size} commits to.", None


def _original(receipt: Receipt, work: bytes) -> tuple[str, None]:
    registered = receipt.disclosure.value(FILE_DIGEST_FIELD)
    if registered is None:
        raise Contradiction(
            "the receipt does not disclose the registered file's digest, so no original can be compared"
        )
    digest = hashlib.sha256(work).hexdigest()
    if digest != registered:
        raise Contradiction(f"the original has SHA-256 {digest}, but {registered} was registered")
    return f"The original is the registered file (SHA-256 {digest}).", None


def _utc(milliseconds: int) -> str | None:
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return None
