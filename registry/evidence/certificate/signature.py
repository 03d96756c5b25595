"""Signing a PDF: PAdES baseline (ETSI EN 319 142-1), level B-T with a timestamp and B-B without."""

import io
from concurrent.futures import ThreadPoolExecutor

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from registry.evidence.build import Seal
from registry.evidence.certificate.signing_identity import SigningIdentity

FIELD = "Certificate"
"""Name of the one signature field."""
_ROOM = 8_192
"""Bytes for a signature with its attributes and names, beside the certificates and the timestamp."""
_ROOM_FOR_TIMESTAMP = 24_576
"""Bytes: tokens have 3 to 10 kB with their certificates."""


def signed(document: bytes, identity: SigningIdentity, seal: Seal | None) -> bytes:
    """``document`` with a signature over all of it, which allows no change after it.

    ``seal`` has the signature stamped; what it raises is raised here. The signature is an update behind the document,
    whose bytes stay as they are.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    chain = sum(len(one.public_bytes(Encoding.DER)) for one in identity.chain)
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=identity.digest.name,
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        _Signer(identity, seal),
        new_field_spec=fields.SigFieldSpec(FIELD, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True)),
    )
    room = _ROOM + chain + (_ROOM_FOR_TIMESTAMP if seal is not None else 0)
    # It runs an event loop, of which a thread can have one: the caller's may have its own.
    with ThreadPoolExecutor(1, "certificate-signature") as alone:
        written: io.BytesIO = alone.submit(signer.sign_pdf, writer, bytes_reserved=2 * room).result()  # in hex
    return written.getvalue()


class _Signer(signers.Signer):
    """Signs with an identity's key. The signature of the same document is the same each time, but for its stamp."""

    def __init__(self, identity: SigningIdentity, seal: Seal | None) -> None:
        chain = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in identity.chain]
        super().__init__(signing_cert=chain[0])
        self.cert_registry.register_multiple(chain)
        self._identity = identity
        self._seal = seal

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002 - room is reserved without a trial
        key, digest = self._identity.key, self._identity.digest
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.sign(data, ec.ECDSA(digest, deterministic_signing=True))
        return key.sign(data, padding.PKCS1v15(), digest)

    async def unsigned_attrs(
        self,
        digest_algorithm: str,  # noqa: ARG002 - the token names its own
        signature: bytes,
        signed_attrs: cms.CMSAttributes,  # noqa: ARG002
        timestamper: object = None,  # noqa: ARG002
        dry_run: bool = False,  # noqa: ARG002
    ) -> cms.CMSAttributes | None:
        if self._seal is None:
            return None
        token = cms.ContentInfo.load(self._seal(signature))
        return cms.CMSAttributes([{"type": "signature_time_stamp_token", "values": [token]}])
