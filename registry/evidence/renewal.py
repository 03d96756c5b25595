"""Renewing an evidence file: the same files, byte for byte, and behind them an evidence record (RFC 4998) that a
timestamp authority of today has added to.

The record and its manifest are listed by no older manifest, which is stamped and stays as it is; BagIt allows a tag
file that no tag manifest lists (RFC 8493, section 2.2.1). So the renewed file unzips to the same valid bag.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from registry.errors import Broken, Refused
from registry.evidence.evidence_file import EvidenceFile
from registry.evidence.part import Part
from registry.verify import evidence_form as form
from registry.verify.asic import record_manifest
from registry.verify.container import MOST_ENTRIES, Container
from registry.verify.errors import VerificationError
from registry.verify.evidence_record import (
    DIGESTS,
    LARGEST_RECORD,
    MOST_TIMESTAMPS,
    ArchiveTimestamp,
    Chain,
    EvidenceRecord,
    hashes_of,
)
from registry.verify.manifest_check import FileDigests
from registry.verify.renewal import digests_by
from registry.verify.timestamp import Timestamp

DEFAULT_DIGEST = "sha512"
"""Of a first chain: not the digest of everything else in the file, so that it outlives that one."""

Stamp = Callable[[bytes, str], bytes]
"""Answers a message and the name of a digest with a timestamp token over that digest of the message."""


@dataclass(frozen=True)
class Renewed:
    """The new file, and the record in it."""

    file: EvidenceFile
    record: EvidenceRecord


def renew(file: BinaryIO, stamp: Stamp, digest_name: str | None = None) -> Renewed:
    """The evidence file in ``file``, renewed; by the digest of its last chain unless ``digest_name`` is another.

    Reads it once now, in pieces, and once more when the new one is written, which must be to another place. What is in
    it is looked at only as far as needed: whether it verifies is for the caller to see. Refused
    (``evidence_unreadable``, ``digest_weaker``, ``evidence_too_large``), Broken (``timestamp_unusable``), and whatever
    ``stamp`` raises.
    """
    try:
        container = Container(file)
        record = _record_in(container)
    except VerificationError as error:
        raise Refused(
            "evidence_unreadable",
            f"This is no evidence file that could be renewed: {error}",
            hint="Run 'registry verify' on it, and renew an untouched copy.",
        ) from error
    parts = [
        Part.streamed(name, partial(container.chunks, name))
        for name in container.members
        if name not in (form.EVIDENCE_RECORD, form.RECORD_MANIFEST)
    ]
    record = EvidenceRecord(_chains(record, parts, stamp, digest_name))
    digests = _digests(record.digest_name, parts)
    encoded = record.to_bytes()
    if len(record.timestamps) > MOST_TIMESTAMPS or len(encoded) > LARGEST_RECORD or len(parts) + 2 > MOST_ENTRIES:
        raise Refused(
            "evidence_too_large",
            f"The record would have more than {MOST_TIMESTAMPS} timestamps, {LARGEST_RECORD} bytes or files to cover.",
            hint="It can be renewed no more; have the whole file stamped by itself, and keep both.",
        )
    added = [
        Part.of(form.RECORD_MANIFEST, record_manifest(record.digest_name, digests)),
        Part.of(form.EVIDENCE_RECORD, encoded),
    ]
    return Renewed(EvidenceFile((*parts, *added)), record)


def _record_in(container: Container) -> EvidenceRecord | None:
    if form.EVIDENCE_RECORD not in container.members:
        return None
    return EvidenceRecord.parse(container.read(form.EVIDENCE_RECORD, LARGEST_RECORD))


def _chains(
    record: EvidenceRecord | None, parts: list[Part], stamp: Stamp, digest_name: str | None
) -> tuple[Chain, ...]:
    earlier = () if record is None else record.chains
    last = earlier[-1][-1] if earlier else None
    if last is None:
        name = digest_name or DEFAULT_DIGEST
    else:
        name = digest_name or last.digest_name
        known = list(DIGESTS)
        if known.index(name) < known.index(last.digest_name):
            raise Refused(
                "digest_weaker",
                f"The file's record uses {last.digest_name} already, which is stronger than {name}.",
                hint="Leave --hash out.",
            )
    if last is not None and name == last.digest_name:
        made = ArchiveTimestamp(name, (), _stamped(last.token, stamp, name, last))
        return (*earlier[:-1], (*earlier[-1], made))
    hashes = hashes_of(name, _digests(name, parts).values(), earlier)
    made = ArchiveTimestamp(name, hashes, _stamped(b"".join(hashes), stamp, name, last))
    return (*earlier, (made,))


def _stamped(message: bytes, stamp: Stamp, digest_name: str, last: ArchiveTimestamp | None) -> bytes:
    token = stamp(message, digest_name)
    try:
        timestamp = Timestamp.parse(token)
        timestamp.check_of(message)
        early = last is not None and timestamp.time < Timestamp.parse(last.token).time
    except VerificationError as error:
        raise _unusable(str(error)) from error
    if early or timestamp.digest_name != digest_name:
        raise _unusable("it is older than the one that it renews" if early else "it is by another digest than asked")
    return token


def _digests(digest_name: str, parts: list[Part]) -> dict[str, bytes]:
    return digests_by(digest_name, {part.name: FileDigests(part.sha256, part.sha512, part.size) for part in parts})


def _unusable(why: str) -> Broken:
    return Broken(
        "timestamp_unusable",
        f"The timestamp that came cannot renew the file: {why.rstrip('.')}.",
        hint="The file is as it was. Check the clocks, and ask another authority (--authority).",
    )
