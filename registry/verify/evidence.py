"""Verification of an evidence file, in this order:

1. the container, byte by byte; 2. each file against the manifests; 3. entry, disclosure, proof and signature, as of a
receipt; 4. the original; 5. the custody record; 6. the evidence record, which renews what comes next; 7. the
timestamps, over checkpoints and over the whole file; 8. anchors and pinned blocks, chain by chain; 9. Bitcoin.

Manifests show that a file is whole, not who wrote it: whoever changes a file can write its manifests anew. What is
proven of the work rests on the ledger's signature and on independent witnesses of time alone, and the report says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from registry.verify import bag, canonical_json
from registry.verify import evidence_form as form
from registry.verify.asic import check_container_timestamps
from registry.verify.authority import Terms
from registry.verify.bitcoin_anchor import check_bitcoin
from registry.verify.certificate import Certificate
from registry.verify.commitment import Disclosure
from registry.verify.container import Container
from registry.verify.custody import parse_custody_record
from registry.verify.economic_security import is_of_test_network
from registry.verify.encoding import utf8_text
from registry.verify.errors import Contradiction, Malformed
from registry.verify.ethereum_anchor import chains_in, check_anchor
from registry.verify.known_block import KnownBlock
from registry.verify.manifest_check import FileDigests, check_manifests, digests_of
from registry.verify.pinned_block import check_pinned_block
from registry.verify.reading import OF_CHAINS, Reading, check_algorithms
from registry.verify.receipt import (
    NOT_PROVEN_BY_A_LEDGER,
    NOTHING_SHOWN,
    OPERATORS_TIME,
    WHOSE_KEY,
    Receipt,
    Registration,
    check_original,
    check_registration,
)
from registry.verify.renewal import check_evidence_record
from registry.verify.report import UNPROVEN, Bound, Checks, Report, Witness, check_interval, rfc3339, times_by
from registry.verify.stamped_checkpoint import KIND as TIMESTAMP
from registry.verify.stamped_checkpoint import check_timestamps

TIME_WITHIN_THE_BOUND = (
    "The exact time: shown is only that the entry was there when the first trusted witness saw it, and was not where a "
    "trusted witness bounds it from below; what the operator says of the time between is its statement."
)
OPERATORS_CLOCK = (
    "The operator's clock: its time in the entry is later than the time at which a trusted witness had seen the entry."
)
ENTRY_BEFORE_ITS_TIME = (
    "The operator's clock: its time in the entry is earlier than the time at which a trusted witness shows that it was "
    "not there yet."
)
TEST_NETWORK = "What an anchor in a test network is worth: nobody loses anything who rewrites one."
REVOCATION = "Whether an authority's certificate was revoked: that takes lists from the network."
EXPIRED = (
    "That these timestamps are as old as they say: a certificate of each expired, and nothing that holds renewed the "
    "timestamp before. From then on that rests on nobody having got hold of the authority's key: "
)
WHAT_THE_MAKER_SAYS = (
    "What the readme, the report, the custody record, the bag's information and a contract's source say, and what the "
    "verifier in the file does: the manifests show that they are whole, and whoever wrote the file wrote them."
)


@dataclass(frozen=True)
class _Given:
    """What the caller knows from somewhere else than the file."""

    work_sha256: bytes | None
    verifier_key: str | None
    authority_roots: Sequence[Certificate] | None
    known_blocks: Sequence[KnownBlock] | None
    reading: Reading


@dataclass(frozen=True)
class _Found:
    """What the checks came to, as far as they went."""

    registration: Registration = NOTHING_SHOWN
    unlisted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


def verify_evidence(
    file: BinaryIO,
    *,
    work_sha256: bytes | None = None,
    verifier_key: str | None = None,
    authority_roots: Sequence[Certificate] | None = None,
    known_blocks: Sequence[KnownBlock] | None = None,
    reading: Reading | None = None,
) -> Report:
    """Checks everything that the evidence file in ``file`` claims; raises nothing for what is in there.

    ``work_sha256`` is the digest of an original that the caller holds, ``verifier_key`` the ledger's key as known
    from elsewhere, ``authority_roots`` the certificates of those who vouch for timestamp authorities,
    ``known_blocks`` blocks as known from elsewhere, ``reading`` when it is read (default: now, with every algorithm
    trusted). Reads the file in pieces: an original of any size needs no memory.
    """
    checks = Checks()
    given = _Given(work_sha256, verifier_key, authority_roots, known_blocks, reading or Reading.now())
    found = _check(checks, file, given)
    return _report(checks, found, verifier_key)


def _check(checks: Checks, file: BinaryIO, given: _Given) -> _Found:
    container = checks.attempt("container", lambda: _container(file))
    if container is None:
        return _Found()
    digests = digests_of(checks, container)
    unlisted = check_manifests(checks, container, digests)
    unknown = tuple(name for name in container.members if not form.is_known(name) and name not in unlisted)
    checks.attempt("form", lambda: _form(container))
    receipt = checks.attempt("files of the entry", lambda: _receipt(container))
    if receipt is None:
        checks.skip("entry", "Without its files there is nothing to check.")
        return _Found(unlisted=unlisted, unknown=unknown)
    registration = check_registration(checks, receipt, given.verifier_key)
    checks.attempt("subject", lambda: _subject(container, registration))
    _check_originals(checks, digests, registration, given.work_sha256)
    checks.attempt("custody record", lambda: _custody(container))
    sha256 = {name: digest.sha256 for name, digest in digests.items()}
    terms = Terms(given.authority_roots, given.reading, until=given.reading.at)
    renewal = check_evidence_record(checks, container, digests, terms)
    held = check_algorithms(checks, given.reading, renewal.time)
    if renewal.time is not None:
        terms = replace(terms, until=renewal.time)
    seen = (
        *check_timestamps(checks, container, receipt.entry, terms),
        *check_container_timestamps(checks, container, sha256, terms),
        *_held_chains(checks, tuple(_chain_witnesses(checks, container, receipt.entry, given.known_blocks)), terms),
    )
    bitcoin = check_bitcoin(checks, container, receipt.entry, given.known_blocks)
    if bitcoin is not None:
        seen = (*seen, bitcoin)
    # What leads from the entry to what these saw is made of the same algorithms as the file; a record covers all of it.
    witnesses = (*(replace(one, trusted=one.trusted and held) for one in seen), *renewal.witnesses)
    check_interval(checks, witnesses)
    return _Found(registration, unlisted, unknown, witnesses)


def _chain_witnesses(
    checks: Checks, container: Container, entry: str, known: Sequence[KnownBlock] | None
) -> Iterator[Witness]:
    try:
        chains = chains_in(container)
    except Malformed as error:
        checks.fail("anchors", error)
        return
    for chain_id in chains:
        for check in (check_anchor, check_pinned_block):
            witness = check(checks, container, chain_id, entry, known)
            if witness is not None:
                yield witness


def _held_chains(checks: Checks, witnesses: Sequence[Witness], terms: Terms) -> Sequence[Witness]:
    """``witnesses`` of chains; none of them trusted if their digest was distrusted before anything renewed the file."""
    broken = terms.reading.first_distrusted(OF_CHAINS, terms.until) if witnesses else None
    if broken is None:
        return witnesses
    checks.skip("chains", f"{UNPROVEN}: {broken}, and nothing that holds renewed this file before.")
    return [replace(one, trusted=False) for one in witnesses]


def _container(file: BinaryIO) -> tuple[str, Container]:
    container = Container(file)
    return f"{len(container.members)} files, and not a byte before, between or behind them.", container


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
    checks: Checks, digests: Mapping[str, FileDigests], registration: Registration, work_sha256: bytes | None
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


def _report(checks: Checks, found: _Found, given_key: str | None) -> Report:
    entry = found.registration.entry
    return Report(
        summary=_summary(checks, found, given_key),
        checks=checks.made,
        not_proven=tuple(_not_proven(found, given_key)),
        disclosed=found.registration.disclosed or {},
        claimed_time=None if entry is None else rfc3339(entry.time),
        witnesses=found.witnesses,
    )


def _not_proven(found: _Found, given_key: str | None) -> Iterator[str]:
    if found.unlisted:
        yield f"What these files say, which no manifest lists: {', '.join(found.unlisted)}."
    if found.unknown:
        yield f"What these files say, which are none of this form: {', '.join(found.unknown)}."
    if given_key is None:
        yield WHOSE_KEY
    seen = times_by(found.witnesses, Bound.NOT_AFTER)
    yield TIME_WITHIN_THE_BOUND if seen else OPERATORS_TIME
    entry = found.registration.entry
    if entry is not None and any(entry.time > time for time in seen):
        yield OPERATORS_CLOCK
    if entry is not None and any(entry.time < time for time in times_by(found.witnesses, Bound.NOT_BEFORE)):
        yield ENTRY_BEFORE_ITS_TIME
    yield from NOT_PROVEN_BY_A_LEDGER
    if any(is_of_test_network(one) for one in found.witnesses):
        yield TEST_NETWORK
    if any(one.kind == TIMESTAMP for one in found.witnesses):
        yield REVOCATION
    expired = [f"{one.name} ({rfc3339(one.expired)})" for one in found.witnesses if one.expired is not None]
    if expired:
        yield f"{EXPIRED}{', '.join(expired)}."
    yield WHAT_THE_MAKER_SAYS


def _summary(checks: Checks, found: _Found, given_key: str | None) -> str:
    if (failed := checks.first_failed) is not None:
        return f"this file does not prove what it claims ({failed.name}: {failed.detail})"
    entry = found.registration.entry
    assert entry is not None  # noqa: S101 - without a failed check there is one
    signed = "the key that was given" if given_key is not None else "the key that the file itself brings along"
    extra = f"; {len(found.unlisted)} of its files are {UNPROVEN}" if found.unlisted else ""
    return f"entry {entry.index} is in the ledger as this file says, signed with {signed}{extra}."
