"""The certificate of a work: what its evidence file proves, as a signed PDF for people to read."""

import logging
from dataclasses import replace
from functools import partial

from registry import errors
from registry.anchoring.time_witness import TimeWitness
from registry.evidence.certificate.statement import Statement, stated
from registry.evidence.certificate.words import LANGUAGES
from registry.imaging.purpose import Purpose
from registry.imaging.shown import for_print
from registry.installation import Installation
from registry.works.evidence_material import Gathered, Selection, gather

log = logging.getLogger("registry.works")

VERIFICATION_PAGE = "/verify"


def get_certificate(
    installation: Installation,
    work_id: str,
    language: str,
    *,
    account_id: str | None = None,
    index: int | None = None,
    selection: Selection | None = None,
) -> bytes:
    """The certificate of the version at entry ``index``, the first where None, in one of the languages.

    It shows what the evidence file of the same selection discloses, and the picture where the original would be in it.
    It is signed with the installation's signing identity, and stamped by the first timestamp authority that answers;
    where none is configured, or none answers, it says so.

    NotFound and Refused as :func:`registry.works.evidence_material.gather`, Broken (``evidence_not_proven``), and
    whatever reading a picture refuses.
    """
    gathered = gather(installation, work_id, account_id, index, selection)
    return _certificate(installation, stated(gathered.material), language, _picture(installation, gathered))


def certificates_of(installation: Installation, gathered: Gathered) -> dict[str, bytes]:
    """The certificate in every language."""
    statement, picture = stated(gathered.material), _picture(installation, gathered)
    return {language: _certificate(installation, statement, language, picture) for language in LANGUAGES}


def _certificate(installation: Installation, statement: Statement, language: str, picture: bytes | None) -> bytes:
    # Typesetting and signing load 16 MB, which a service that is asked for no certificate can do without.
    from registry.evidence.certificate.document import Signing, document
    from registry.evidence.certificate.signature import signed

    identity = installation.signing_identity
    signing = Signing(identity.subject, identity.fingerprint)
    url = installation.settings.public_url
    made = partial(
        document, statement, language, picture=picture, address=None if url is None else url + VERIFICATION_PAGE
    )
    witnesses = installation.stamping.witnesses
    for witness in witnesses:
        try:
            stamped = made(replace(signing, authority=witness.name))
            return signed(stamped, identity, partial(_stamp, witness))
        except (errors.Unavailable, errors.Broken) as error:
            log.error("The witness of time %s did not stamp a certificate: %s", witness.name, error.message)
    return signed(made(replace(signing, unanswered=bool(witnesses))), identity, None)


def _stamp(witness: TimeWitness, signature: bytes) -> bytes:
    return witness.stamp(signature).proof


def _picture(installation: Installation, gathered: Gathered) -> bytes | None:
    if gathered.picture_sha256 is None:
        return None
    reading = installation.pictures.read(installation.objects.get(gathered.picture_sha256), Purpose.WORK)
    return for_print(reading.features.view, reading.features.ground)
