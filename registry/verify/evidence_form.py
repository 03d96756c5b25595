"""Where what stands in an evidence file, and the limits of each part. Writer and verifier share it."""

import re

from registry.verify import bag
from registry.verify.container import MIMETYPE_NAME
from registry.verify.note import LARGEST_NOTE
from registry.verify.receipt import LARGEST_RECEIPT

VERSION = "registry/evidence/v1"
"""The form of evidence file that :mod:`registry.verify.evidence` describes and checks."""
VERSION_LABEL = "Internal-Sender-Description"
SUBJECT_LABEL = "External-Identifier"
OXUM_LABEL = "Payload-Oxum"

WORK_FOLDER = "data/work/"
ENTRY = "data/entry.json"
DISCLOSURE = "data/disclosure.json"
PROOF = "data/ledger/entry.tlog-proof"
VERIFIER_KEY = "data/ledger/verifier-key.txt"
CUSTODY = "data/custody.jsonl"
VERIFIER, PAGE = "data/verifier/verify.pyz", "data/verifier/verify.html"
CHECKLIST, DRAFT_DECLARATION = "data/report/court-checklist.json", "data/report/draft-declaration-fre-902.txt"
CERTIFICATE_ENGLISH, CERTIFICATE_CHINESE = "data/report/certificate.en.pdf", "data/report/certificate.zh.pdf"
README_ENGLISH, README_CHINESE = "README.en.txt", "README.zh.txt"
TIMESTAMPS = "data/anchors/rfc3161/"
"""Below it a folder for each timestamp authority, with the four files below."""
TOKEN, CHAIN, STAMPED, STAMPED_PROOF = "token.tst", "chain.pem", "checkpoint.txt", "entry.tlog-proof"
CHAINS = "data/anchors/eip155-"
"""Begins the folder of each chain with an anchor, its id (CAIP-2) ends it; in it the files below and STAMPED_PROOF."""
ANCHOR, HEADER, DESCENT = "anchor.json", "header.rlp", "headers-to-finalized.rlp"
RECEIPT_PROOF, STORAGE_PROOF = "receipt-proof.json", "storage-proof.json"
CONTRACT_SOURCE, CONTRACT_INPUT = "LedgerAnchor.sol", "LedgerAnchor.compiler-input.json"
BITCOIN = "data/anchors/bitcoin/"
"""The folder of a proof that leads to a block of Bitcoin: the two files below, STAMPED and STAMPED_PROOF."""
OPENTIMESTAMPS_PROOF, BITCOIN_HEADER = "checkpoint.ots", "header.bin"
EVIDENCE_RECORD = "META-INF/evidencerecord001.ers"
RECORD_MANIFEST = "META-INF/ASiCEvidenceRecordManifest001.xml"
"""What a renewal adds, which no other manifest lists: those are older, and stay as they were stamped."""
PINNED = "pinned/"
"""Below the folder of a chain, what shows that an earlier entry names one of its blocks, whose HEADER is here too."""
PINNED_ENTRIES, PINNED_DISCLOSURE = "entries.jsonl", "disclosure.json"

LARGEST_JSON = LARGEST_RECEIPT
LARGEST_PROOF = LARGEST_NOTE
LARGEST_TOKEN = 1_048_576
"""Bytes: tokens have 3 to 10 kB with their certificates."""
MOST_AUTHORITIES = 20
"""And so many timestamps over the whole file: each takes up to a second to verify, and nobody has more than a few."""
MOST_HEADERS = 1_024
"""From an anchor's block on: three and a half hours, where finality takes a quarter of one. Each takes milliseconds."""
LARGEST_HEADERS = 4_194_304
LARGEST_NODES = 1_048_576
"""Bytes of proofs in tries: they have some kilobytes."""
MOST_ENTRIES_BETWEEN = 4_096
"""From the entry that pins a block to the one that the file is about."""
LARGEST_ENTRIES = 16_777_216
"""Bytes: entries have some 250."""


_KNOWN = frozenset(
    {
        MIMETYPE_NAME,
        bag.DECLARATION_NAME,
        bag.INFO_NAME,
        bag.PAYLOAD_SHA256,
        bag.PAYLOAD_SHA512,
        bag.TAGS_SHA256,
        ENTRY,
        DISCLOSURE,
        PROOF,
        VERIFIER_KEY,
        CUSTODY,
        VERIFIER,
        PAGE,
        CHECKLIST,
        DRAFT_DECLARATION,
        CERTIFICATE_ENGLISH,
        CERTIFICATE_CHINESE,
        README_ENGLISH,
        README_CHINESE,
        EVIDENCE_RECORD,
        RECORD_MANIFEST,
    }
)


def _any_of(*names: str) -> str:
    return f"(?:{'|'.join(map(re.escape, names))})"


_OF_A_CHAIN = _any_of(
    ANCHOR, HEADER, DESCENT, RECEIPT_PROOF, STORAGE_PROOF, STAMPED_PROOF, CONTRACT_SOURCE, CONTRACT_INPUT,
    *(PINNED + name for name in (HEADER, PINNED_ENTRIES, PINNED_DISCLOSURE)),
)  # fmt: skip
_KNOWN_PATTERN = re.compile(
    rf"{WORK_FOLDER}[^/]+|{TIMESTAMPS}[^/]+/{_any_of(TOKEN, CHAIN, STAMPED, STAMPED_PROOF)}"
    rf"|{CHAINS}[0-9]+/{_OF_A_CHAIN}"
    rf"|{BITCOIN}{_any_of(OPENTIMESTAMPS_PROOF, BITCOIN_HEADER, STAMPED, STAMPED_PROOF)}"
    r"|META-INF/(?:ASiCManifest[0-9]{3}\.xml|timestamp[0-9]{3}\.tst)",
    re.ASCII,
)


def is_known(name: str) -> bool:
    """Whether a file of this name belongs to the form: something is checked of it, or said to be unchecked."""
    return name in _KNOWN or _KNOWN_PATTERN.fullmatch(name) is not None
