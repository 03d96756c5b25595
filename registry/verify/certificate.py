"""X.509 certificates of timestamp authorities (RFC 5280), and the path from one to a root that somebody trusts.

Of certificates only what a path needs is read. Revocation is not looked at: that takes lists from the network, and the
report says so. What is not understood and marked critical is refused.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.verify import der, ecdsa, rsa
from registry.verify.errors import Contradiction, Malformed, VerificationError

MOST_CERTIFICATES = 20
LONGEST_PATH = 5
"""The authority, at most three issuers, and the root: one more than any has that courts know of."""
MOST_NAMESAKES = 2
"""Certificates of one issuer's name that are tried among those in a file: one made to keep its verifier busy gets a few
signature checks for each of its tokens, and no more."""
MOST_ROOT_NAMESAKES = 10
"""And among the roots, which the reader gives: over decades an authority has several keys under one name."""
LARGEST_PEM = 1_048_576
"""Bytes: the roots of every authority in the world have less."""
RSA = "1.2.840.113549.1.1.1"
_EC = "1.2.840.10045.2.1"
_SIGNATURES = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
"""Digests by signature algorithm: RSA (RFC 8017) and ECDSA (RFC 5758). SHA-1 is not among them."""
_ECDSA_SIGNATURES = "1.2.840.10045.4."
ECDSA_NAME, RSA_NAME = "ecdsa", "rsa"
_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
_UNDERSTOOD = {_BASIC_CONSTRAINTS, _KEY_USAGE, _EXTENDED_KEY_USAGE, "2.5.29.32"}
"""Certificate policies limit nothing as long as nobody asks for one (RFC 5280, section 6.1.1)."""
_TIME_STAMPING = "1.3.6.1.5.5.7.3.8"
_DIGITAL_SIGNATURE, _NON_REPUDIATION, _CERTIFICATE_SIGN = 0, 1, 5
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----")
_PEM_LINE = 64


@dataclass(frozen=True)
class PublicKey:
    """The key in a certificate: algorithm, its parameter (the curve's identifier), and the key's bytes."""

    algorithm: str
    curve: str | None
    key: bytes

    def verify(self, algorithm: str, digest_name: str | None, message: bytes, signature: bytes) -> None:
        """Contradiction unless ``signature``, of the algorithm with this identifier, is one of ``message``.

        ``digest_name`` is for the one algorithm that does not name it, RSA alone. Malformed for what is not known.
        """
        name = _SIGNATURES.get(algorithm, digest_name if algorithm == RSA else None)
        if name is None:
            raise Malformed(f"Signatures of the algorithm {algorithm} cannot be checked here.")
        if digest_name not in (None, name):
            raise Malformed("The signature is over another digest than its algorithm says.")
        digest = hashlib.new(name, message).digest()
        if algorithm.startswith(_ECDSA_SIGNATURES):
            verified = self._ecdsa(digest, signature)
        else:
            verified = self._rsa(name, digest, signature)
        if not verified:
            raise Contradiction("A signature does not verify.")

    def _rsa(self, digest_name: str, digest: bytes, signature: bytes) -> bool:
        if self.algorithm != RSA:
            raise Malformed("An RSA signature is said to be made with another kind of key.")
        modulus, exponent = _two_integers(self.key)
        return rsa.verifies(modulus, exponent, digest_name, digest, signature)

    def _ecdsa(self, digest: bytes, signature: bytes) -> bool:
        curve = ecdsa.CURVES.get(self.curve or "")
        point = None if curve is None or self.algorithm != _EC else ecdsa.decoded_point(curve, self.key)
        if curve is None or point is None:
            raise Malformed("An ECDSA signature is said to be made with a key that is on no known curve.")
        return ecdsa.verifies(curve, point, digest, _two_integers(signature))


@dataclass(frozen=True)
class Certificate:
    """``issuer`` and ``subject`` are encoded names; times are in microseconds since the Unix epoch.

    ``extensions`` are (critical, value) by identifier.
    """

    encoded: bytes
    signed: bytes
    signature_algorithm: str
    signature: bytes
    serial: int
    issuer: bytes
    subject: bytes
    not_before: int
    not_after: int
    public_key: PublicKey
    extensions: dict[str, tuple[bool, bytes]]

    @classmethod
    def parse(cls, encoded: bytes) -> "Certificate":
        """Malformed unless ``encoded`` is a certificate of version 3, or of an older one without extensions."""
        outer = der.parse(encoded).children(der.SEQUENCE)
        if len(outer) != 3:
            raise Malformed("A certificate has three parts.")
        fields = outer[0].children(der.SEQUENCE)
        if fields and fields[0].tag == der.context(0):
            fields.pop(0).only_child().integer()
        if len(fields) < 6:
            raise Malformed("A certificate lacks some of its fields.")
        serial, algorithm, issuer, validity, subject, key = fields[:6]
        if algorithm.encoded != outer[1].encoded:
            raise Malformed("A certificate names two signature algorithms.")
        times = validity.children(der.SEQUENCE)
        if len(times) != 2:
            raise Malformed("A certificate's validity has two times.")
        return cls(
            encoded=encoded,
            signed=outer[0].encoded,
            signature_algorithm=algorithm_of(algorithm)[0],
            signature=outer[2].bits(),
            serial=serial.integer(),
            issuer=issuer.expect(der.SEQUENCE).encoded,
            subject=subject.expect(der.SEQUENCE).encoded,
            not_before=times[0].microseconds(),
            not_after=times[1].microseconds(),
            public_key=_public_key(key),
            extensions=_extensions(fields[6:]),
        )

    def check_for_timestamps(self) -> None:
        """Malformed unless it is one for timestamps and nothing else (RFC 3161, section 2.3)."""
        critical, value = self.extensions.get(_EXTENDED_KEY_USAGE, (False, b""))
        purposes = [one.identifier() for one in der.parse(value).children(der.SEQUENCE)] if value else []
        if not critical or purposes != [_TIME_STAMPING]:
            raise Malformed("The authority's certificate is not one for timestamps alone.")
        usage = self._key_usage()
        if usage is not None and not usage & {_DIGITAL_SIGNATURE, _NON_REPUDIATION}:
            raise Malformed("The authority's certificate is not one for signatures.")

    def check_may_issue(self, below: int) -> None:
        """Malformed unless it may issue certificates, with ``below`` other issuers between it and the last one."""
        value = self.extensions.get(_BASIC_CONSTRAINTS, (False, b""))[1]
        constraints = der.parse(value).children(der.SEQUENCE) if value else []
        if not constraints or constraints[0].tag != der.BOOLEAN or not constraints[0].boolean():
            raise Malformed("A certificate on the path is not one of an issuer.")
        if len(constraints) > 1 and constraints[1].integer() < below:
            raise Malformed("The path is longer than one of its issuers allows.")
        usage = self._key_usage()
        if usage is not None and _CERTIFICATE_SIGN not in usage:
            raise Malformed("A certificate on the path may not sign certificates.")

    def check_valid_at(self, moment: int) -> None:
        """Contradiction unless ``moment`` lies in its validity; Malformed if something critical is not understood."""
        if not self.not_before <= moment <= self.not_after:
            raise Contradiction("A certificate on the path was not valid at the time of the timestamp.")
        for identifier, (critical, _) in self.extensions.items():
            if critical and identifier not in _UNDERSTOOD:
                raise Malformed(f"A certificate on the path has a critical extension {identifier}, not known here.")

    def check_issued_by(self, issuer: "Certificate") -> None:
        """Contradiction unless ``issuer`` signed it."""
        if self.issuer != issuer.subject:
            raise Contradiction("A certificate is one of another issuer.")
        issuer.public_key.verify(self.signature_algorithm, None, self.signed, self.signature)

    def _key_usage(self) -> set[int] | None:
        value = self.extensions.get(_KEY_USAGE)
        return None if value is None else der.parse(value[1]).flags()


def algorithms_of_signature(algorithm: str, digest_name: str | None = None) -> set[str]:
    """The digest and the kind of signature of the algorithm with this identifier, by name; ``digest_name`` as of
    :meth:`PublicKey.verify`, which has verified one by then."""
    kind = ECDSA_NAME if algorithm.startswith(_ECDSA_SIGNATURES) else RSA_NAME
    digest = _SIGNATURES.get(algorithm, digest_name)
    return {kind} if digest is None else {kind, digest}


def path_to_root(
    certificate: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], moment: int
) -> list[Certificate] | None:
    """The certificates from ``certificate`` to one of ``roots``, each valid at ``moment`` (microseconds).

    None if the path through ``others`` leads to none of ``roots``. Malformed or Contradiction for a path that leads
    there and does not hold.
    """
    path = [certificate]
    certificate.check_valid_at(moment)
    while True:
        last = path[-1]
        if any(last.encoded == root.encoded for root in roots):
            return path
        issuer = _issuer(last, roots, MOST_ROOT_NAMESAKES) or _issuer(last, others, MOST_NAMESAKES)
        if issuer is None or issuer in path or len(path) == LONGEST_PATH:
            return None
        issuer.check_valid_at(moment)
        # A root of version 1 cannot say what it may do; that it is given says so (RFC 5280, section 6.1.4 (k)).
        if issuer.extensions or issuer not in roots:
            issuer.check_may_issue(below=len(path) - 1)
        path.append(issuer)


def parse_certificates(content: bytes) -> list[Certificate]:
    """The certificates in a PEM file (RFC 7468), in its order, or the one that is a file in DER; never none.

    Text between certificates is passed over.
    """
    if content[:1] == bytes([der.SEQUENCE]):
        return [Certificate.parse(content)]
    found = []
    for block in _PEM.findall(content):
        try:
            encoded = base64.b64decode(block, validate=False)
        except binascii.Error as error:
            raise Malformed("A certificate in the file is not base64.") from error
        found.append(Certificate.parse(encoded))
    if not 0 < len(found) <= MOST_CERTIFICATES:
        raise Malformed(f"A file has 1 to {MOST_CERTIFICATES} certificates here; this one has {len(found)}.")
    return found


def pem(certificates: Iterable[Certificate]) -> bytes:
    """The certificates as a PEM file."""
    text = ""
    for certificate in certificates:
        encoded = base64.b64encode(certificate.encoded).decode("ascii")
        lines = [encoded[place : place + _PEM_LINE] for place in range(0, len(encoded), _PEM_LINE)]
        text += "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
    return text.encode("ascii")


def _issuer(certificate: Certificate, candidates: Sequence[Certificate], most: int) -> Certificate | None:
    """The one of ``candidates`` that signed ``certificate``: several may bear one name, of whom ``most`` are tried."""
    namesakes = {one.encoded: one for one in candidates if one.subject == certificate.issuer}
    for candidate in list(namesakes.values())[:most]:
        try:
            certificate.check_issued_by(candidate)
        except VerificationError:
            continue  # another key of that name, perhaps of another kind
        return candidate
    return None


def algorithm_of(element: der.Element) -> tuple[str, der.Element | None]:
    """An AlgorithmIdentifier: its identifier, and its parameter unless that is absent or NULL."""
    parts = element.children(der.SEQUENCE)
    if not 1 <= len(parts) <= 2:
        raise Malformed("An algorithm is an identifier and at most one parameter.")
    parameter = parts[1] if len(parts) == 2 else None
    if parameter is not None and parameter.tag == der.NULL:
        if parameter.content:
            raise Malformed("An algorithm's empty parameter is not empty.")
        parameter = None
    return parts[0].identifier(), parameter


def _public_key(element: der.Element) -> PublicKey:
    parts = element.children(der.SEQUENCE)
    if len(parts) != 2:
        raise Malformed("A public key has an algorithm and a value.")
    algorithm, parameter = algorithm_of(parts[0])
    curve = parameter.identifier() if parameter is not None and parameter.tag == der.OBJECT_IDENTIFIER else None
    return PublicKey(algorithm, curve, parts[1].bits())


def _extensions(fields: Sequence[der.Element]) -> dict[str, tuple[bool, bytes]]:
    found: dict[str, tuple[bool, bytes]] = {}
    for field in fields:
        if field.tag != der.context(3):
            continue  # the unique identifiers of version 2, which nobody uses
        for extension in field.only_child().children(der.SEQUENCE):
            parts = extension.children(der.SEQUENCE)
            if len(parts) not in (2, 3):
                raise Malformed("An extension has two or three parts.")
            critical = len(parts) == 3 and parts[1].boolean()
            identifier = parts[0].identifier()
            if identifier in found:
                raise Malformed("A certificate has an extension twice.")
            found[identifier] = (critical, parts[-1].octets())
    return found


def _two_integers(encoded: bytes) -> tuple[int, int]:
    parts = der.parse(encoded).children(der.SEQUENCE)
    if len(parts) != 2:
        raise Malformed("A pair of numbers holds two.")
    return parts[0].integer(), parts[1].integer()
