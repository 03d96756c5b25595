"""The evidence file of a work."""

from dataclasses import replace
from functools import partial
from hashlib import sha256

from registry.anchoring.stamping import no_time_witness
from registry.anchoring.time_witness import TimeWitness
from registry.evidence.build import Seal, build
from registry.evidence.evidence_file import EvidenceFile
from registry.installation import Installation
from registry.works.certificate import certificates_of
from registry.works.evidence_material import Selection, gather


def get_evidence(
    installation: Installation,
    work_id: str,
    account_id: str | None = None,
    index: int | None = None,
    selection: Selection | None = None,
    *,
    sealed: bool = False,
    certified: bool = False,
) -> EvidenceFile:
    """The evidence file of the version at entry ``index``, the first where None; nothing where the selection is None
    is kept back.

    ``sealed`` has every timestamp authority of the settings stamp the whole file now. ``certified`` puts the
    certificate in, in both languages: that takes several times as long as all of the rest.

    NotFound (``no_such_work``, ``no_such_version``, ``work_erased``), Refused (``no_such_field``,
    ``original_not_disclosed``, ``no_original``, ``no_time_witness``), Unavailable and Broken as the authorities, and
    what :func:`registry.works.certificate.get_certificate` raises. The original is read here, and again when the file
    is written.
    """
    gathered = gather(installation, work_id, account_id, index, selection)
    seals = _seals(installation) if sealed else ()
    if gathered.picture_sha256 is not None:
        digests = {"original": bytes.fromhex(gathered.picture_sha256)}
        gathered = gathered.with_event("read the original and compared it with its digest", digests)
    certificates = certificates_of(installation, gathered) if certified else {}
    if certificates:
        digests = {language: sha256(document).digest() for language, document in certificates.items()}
        gathered = gathered.with_event("signed certificates of what this file proves", digests)
    gathered = gathered.with_event(f"made this evidence file for the holder; {gathered.state}", {})
    return build(replace(gathered.material, seals=seals, certificates=certificates))


def _seals(installation: Installation) -> list[Seal]:
    witnesses = installation.stamping.witnesses
    if not witnesses:
        raise no_time_witness()
    return [partial(_sealed, witness) for witness in witnesses]


def _sealed(witness: TimeWitness, listed: bytes) -> bytes:
    return witness.stamp(listed).proof
