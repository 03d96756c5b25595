"""One timestamp authority (RFC 3161 over HTTP, section 3.4)."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

import rfc3161_client
from cryptography.x509 import load_der_x509_certificate

from registry import errors
from registry.anchoring.time_witness import Stamp
from registry.outbound.http_requests import HttpRequests
from registry.verify.certificate import Certificate, pem
from registry.verify.errors import VerificationError
from registry.verify.evidence_form import LARGEST_TOKEN
from registry.verify.timestamp import Timestamp

QUERY_TYPE = "application/timestamp-query"
_DIGESTS = {"sha256": rfc3161_client.HashAlgorithm.SHA256, "sha512": rfc3161_client.HashAlgorithm.SHA512}


class TimestampAuthority:
    """The authority called ``name`` at ``url``, vouched for by ``roots``."""

    def __init__(
        self,
        name: str,
        url: str,
        roots: Sequence[Certificate],
        make_requests: Callable[[], HttpRequests] = HttpRequests,
    ) -> None:
        self.name = name
        self._url = url
        self._roots = roots
        self._make_requests = make_requests

    @property
    def roots(self) -> Sequence[Certificate]:
        """Who vouches for it."""
        return self._roots

    def stamp(self, text: bytes, digest_name: str = "sha256") -> Stamp:
        """Asks for a token over the digest of ``text`` that is called ``digest_name`` (sha256, sha512), and verifies
        it twice: with the library, and as it will be verified for ever.

        A token that only one of them accepts is of no use in a court. Unavailable (``authority_refused``, and as of
        :class:`HttpRequests`), Broken (``timestamp_unusable``).
        """
        request = rfc3161_client.TimestampRequestBuilder(
            data=text, hash_algorithm=_DIGESTS[digest_name], nonce=True, cert_req=True
        ).build()
        with self._make_requests() as requests:
            answer = requests.post(self._url, request.as_bytes(), LARGEST_TOKEN, content_type=QUERY_TYPE)
        if answer.status != HTTPStatus.OK:
            raise self._refused(f"it answered with HTTP status {answer.status}")
        try:
            response = rfc3161_client.decode_timestamp_response(answer.body)
        except ValueError as error:
            raise self._unusable("it is no response of RFC 3161") from error
        if response.status not in (rfc3161_client.PKIStatus.GRANTED, rfc3161_client.PKIStatus.GRANTED_WITH_MODS):
            raise self._refused(f"it granted nothing and says {'; '.join(response.status_string)!a}")
        try:
            token = Timestamp.parse(response.time_stamp_token())
            token.check_of(text)
            path = token.path((), self._roots)
        except VerificationError as error:
            raise self._unusable(str(error)) from error
        if path is None:
            raise self._unusable("its certificates lead to none of the roots that are configured for it")
        if token.nonce != request.nonce:
            raise self._unusable("it answers another request than the one that was sent")
        self._check_with_library(response, text)
        return Stamp(token.encoded, pem(path), token.latest)

    def _check_with_library(self, response: rfc3161_client.TimeStampResponse, text: bytes) -> None:
        builder = rfc3161_client.VerifierBuilder()
        for root in self._roots:
            builder = builder.add_root_certificate(load_der_x509_certificate(root.encoded))
        try:
            builder.build().verify_message(response, text)
        except (rfc3161_client.VerificationError, ValueError) as error:
            raise self._unusable(str(error)) from error

    def _refused(self, why: str) -> errors.Unavailable:
        return errors.Unavailable(
            "authority_refused",
            f"The timestamp authority {self.name} gave no timestamp: {why}.",
            hint="It is asked again later. If it goes on, ask whoever runs it.",
        )

    def _unusable(self, why: str) -> errors.Broken:
        return errors.Broken(
            "timestamp_unusable",
            f"What the timestamp authority {self.name} answered is no timestamp that can be used: {why.rstrip('.')}.",
            hint="Check its roots in the file that REGISTRY_TIMESTAMP_AUTHORITIES names, and ask whoever runs it.",
        )
