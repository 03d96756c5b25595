"""Who signs certificates: a key with an X.509 certificate, made once by the installation or given by its operator.

The certificate that an installation makes is signed by itself and names the ledger. It says under which key a document
was signed, not that anybody vouches for the name: for that an operator puts a key and chain of an authority in its
place. Nothing of a ledger's proofs rests on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from registry import errors
from registry.clock import Clock
from registry.ids import Randomness
from registry.storage.secret_file import read_or_create, read_owned

FILE_NAME = "certificate-signer.pem"
LONGEST_COMMON_NAME = 64
"""RFC 5280, appendix A: ub-common-name."""
LONGEST_FILE = 65_536
SMALLEST_RSA = 2048
"""Bits; NIST SP 800-131A allows no fewer."""
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: of a certificate without a well-defined end."""
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_KEY_BYTES = 40
"""FIPS 186-5, A.2.1: 64 bits more than the order has, so that every key is as likely as another."""
_SERIAL_BYTES = 19
"""Below the 20 octets of RFC 5280, 4.1.2.2, whatever its first bit is."""
_DESCRIPTION = ObjectIdentifier("2.5.4.13")
_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""RFC 9336."""
_CURVES: dict[str, hashes.HashAlgorithm] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, repr=False)
class SigningIdentity:
    """``chain`` begins with the certificate of ``key``; each further one signed the one before."""

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def digest(self) -> hashes.HashAlgorithm:
        """The one that belongs to the key's strength."""
        return _CURVES[self.key.curve.name] if isinstance(self.key, ec.EllipticCurvePrivateKey) else hashes.SHA256()

    @property
    def subject(self) -> str:
        """The name in the certificate (RFC 4514)."""
        return self.chain[0].subject.rfc4514_string({_DESCRIPTION: "description"})

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate, as every tool tells it."""
        return self.chain[0].fingerprint(hashes.SHA256())


def own_identity(keys: Path, origin: str, clock: Clock, randomness: Randomness) -> SigningIdentity:
    """The identity of the ledger ``origin`` in the folder ``keys``, made if there is none.

    Whoever lost it may begin another: nothing is proven by it. Broken (``secret_exposed``, ``secret_malformed``).
    """
    file = keys / FILE_NAME
    text = read_or_create(file, lambda: _made(origin, clock, randomness), missing_is_broken=False)
    try:
        return _parsed(text)
    except ValueError as error:
        raise errors.Broken(
            "secret_malformed",
            f"The file {file} does not hold a key and its certificate: {error}.",
            hint="Restore it from your backup; or move it away, and a new one is made for what is signed from then on.",
        ) from error


def given_identity(file: Path, clock: Clock) -> SigningIdentity:
    """The identity in a file of the operator: in PEM a private key without a password, its certificate, and those
    that lead from it to an authority. Refused (``certificate_signer``), also when its certificate has ended, Broken
    (``secret_exposed``)."""
    try:
        identity = _parsed(read_owned(file))
        _check_time(identity.chain[0], datetime.fromtimestamp(clock.milliseconds() // 1000, UTC))
        return identity
    except (OSError, ValueError) as error:
        why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise errors.Refused(
            "certificate_signer",
            f"The file {file} that REGISTRY_CERTIFICATE_SIGNER names cannot be used: {why.rstrip('.')}.",
            hint="docs/give-evidence.md says what stands in it.",
        ) from error


def _made(origin: str, clock: Clock, randomness: Randomness) -> str:
    number = 1 + int.from_bytes(randomness.take(_KEY_BYTES), "big") % (_P256_ORDER - 1)
    key = ec.derive_private_key(number, ec.SECP256R1())
    name = [x509.NameAttribute(NameOID.COMMON_NAME, origin[:LONGEST_COMMON_NAME])]
    if len(origin) > LONGEST_COMMON_NAME:
        name.append(x509.NameAttribute(_DESCRIPTION, origin))
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(name))
        .issuer_name(x509.Name(name))
        .public_key(key.public_key())
        .serial_number(1 + int.from_bytes(randomness.take(_SERIAL_BYTES), "big"))
        .not_valid_before(datetime.fromtimestamp(clock.milliseconds() // 1000, UTC))
        .not_valid_after(NO_END)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode("ascii")


def _parsed(text: str) -> SigningIdentity:
    """ValueError if ``text`` is not a key that can be used and a chain that begins with its certificate."""
    if len(text) > LONGEST_FILE:
        raise ValueError(f"it has more than {LONGEST_FILE} bytes")
    encoded = text.encode("ascii")
    try:
        key = serialization.load_pem_private_key(encoded, password=None)
    except TypeError as error:
        raise ValueError("its key is under a password") from error
    usable = (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES) or (
        isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SMALLEST_RSA
    )
    if not usable:
        raise ValueError(f"its key is neither of RSA with {SMALLEST_RSA} bits or more, nor of P-256, P-384 or P-521")
    chain = x509.load_pem_x509_certificates(encoded)
    _check_chain(key.public_key(), chain)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)  # noqa: S101 - asked above
    return SigningIdentity(key, tuple(chain))


def _check_chain(public_key: object, chain: Sequence[x509.Certificate]) -> None:
    if chain[0].public_key() != public_key:
        raise ValueError("its first certificate is not the one of its key")
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (InvalidSignature, TypeError, ValueError) as error:
            raise ValueError("its certificates do not each sign the one before") from error


def _check_time(certificate: x509.Certificate, now: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= now <= last:
        raise ValueError(f"its certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d}")
