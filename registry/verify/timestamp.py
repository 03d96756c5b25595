"""Timestamp tokens (RFC 3161): signed statements that something with a certain digest existed at a certain time.

A token is a CMS SignedData (RFC 5652) with exactly one signer, over a TSTInfo. It is verified at its own time:
certificates expire, and what was signed before stands.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from registry.verify import der
from registry.verify.certificate import (
    MOST_CERTIFICATES,
    Certificate,
    algorithm_of,
    algorithms_of_signature,
    path_to_root,
)
from registry.verify.errors import Contradiction, Malformed

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_VERSIONS = (3, 4, 5)
"""RFC 5652, section 5.1: 3 for other content than plain data; more if certificates of other kinds come along."""
_MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Timestamp:
    """What a token says. Times are in microseconds since the Unix epoch; ``accuracy`` is how far ``time`` may be off.

    ``certificates`` are those that came with it.
    """

    encoded: bytes
    digest_name: str
    digest: bytes
    time: int
    accuracy: int
    serial: int
    nonce: int | None
    policy: str
    certificates: tuple[Certificate, ...]
    _info: bytes
    _signer: "_Signer"

    @property
    def latest(self) -> int:
        """The latest moment, in milliseconds, at which it can have been made: rounded up."""
        return -(-(self.time + self.accuracy) // 1_000)

    @classmethod
    def parse(cls, encoded: bytes) -> "Timestamp":
        """Malformed unless ``encoded`` is a token in DER."""
        kind, content = _pair(der.parse(encoded))
        if kind.identifier() != _SIGNED_DATA:
            raise Malformed("The token is no signed data.")
        fields = content.expect(der.context(0)).only_child().children(der.SEQUENCE)
        if len(fields) < 4:
            raise Malformed("The token lacks some of its fields.")
        version, digests = fields[0].integer(), [_named(one) for one in fields[1].children(der.SET)]
        wrapped, signers = fields[2].children(der.SEQUENCE), fields[-1].children(der.SET)
        if len(wrapped) != 2 or wrapped[0].identifier() != _TST_INFO or len(signers) != 1:
            raise Malformed("The token is not a timestamp by one signer.")
        info = wrapped[1].expect(der.context(0)).only_child().octets()
        certificates: list[Certificate] = []
        for field in fields[3:-1]:
            if field.tag == der.context(0):
                certificates += [Certificate.parse(one.encoded) for one in field.children()]
        signer = _Signer.parse(signers[0])
        if version not in _VERSIONS or signer.digest_identifier not in digests:
            raise Malformed("The token's frame is not the one of a timestamp.")
        if len(certificates) > MOST_CERTIFICATES:
            raise Malformed(f"The token has more than {MOST_CERTIFICATES} certificates.")
        return _with_info(encoded, info, tuple(certificates), signer)

    def check_of(self, message: bytes) -> None:
        """Contradiction unless it is a timestamp of ``message``."""
        found = hashlib.new(self.digest_name, message).digest()
        if found != self.digest:
            raise Contradiction("The timestamp is one of something else.", expected=self.digest, found=found)

    def check_signature(self, others: Sequence[Certificate] = ()) -> Certificate:
        """The certificate whose key signed it, among its own and ``others``; Contradiction or Malformed if none did."""
        signer = self._signer
        found = [one for one in (*self.certificates, *others) if signer.is_by(one)]
        if not found:
            raise Malformed("The certificate that the token is signed with is not at hand.")
        certificate = found[0]
        certificate.check_for_timestamps()
        signer.check_attributes(self._info, certificate)
        message = bytes([der.SET]) + signer.attributes.encoded[1:]  # RFC 5652, section 5.4
        certificate.public_key.verify(signer.algorithm, signer.digest_name, message, signer.signature)
        return certificate

    def path(self, others: Sequence[Certificate], roots: Sequence[Certificate]) -> list[Certificate] | None:
        """From the signing certificate to one of ``roots``, as :func:`path_to_root` at the token's time."""
        certificate = self.check_signature(others)
        return path_to_root(certificate, (*self.certificates, *others), roots, self.time)

    def algorithms(self, path: Sequence[Certificate]) -> set[str]:
        """What it rests on, by name: digests and kinds of signature of the token and of all of ``path`` but its end,
        which is trusted for itself."""
        found = {self.digest_name} | algorithms_of_signature(self._signer.algorithm, self._signer.digest_name)
        for certificate in path[:-1]:
            found |= algorithms_of_signature(certificate.signature_algorithm)
        return found


