"""Verification of an evidence file, in this order:

1. the container, byte by byte; 2. each file against the manifests; 3. entry, disclosure, proof and signature, as of a
receipt; 4. the original; 5. the custody record; 6. the timestamps.

Manifests show that a file is whole, not who wrote it: whoever changes a file can write its manifests anew. What is
proven of the work rests on the ledger's signature and on independent witnesses of time alone, and the report says so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from registry.verify import bag, canonical_json
from registry.verify import evidence_form as form
from registry.verify.certificate import Certificate
from registry.verify.commitment import Disclosure
from registry.verify.container import Container
from registry.verify.custody import parse_custody_record
from registry.verify.encoding import utf8, utf8_text
from registry.verify.errors import Contradiction, Malformed, VerificationError
from registry.verify.receipt import (
    NOT_PROVEN_BY_A_LEDGER,
    OPERATORS_TIME,
    WHOSE_KEY,
    Receipt,
    Registration,
    check_original,
    check_registration,
)
from registry.verify.report import Checks, Report, Witness, rfc3339
from registry.verify.stamped_checkpoint import check_timestamps

TIME_WITHIN_THE_BOUND = (
    "The exact time: shown is only that the entry was there when the first trusted witness saw it; what the operator "
    "says of the time before is its statement."
)
REVOCATION = "Whether an authority's certificate was revoked: that takes lists from the network."
UNPROVEN = "UNPROVEN"
"""Begins the detail of a check on a file that no manifest lists."""


@dataclass(frozen=True)
class _Digests:
    sha256: bytes
    sha512: bytes
    size: int


def verify_evidence(
    file: BinaryIO,
    *,
    work_sha256: bytes | None = None,
    verifier_key: str | None = None,
    authority_roots: Sequence[Certificate] | None = None,
) -> Report:
    """Checks everything that the evidence file in ``file`` claims; raises nothing for what is in there.

    ``work_sha256`` is the digest of an original that the caller holds, ``verifier_key`` the ledger's key as known
    from elsewhere, ``authority_roots`` the certificates of those who vouch for timestamp authorities. Reads the file
    in pieces: an original of any size needs no memory.
    """
    checks = Checks()
    container = checks.attempt("container", lambda: _container(file))
    if container is None:
        return _report(checks, Registration(None, None, None), (), verifier_key)
    digests = _digests(checks, container)
    unlisted = _check_manifests(checks, container, digests)
    checks.attempt("form", lambda: _form(container))
    receipt = checks.attempt("files of the entry", lambda: _receipt(container))
    if receipt is None:
        checks.skip("entry", "Without its files there is nothing to check.")
        return _report(checks, Registration(None, None, None), unlisted, verifier_key)
    registration = check_registration(checks, receipt, verifier_key)
    checks.attempt("subject", lambda: _subject(container, registration))
    _check_originals(checks, digests, registration, work_sha256)
    checks.attempt("custody record", lambda: _custody(container))
    witnesses = check_timestamps(checks, container, utf8(receipt.entry), authority_roots)
    return _report(checks, registration, unlisted, verifier_key, witnesses)


def _container(file: BinaryIO) -> tuple[str, Container]:
    container = Container(file)
    return f"{len(container.members)} files, and not a byte before, between or behind them.", container


def _digests(checks: Checks, container: Container) -> dict[str, _Digests]:
    """What each file is; those that cannot be read to their end are reported and left out."""
    found: dict[str, _Digests] = {}
    for name, member in container.members.items():
        sha256, sha512 = hashlib.sha256(), hashlib.sha512()
        try:
            for chunk in container.chunks(name):
                sha256.update(chunk)
                sha512.update(chunk)
        except VerificationError as error:
            checks.fail(f"file {name}", error)
        else:
            found[name] = _Digests(sha256.digest(), sha512.digest(), member.size)
    return found


def _check_manifests(checks: Checks, container: Container, digests: Mapping[str, _Digests]) -> tuple[str, ...]:
    """Compares every file with every manifest that should list it; answers the files that none lists."""
    listed: dict[str, dict[str, bytes]] = {}
    for name, length in (
        (bag.PAYLOAD_SHA256, bag.SHA256_BYTES),
        (bag.PAYLOAD_SHA512, bag.SHA512_BYTES),
        (bag.TAGS_SHA256, bag.SHA256_BYTES),
    ):
        try:
            listed[name] = bag.parse_manifest(container.read(name, bag.LARGEST_TEXT), length)
            _check_scope(name, listed[name])
        except VerificationError as error:
            checks.fail(f"file {name}", error)
            listed.setdefault(name, {})
    wrong = False
    for name, entries in listed.items():
        for path, expected in entries.items():
            try:
                _check_listed(path, name, expected, container, digests)
            except VerificationError as error:
                wrong = True
                checks.fail(f"file {path}", error)
    everywhere = {path for entries in listed.values() for path in entries}
    unlisted = tuple(path for path in container.members if path not in everywhere and path != bag.TAGS_SHA256)
    for path in unlisted:
        checks.skip(f"file {path}", f"{UNPROVEN}: no manifest lists it, so nothing in here speaks for it.")
    one_sided = set(listed[bag.PAYLOAD_SHA256]) ^ set(listed[bag.PAYLOAD_SHA512])
    if not wrong and not one_sided:
        checks.attempt("manifests", lambda: (f"{len(everywhere)} files are as the manifests list them.", None))
    for path in sorted(one_sided):
        checks.fail(f"file {path}", Malformed("One of the two payload manifests does not list it."))
    return unlisted


def _check_scope(manifest: str, entries: Mapping[str, bytes]) -> None:
    of_payload = manifest != bag.TAGS_SHA256
    for path in entries:
        if path.startswith(bag.PAYLOAD_FOLDER) != of_payload or path == bag.TAGS_SHA256:
            raise Malformed(f"It lists {path}, which is not its to list.")


def _check_listed(
    path: str, manifest: str, expected: bytes, container: Container, digests: Mapping[str, _Digests]
) -> None:
    if path not in container.members:
        raise Malformed(f"It is missing; {manifest} lists it.")
    if path not in digests:
        return  # reported when it was read
    found = digests[path].sha512 if manifest == bag.PAYLOAD_SHA512 else digests[path].sha256
    if found != expected:
        raise Contradiction(f"It is not the file that {manifest} lists.", expected=expected, found=found)


def _form(container: Container) -> tuple[str, None]:
    if container.read(bag.DECLARATION_NAME, len(bag.DECLARATION)) != bag.DECLARATION:
        raise Malformed(f"{bag.DECLARATION_NAME} does not declare a bag of BagIt 1.0.")
    labels = bag.parse_information(container.read(bag.INFO_NAME, bag.LARGEST_TEXT))
    if labels.get(form.VERSION_LABEL) != form.VERSION:
        raise Malformed(f"{bag.INFO_NAME} does not name the form {form.VERSION}, which alone is known here.")
    listed = bag.parse_manifest(container.read(bag.PAYLOAD_SHA256, bag.LARGEST_TEXT), bag.SHA256_BYTES)
    oxum = bag.payload_oxum({path: member.size for path, member in container.members.items() if path in listed})
    if labels.get(form.OXUM_LABEL) != oxum:
        raise Contradiction(
            f"{bag.INFO_NAME} tells another size of the payload.", expected=labels.get(form.OXUM_LABEL), found=oxum
        )
    return f"An evidence file of the form {form.VERSION}.", None


def _receipt(container: Container) -> tuple[str, Receipt]:
    """The ledger's part of the file, as a receipt holds it."""
    entry = utf8_text(container.read(form.ENTRY, form.LARGEST_JSON))
    disclosure = container.read(form.DISCLOSURE, form.LARGEST_JSON)
    if not disclosure.endswith(b"\n"):
        raise Malformed(f"{form.DISCLOSURE} does not end in a line feed.")
    key = utf8_text(container.read(form.VERIFIER_KEY, form.LARGEST_JSON))
    if not key.endswith("\n"):
        raise Malformed(f"{form.VERIFIER_KEY} does not end in a line feed.")
    return "Entry, disclosure, proof and key are there.", Receipt(
        entry=entry,
        disclosure=Disclosure.from_json(canonical_json.parse(disclosure[:-1])),
        tlog_proof=utf8_text(container.read(form.PROOF, form.LARGEST_PROOF)),
        verifier_key=key[:-1],
    )


