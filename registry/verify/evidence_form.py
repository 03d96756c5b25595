"""Where what stands in an evidence file, and the limits of each part. Writer and verifier share it."""

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
VERIFIER = "data/verifier/verify.pyz"
README_ENGLISH, README_CHINESE = "README.en.txt", "README.zh.txt"
TIMESTAMPS = "data/anchors/rfc3161/"
"""Below it a folder for each timestamp authority, with the four files below."""
TOKEN, CHAIN, STAMPED, STAMPED_PROOF = "token.tst", "chain.pem", "checkpoint.txt", "entry.tlog-proof"
CONTAINER_MANIFEST = "META-INF/ASiCManifest001.xml"
CONTAINER_TIMESTAMP = "META-INF/timestamp001.tst"

LARGEST_JSON = LARGEST_RECEIPT
LARGEST_PROOF = LARGEST_NOTE
LARGEST_TOKEN = 1_048_576
"""Bytes: tokens have 3 to 10 kB with their certificates."""
MOST_AUTHORITIES = 100