@dataclass(frozen=True)
class _Signer:
    """A SignerInfo: who is said to have signed (issuer and serial, or key identifier), what, and how."""

    issuer_and_serial: tuple[bytes, int] | None
    key_identifier: bytes | None
    digest_identifier: str
    attributes: der.Element
    algorithm: str
    signature: bytes

    @classmethod
    def parse(cls, element: der.Element) -> "_Signer":
        fields = element.children(der.SEQUENCE)
        if len(fields) < 6:
            raise Malformed("The token's signer lacks some of its fields.")
        version, who, digest, attributes, algorithm, signature = fields[:6]
        if version.integer() != (1 if who.tag == der.SEQUENCE else 3):
            raise Malformed("The token's signer is not named as its version says.")
        issuer, key = None, None
        if who.tag == der.SEQUENCE:
            name, serial = _pair(who)
            issuer = (name.encoded, serial.integer())
        else:
            key = who.expect(der.context(0, constructed=False)).content
        return cls(
            issuer,
            key,
            _named(digest),
            attributes.expect(der.context(0)),
            _named(algorithm),
            signature.octets(),
        )

    @property
    def digest_name(self) -> str:
        """What the digest is called in :mod:`hashlib`."""
        return _known_digest(self.digest_identifier)

    def is_by(self, certificate: Certificate) -> bool:
        """Whether ``certificate`` is the one that is named."""
        if self.issuer_and_serial is not None:
            return (certificate.issuer, certificate.serial) == self.issuer_and_serial
        _, value = certificate.extensions.get("2.5.29.14", (False, b""))
        return bool(value) and der.parse(value).octets() == self.key_identifier

    def check_attributes(self, info: bytes, certificate: Certificate) -> None:
        """The signature covers these attributes alone, so they must name the content and the certificate."""
        found: dict[str, der.Element] = {}
        for attribute in self.attributes.children():
            kind, values = _pair(attribute)
            if kind.identifier() in found:
                raise Malformed("The token has an attribute twice.")
            found[kind.identifier()] = values.only_child(der.SET)
        if _CONTENT_TYPE not in found or found[_CONTENT_TYPE].identifier() != _TST_INFO:
            raise Malformed("The token's signature is not said to be over a timestamp.")
        if _MESSAGE_DIGEST not in found:
            raise Malformed("The token's signature does not name the digest of the timestamp.")
        expected = hashlib.new(self.digest_name, info).digest()
        if (digest := found[_MESSAGE_DIGEST].octets()) != expected:
            raise Contradiction("The token's signature is over another timestamp.", expected=expected, found=digest)
        named = found.get(_SIGNING_CERTIFICATE_V2) or found.get(_SIGNING_CERTIFICATE)
        if named is None:
            raise Malformed("The token does not name the certificate that it is signed with (RFC 3161, section 2.4.2).")
        _check_named(named, certificate, sha1=_SIGNING_CERTIFICATE_V2 not in found)


def _check_named(named: der.Element, certificate: Certificate, *, sha1: bool) -> None:
    """ESSCertID (RFC 2634, always SHA-1) or ESSCertIDv2 (RFC 5035): the first names the signer's certificate."""
    lists = named.children(der.SEQUENCE)
    first = lists[0].children(der.SEQUENCE)[:1] if lists else []
    parts = first[0].children(der.SEQUENCE) if first else []
    if not parts:
        raise Malformed("The token names no certificate that it is signed with.")
    name = "sha1" if sha1 else "sha256"
    if not sha1 and parts[0].tag == der.SEQUENCE:
        name = _digest_name(parts.pop(0))
    # SHA-1 only names the certificate here; what the signature holds against is the certificate's own key.
    found = hashlib.new(name, certificate.encoded, usedforsecurity=False).digest()
    if not parts or parts[0].octets() != found:
        raise Contradiction("The token names another certificate than the one that signed it.")


def _with_info(encoded: bytes, info: bytes, certificates: tuple[Certificate, ...], signer: _Signer) -> Timestamp:
    """TSTInfo, RFC 3161, section 2.4.2."""
    fields = der.parse(info).children(der.SEQUENCE)
    if len(fields) < 5 or fields[0].integer() != 1:
        raise Malformed("The timestamp is not of version 1.")
    _, policy, imprint, serial, time = fields[:5]
    algorithm, digest = _pair(imprint)
    accuracy, nonce = 0, None
    for field in fields[5:]:
        if field.tag == der.SEQUENCE:
            accuracy = _accuracy(field)
        elif field.tag == der.INTEGER:
            nonce = field.integer()
        elif field.tag not in (der.BOOLEAN, der.context(0), der.context(1)):
            raise Malformed("The timestamp has a field that none has.")
        elif field.tag == der.context(1):
            raise Malformed("The timestamp has extensions, and none is known here.")
    return Timestamp(
        encoded=encoded,
        digest_name=_digest_name(algorithm),
        digest=digest.octets(),
        time=time.expect(der.GENERALIZED_TIME).microseconds(),
        accuracy=accuracy,
        serial=serial.integer(),
        nonce=nonce,
        policy=policy.identifier(),
        certificates=certificates,
        _info=info,
        _signer=signer,
    )


def _accuracy(element: der.Element) -> int:
    """Microseconds."""
    total = 0
    for part in element.children(der.SEQUENCE):
        unit = {
            der.INTEGER: _MICROSECONDS,
            der.context(0, constructed=False): 1_000,
            der.context(1, constructed=False): 1,
        }.get(part.tag)
        value = part.integer(part.tag)
        if unit is None or value < 0:
            raise Malformed("The timestamp's accuracy is not one.")
        total += unit * value
    return total


def _digest_name(algorithm: der.Element) -> str:
    return _known_digest(_named(algorithm))


def _named(algorithm: der.Element) -> str:
    """The identifier of an algorithm that has no parameter, as all have that are known here: no signature covers it."""
    identifier, parameter = algorithm_of(algorithm)
    if parameter is not None:
        raise Malformed("An algorithm of the token has a parameter, and none does that is known here.")
    return identifier


def _known_digest(identifier: str) -> str:
    if identifier not in DIGESTS:
        raise Malformed("The token uses a digest that is not known here, or too weak.")
    return DIGESTS[identifier]


def _pair(element: der.Element) -> tuple[der.Element, der.Element]:
    parts = element.children(der.SEQUENCE)
    if len(parts) != 2:
        raise Malformed("A pair holds two values.")
    return parts[0], parts[1]