def _subject(container: Container, registration: Registration) -> tuple[str, None]:
    if registration.entry is None:
        raise Malformed("Without a valid entry there is no subject to compare.")
    labels = bag.parse_information(container.read(bag.INFO_NAME, bag.LARGEST_TEXT))
    if labels.get(form.SUBJECT_LABEL) != registration.entry.subject:
        raise Contradiction(
            f"{bag.INFO_NAME} names another work than the entry.",
            expected=registration.entry.subject,
            found=labels.get(form.SUBJECT_LABEL),
        )
    return f"The file is about {registration.entry.subject}, as the entry is.", None


def _check_originals(
    checks: Checks, digests: Mapping[str, _Digests], registration: Registration, work_sha256: bytes | None
) -> None:
    inside = [path for path in digests if path.startswith(form.WORK_FOLDER)]
    for path in inside:
        check_original(checks, f"original {path}", registration, digests[path].sha256)
    if work_sha256 is not None:
        check_original(checks, "original", registration, work_sha256)
    elif not inside:
        checks.skip("original", "None is in the file, and none was given.")


def _custody(container: Container) -> tuple[str, None]:
    events = parse_custody_record(container.read(form.CUSTODY, form.LARGEST_JSON))
    return f"{len(events)} lines, each linked to the one before; the operator states them.", None


def _report(
    checks: Checks,
    registration: Registration,
    unlisted: Sequence[str],
    given_key: str | None,
    witnesses: tuple[Witness, ...] = (),
) -> Report:
    entry = registration.entry
    trusted = any(one.trusted for one in witnesses)
    not_proven = [TIME_WITHIN_THE_BOUND if trusted else OPERATORS_TIME, *NOT_PROVEN_BY_A_LEDGER]
    if witnesses:
        not_proven.append(REVOCATION)
    if given_key is None:
        not_proven.insert(0, WHOSE_KEY)
    if unlisted:
        not_proven.insert(0, f"Files that no manifest lists: {', '.join(unlisted)}.")
    not_proven.append(
        "What the readme, the custody record and the bag's information say: the manifests show that they are whole, "
        "and whoever wrote the file wrote them."
    )
    return Report(
        summary=_summary(checks, registration, unlisted, given_key),
        checks=checks.made,
        not_proven=tuple(not_proven),
        disclosed=registration.disclosed or {},
        claimed_time=None if entry is None else rfc3339(entry.time),
        witnesses=witnesses,
    )


def _summary(checks: Checks, registration: Registration, unlisted: Sequence[str], given_key: str | None) -> str:
    if (failed := checks.first_failed) is not None:
        return f"this file does not prove what it claims ({failed.name}: {failed.detail})"
    assert registration.entry is not None  # noqa: S101 - without a failed check there is one
    signed = "the key that was given" if given_key is not None else "the key that the file itself brings along"
    extra = f"; {len(unlisted)} of its files are {UNPROVEN}" if unlisted else ""
    return f"entry {registration.entry.index} is in the ledger as this file says, signed with {signed}{extra}."
