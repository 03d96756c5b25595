"""What a certificate states: what the verifier finds in the evidence file, and nothing else."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace

from registry import errors
from registry.evidence.build import Material, build
from registry.verify import bitcoin_block
from registry.verify import evidence_form as form
from registry.verify.certificate import Certificate, parse_certificates
from registry.verify.checkpoint import unverified_checkpoint
from registry.verify.encoding import utf8
from registry.verify.entry import parse_entry
from registry.verify.errors import VerificationError
from registry.verify.ethereum_anchor import Anchor
from registry.verify.ethereum_block import Header
from registry.verify.evidence import (
    ENTRY_BEFORE_ITS_TIME,
    EXPIRED,
    OPERATORS_CLOCK,
    REVOCATION,
    TEST_NETWORK,
    TIME_WITHIN_THE_BOUND,
    WHAT_THE_MAKER_SAYS,
    verify_evidence,
)
from registry.verify.known_block import BITCOIN, KnownBlock, chain_label
from registry.verify.reading import Reading
from registry.verify.receipt import FILE_DIGEST_FIELD, NOT_PROVEN_BY_A_LEDGER, OPERATORS_TIME
from registry.verify.report import Report, Witness
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash

NOT_PROVEN: Mapping[str, str] = {
    TIME_WITHIN_THE_BOUND: "exact_time",
    OPERATORS_TIME: "operators_time",
    OPERATORS_CLOCK: "operators_clock",
    ENTRY_BEFORE_ITS_TIME: "before_its_time",
    **dict(zip(NOT_PROVEN_BY_A_LEDGER, ("authorship", "later", "same_ledger"), strict=True)),
    TEST_NETWORK: "test_network",
    REVOCATION: "revocation",
    EXPIRED: "expired",
    WHAT_THE_MAKER_SAYS: "",
}
"""Names, in the certificate's texts, of the verifier's sentences on what is not proven (of one, its beginning); the
certificate begins with what the last of them says."""
ALWAYS = ("authorship", "office", "whose_key")
"""Comes first on every certificate: what an official looking page might be taken for, and whose the key is."""
_SHOWN = ("title", "creator", "created_on", "licence")


@dataclass(frozen=True)
class Nodes:
    """How many nodes were asked about a block, and how many called it final."""

    asked: int
    agreed: int


@dataclass(frozen=True)
class Statement:
    """Of one entry: what was claimed, as far as it is disclosed, what is proven, and by which witnesses.

    ``claimed`` are the shown fields of the claim by name, ``kept`` is the number of the others. Times are in
    milliseconds since the Unix epoch; ``registered_at`` is the operator's. ``witnesses`` are all trusted: by the roots
    and blocks that the registry had when it recorded them. ``nodes`` are by label of the chain, for anchors.
    ``not_proven`` are names of sentences; authorship is the first.
    """

    subject: str
    index: int
    registered_at: int
    claimed: Mapping[str, str]
    kept: int
    file_sha256: str | None
    origin: str
    size: int
    root: bytes
    leaf: bytes
    verifier_key: str
    witnesses: tuple[Witness, ...]
    not_before: str | None
    not_after: str | None
    nodes: Mapping[str, Nodes]
    not_proven: tuple[str, ...]
    made: int

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the file with the verifier key in the evidence file."""
        return hashlib.sha256(utf8(self.verifier_key) + b"\n").digest()


def stated(material: Material) -> Statement:
    """What the evidence file of ``material`` shows, after verifying it; its original is not read.

    Broken (``evidence_not_proven``) if it does not prove what it claims: then there is nothing to certify.
    """
    try:
        report = _verified(material)
        if report.verdict != "proven":
            raise _not_proven(report.summary)
        return _stated(material, report)
    except VerificationError as error:
        raise _not_proven(str(error)) from error


def _verified(material: Material) -> Report:
    plain = build(replace(material, original=None, certificates={}, seals=()))
    return verify_evidence(
        io.BytesIO(b"".join(plain.chunks())),
        verifier_key=material.receipt.verifier_key,
        authority_roots=_roots(material),
        known_blocks=_blocks(material),
        reading=Reading(material.time),
    )


def _stated(material: Material, report: Report) -> Statement:
    receipt = material.receipt
    encoded = utf8(receipt.entry)
    entry = parse_entry(encoded)
    checkpoint = unverified_checkpoint(TlogProof.parse(receipt.tlog_proof).checkpoint)[0]
    digest = report.disclosed.get(FILE_DIGEST_FIELD)
    claimed = {name: value for name in _SHOWN if isinstance(value := report.disclosed.get(name), str)}
    shown = len(claimed) + (digest is not None)
    return Statement(
        subject=entry.subject,
        index=entry.index,
        registered_at=entry.time,
        claimed=claimed,
        kept=len(receipt.disclosure.fields) + len(receipt.disclosure.undisclosed) - shown,
        file_sha256=digest if isinstance(digest, str) else None,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
        leaf=leaf_hash(encoded),
        verifier_key=receipt.verifier_key,
        witnesses=tuple(one for one in report.witnesses if one.trusted),
        not_before=report.not_before,
        not_after=report.not_after,
        nodes=dict(_nodes(anchor.files) for anchor in material.anchors),
        not_proven=_names(report),
        made=material.time,
    )


def _roots(material: Material) -> list[Certificate] | None:
    """Those that the tokens were held against when they were kept: each chain ends in one."""
    return [parse_certificates(stamp.certificates)[-1] for stamp in material.timestamps] or None


def _blocks(material: Material) -> list[KnownBlock] | None:
    """Those that the nodes of this registry called final when they were recorded."""
    anchored = (Anchor.parse(anchor.files[form.ANCHOR]) for anchor in material.anchors)
    known = [KnownBlock.of_ethereum(one.chain_id, one.finalized_hash) for one in anchored]
    known += [KnownBlock.of_ethereum(pin.chain_id, Header.parse(pin.header).hash) for pin in material.pins]
    headers = [material.bitcoin.header] if material.bitcoin is not None else []
    known += [KnownBlock(BITCOIN, bitcoin_block.Header.parse(one).hash) for one in headers if one is not None]
    return known or None


def _nodes(files: Mapping[str, bytes]) -> tuple[str, Nodes]:
    anchor = Anchor.parse(files[form.ANCHOR])
    return chain_label(anchor.chain_id), Nodes(anchor.endpoints_asked, anchor.endpoints_agreed)


def _names(report: Report) -> tuple[str, ...]:
    said = [EXPIRED if sentence.startswith(EXPIRED) else sentence for sentence in report.not_proven]
    names = [name for sentence in said if (name := NOT_PROVEN[sentence])]
    return (*ALWAYS, *(name for name in names if name not in ALWAYS))


def _not_proven(why: str) -> errors.Broken:
    return errors.Broken(
        "evidence_not_proven",
        f"The evidence file of this work does not prove what it should, so there is no certificate: {why.rstrip('.')}.",
        hint="Run 'registry ledger verify'. If it finds nothing, keep the home as it is and ask the developers.",
    )
