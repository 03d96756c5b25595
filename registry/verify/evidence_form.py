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
README_ENGLISH, README_CHINESE = "README.en.txt", "README.zh.txt"
TIMESTAMPS = "data/anchors/rfc3161/"
"""Below it a folder for each timestamp authority, with the four files below."""
TOKEN, CHAIN, STAMPED, STAMPED_PROOF = "token.tst", "chain.pem", "checkpoint.txt", "entry.tlog-proof"

LARGEST_JSON = LARGEST_RECEIPT
LARGEST_PROOF = LARGEST_NOTE
LARGEST_TOKEN = 1_048_576
"""Bytes: tokens have 3 to 10 kB with their certificates."""
MOST_AUTHORITIES = 20
"""And so many timestamps over the whole file: each takes up to a second to verify, and nobody has more than a few."""


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
        README_ENGLISH,
        README_CHINESE,
    }
)
_KNOWN_PATTERN = re.compile(
    rf"{WORK_FOLDER}[^/]+|{TIMESTAMPS}[^/]+/(?:{'|'.join(map(re.escape, (TOKEN, CHAIN, STAMPED, STAMPED_PROOF)))})"
    r"|META-INF/(?:ASiCManifest[0-9]{3}\.xml|timestamp[0-9]{3}\.tst)",
    re.ASCII,
)


def is_known(name: str) -> bool:
    """Whether a file of this name belongs to the form: something is checked of it, or said to be unchecked."""
    return name in _KNOWN or _KNOWN_PATTERN.fullmatch(name) is not None
