"""Any file that this verifier knows: an evidence file, or else a receipt."""

import hashlib
from collections.abc import Sequence
from typing import BinaryIO

from registry.verify.certificate import Certificate
from registry.verify.container import CHUNK
from registry.verify.evidence import verify_evidence
from registry.verify.known_block import KnownBlock
from registry.verify.reading import Reading
from registry.verify.receipt import LARGEST_RECEIPT, verify_receipt
from registry.verify.report import Report

RECEIPT_BEGINS = b'{"'
"""Canonical JSON of an object with members, which no container begins with."""


def verify_file(
    file: BinaryIO,
    *,
    work_sha256: bytes | None = None,
    verifier_key: str | None = None,
    authority_roots: Sequence[Certificate] | None = None,
    known_blocks: Sequence[KnownBlock] | None = None,
    reading: Reading | None = None,
) -> Report:
    """The report on ``file``, which can be read and positioned; arguments as of :func:`verify_evidence`."""
    file.seek(0)
    begins = file.read(len(RECEIPT_BEGINS))
    if begins == RECEIPT_BEGINS:
        file.seek(0)
        content = file.read(LARGEST_RECEIPT + 1)
        return verify_receipt(content, work_sha256=work_sha256, verifier_key=verifier_key, reading=reading)
    return verify_evidence(
        file,
        work_sha256=work_sha256,
        verifier_key=verifier_key,
        authority_roots=authority_roots,
        known_blocks=known_blocks,
        reading=reading,
    )


def sha256_of(file: BinaryIO) -> bytes:
    """The digest of all that ``file`` holds, read in pieces."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.digest()
