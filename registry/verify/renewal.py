"""The evidence record of an evidence file, which keeps it alive beyond certificates and digests (RFC 4998, section 5).

ASiC-E has a place for it: ``META-INF/evidencerecord001.ers``, and beside it the list of the files that it covers, which
are all but these two and the type. That list is never parsed: the verifier writes the one that there is and compares.

Timestamps are judged from the last to the first: the last must hold when the file is read, each other one when the next
that holds was made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from registry.verify import evidence_form as form
from registry.verify.asic import is_recorded, record_manifest
from registry.verify.authority import Terms, Trust, trust_in
from registry.verify.bag import LARGEST_TEXT
from registry.verify.container import Container
from registry.verify.errors import Contradiction
from registry.verify.evidence_record import LARGEST_RECORD, EvidenceRecord, hashes_of, stamped_messages
from registry.verify.manifest_check import FileDigests
from registry.verify.reading import NAMES
from registry.verify.report import Checks, Witness
from registry.verify.stamped_checkpoint import KIND, NOBODY
from registry.verify.timestamp import Timestamp


@dataclass(frozen=True)
class Renewal:
    """What an evidence record shows: its ``witnesses``, and ``time`` (milliseconds), when the first of its timestamps
    that hold was made over the whole file; None if none holds."""

    witnesses: tuple[Witness, ...] = ()
    time: int | None = None


def check_evidence_record(
    checks: Checks, container: Container, digests: Mapping[str, FileDigests], terms: Terms
) -> Renewal:
    """Checks the record, if the file has one: under ``evidence record`` what it covers, then each timestamp.

    ``terms`` are those of the last timestamp.
    """
    if not {form.EVIDENCE_RECORD, form.RECORD_MANIFEST} & container.members.keys():
        return Renewal()
    record = checks.attempt("evidence record", lambda: _record(container, digests))
    if record is None:
        return Renewal()
    timestamps: list[Timestamp] = []
    messages = stamped_messages(record)
    for number, message in enumerate(messages, 1):
        name = _name(number)
        check = partial(_intact, record, number - 1, message, timestamps)
        timestamp = checks.attempt(f"timestamp {name}", check)
        if timestamp is None:
            checks.skip(f"authority {name}", NOBODY)
            return Renewal()
        timestamps.append(timestamp)
    trust: list[Trust] = []
    for timestamp in reversed(timestamps):
        trust.insert(0, trust_in(timestamp, (), terms, strictly=True))
        if trust[0].trusted:
            terms = replace(terms, until=timestamp.latest)
    witnesses = []
    for number, (timestamp, found) in enumerate(zip(timestamps, trust, strict=True), 1):
        found.tell(checks, _name(number))
        witnesses.append(Witness(KIND, _name(number), timestamp.latest, trusted=found.trusted))
    first = next((one.time for one in witnesses if one.trusted), None)
    return Renewal(tuple(witnesses), first)


def digests_by(digest_name: str, digests: Mapping[str, FileDigests]) -> dict[str, bytes]:
    """The digests of the files that a record covers, by file."""
    return {
        name: digest.sha256 if digest_name == "sha256" else digest.sha512
        for name, digest in digests.items()
        if is_recorded(name)
    }


def _record(container: Container, digests: Mapping[str, FileDigests]) -> tuple[str, EvidenceRecord]:
    record = EvidenceRecord.parse(container.read(form.EVIDENCE_RECORD, LARGEST_RECORD))
    expected = record_manifest(record.digest_name, digests_by(record.digest_name, digests))
    if container.read(form.RECORD_MANIFEST, max(len(expected), LARGEST_TEXT)) != expected:
        raise Contradiction(f"{form.RECORD_MANIFEST} is not the list of the files that the record covers.")
    for place, (first, *later) in enumerate(record.chains):
        covered = digests_by(first.digest_name, digests).values()
        if first.hashes != hashes_of(first.digest_name, covered, record.chains[:place]):
            raise Contradiction(
                f"Chain {place + 1} of the record begins with other files than those in here, or other chains before."
            )
        if any(one.hashes or one.digest_name != first.digest_name for one in later):
            raise Contradiction(f"Chain {place + 1} of the record goes on with something else than timestamps.")
    return f"Timestamps over all files in here: {len(record.timestamps)}, in chains: {len(record.chains)}.", record


def _intact(record: EvidenceRecord, place: int, message: bytes, before: Sequence[Timestamp]) -> tuple[str, Timestamp]:
    stamped = record.timestamps[place]
    timestamp = Timestamp.parse(stamped.token)
    if timestamp.digest_name != stamped.digest_name:
        raise Contradiction("The token holds another digest than the record says.")
    timestamp.check_of(message)
    timestamp.check_signature()
    if before and timestamp.time < before[-1].time:
        raise Contradiction("The token is older than the one that it renews.")
    if not stamped.hashes:
        over = "the timestamp before"
    else:
        over = f"the digests ({NAMES[stamped.digest_name]}) of all files in here" + (
            " and all before" if before else ""
        )
    return f"A token over {over}; signed as it says by the certificate in it.", timestamp


def _name(number: int) -> str:
    return f"evidence-record-{number}"
