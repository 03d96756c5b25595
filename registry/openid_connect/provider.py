"""A provider of identity: what it says of itself, the way to it, and who it says that somebody is.

What it answers is read under limits of size and time and believed as far as its signature goes: an identity is who the
ID token names, checked as OpenID Connect Core 1.0, section 3.1.3.7, asks. Reached at addresses that it names itself,
which are of https unless the operator's own address of it is not, as on this very machine.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

import httpx2
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from registry import errors
from registry.clock import Clock
from registry.openid_connect.attempt import Attempt
from registry.openid_connect.configuration import Configuration
from registry.openid_connect.identity import Identity, NotTrusted, identity_of
from registry.outbound.http_requests import Answer, HttpRequests

SECONDS = 10.0
"""For one request: a person waits for three of them."""
LARGEST_ANSWER = 256 * 1024
"""Bytes. Providers' descriptions have some 5 kB, their keys some 3 kB each."""
KEPT = 60 * 60_000
"""Milliseconds that a description and its keys are used before they are asked for again."""
KEYS_ASKED_EVERY = 60_000
"""Milliseconds between two looks for a key that is not known: who invents one does not make us ask each time."""
AT_ONCE = 4
"""Sign-ins that wait for the provider: a slow one must not hold every thread that answers pages."""
DESCRIPTION = "/.well-known/openid-configuration"
FORM = "application/x-www-form-urlencoded"

log = logging.getLogger("registry.openid_connect")


class _Description(BaseModel):
    """What is used of OpenID Connect Discovery 1.0, section 3."""

    model_config = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False


class Provider:
    """The one of ``configuration``, for many threads at once.

    Errors: Unavailable ``provider_unreachable`` and ``provider_busy``; Refused ``provider_answer`` for answers that
    cannot be used, ``provider_refused`` for a person whom it sent back without a code.
    """

    def __init__(
        self, configuration: Configuration, clock: Clock, *, connection: httpx2.BaseTransport | None = None
    ) -> None:
        self._own = configuration
        self._clock = clock
        self._connection = connection
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._described: tuple[int, _Description] | None = None
        self._keys: tuple[int, KeySet] | None = None

    @property
    def issuer(self) -> str:
        return self._own.issuer

    @property
    def host(self) -> str:
        """How people are told which provider it is."""
        return httpx2.URL(self._own.issuer).netloc.decode("ascii")

    def address_to_sign_in(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes; ``back`` is the address of ours that the provider leads back to."""
        with self._turn() as requests:
            description = self._description(requests)
        address: str = prepare_grant_uri(
            description.authorization_endpoint,
            self._own.client_id,
            "code",
            redirect_uri=back,
            scope=self._own.scopes,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return address

    def address_to_sign_out(self) -> str | None:
        """Where a person signs out of the provider (OpenID Connect RP-Initiated Logout 1.0); None if it names no place.

        It leads nobody back: that would need an address which every operator registers there once more.
        """
        with self._turn() as requests:
            address = self._description(requests).end_session_endpoint
        if address is None or not self._may_be_asked(address):
            return None
        return str(httpx2.URL(address).copy_add_param("client_id", self._own.client_id))

    def identity(self, attempt: Attempt, answer: Mapping[str, str], back: str, needed: str) -> Identity:
        """Who the person is whom the provider led back with ``answer``, the query of that address.

        ``needed`` is a claim to ask for at the UserInfo endpoint if the ID token does not have it. The answer's
        state was compared before (:meth:`Attempt.resumed`).
        """
        with self._turn() as requests:
            description = self._description(requests)
            # RFC 9207: who else could have sent the person back is found out before its answer is used.
            if answer.get("iss", description.issuer) != description.issuer or (
                description.authorization_response_iss_parameter_supported and "iss" not in answer
            ):
                raise self._unusable("its answer is signed by another issuer")
            if "code" not in answer:
                raise self._refused(answer.get("error", ""))
            tokens = self._tokens(requests, description, attempt, answer["code"], back)
            identity = self._verified(requests, description, attempt, tokens)
            if needed in identity.claims or description.userinfo_endpoint is None or "access_token" not in tokens:
                return identity
            return self._told_more(requests, description.userinfo_endpoint, identity, str(tokens["access_token"]))

    @contextmanager
    def _turn(self) -> Iterator[HttpRequests]:
        if not self._turns.acquire(timeout=SECONDS):
            raise errors.Unavailable(
                "provider_busy",
                "Too many people sign in at this moment; nobody was signed in.",
                hint="Try again in a moment.",
            )
        try:
            with HttpRequests(connection=self._connection, seconds=SECONDS, redirects=0) as requests:
                yield requests
        finally:
            self._turns.release()

    def _description(self, requests: HttpRequests) -> _Description:
        now = self._clock.milliseconds()
        if self._described is not None and 0 <= now - self._described[0] < KEPT:
            return self._described[1]
        with self._reached():
            told = requests.get(self._own.issuer.rstrip("/") + DESCRIPTION, LARGEST_ANSWER)
        try:
            description = _Description.model_validate(self._object(told))
        except ValidationError as error:
            raise self._unusable("its description lacks what OpenID Connect asks for") from error
        if description.issuer != self._own.issuer:
            raise self._unusable("it calls itself by another address than REGISTRY_OIDC_ISSUER")
        named = (description.authorization_endpoint, description.token_endpoint, description.jwks_uri)
        if not all(map(self._may_be_asked, (*named, description.userinfo_endpoint or description.jwks_uri))):
            raise self._unusable("it names an address without encryption")
        self._described = now, description
        return description

    def _tokens(
        self, requests: HttpRequests, description: _Description, attempt: Attempt, code: str, back: str
    ) -> Mapping[str, Any]:
        body = prepare_token_request("authorization_code", code=code, redirect_uri=back, code_verifier=attempt.verifier)
        method, secret = "none", self._own.client_secret
        if secret is not None:
            methods = description.token_endpoint_auth_methods_supported
            method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        name = self._own.client_id
        if method == "client_secret_basic":
            # RFC 6749, section 2.3.1: encoded as a form's fields first, which the library leaves to its caller.
            name, secret = quote_plus(name), quote_plus(secret or "")
        address, headers, sent = ClientAuth(name, secret, method).prepare("POST", description.token_endpoint, {}, body)
        with self._reached():
            told = requests.post(address, sent.encode(), LARGEST_ANSWER, content_type=FORM, headers=headers)
        tokens = self._object(told)
        if not isinstance(tokens.get("id_token"), str):
            raise self._unusable("it gave no ID token")
        return tokens

    def _verified(
        self, requests: HttpRequests, description: _Description, attempt: Attempt, tokens: Mapping[str, Any]
    ) -> Identity:
        now = self._clock.milliseconds()
        for fresh in (False, True):
            keys = self._key_set(requests, description, asked_now=fresh)
            try:
                return identity_of(tokens, keys, self._own, nonce=attempt.nonce, now=now // 1000)
            except InvalidKeyIdError as error:
                # It may have changed its keys since they were asked for.
                if fresh or (self._keys is not None and 0 <= now - self._keys[0] < KEYS_ASKED_EVERY):
                    raise self._unusable("its ID token is signed with a key that it does not publish") from error
            except NotTrusted as error:
                raise self._unusable(str(error)) from error
        raise AssertionError("the second round returns or raises")

    def _key_set(self, requests: HttpRequests, description: _Description, *, asked_now: bool) -> KeySet:
        now = self._clock.milliseconds()
        if not asked_now and self._keys is not None and 0 <= now - self._keys[0] < KEPT:
            return self._keys[1]
        with self._reached():
            told = requests.get(description.jwks_uri, LARGEST_ANSWER)
        try:
            keys = KeySet.import_key_set({"keys": list(self._object(told)["keys"])})
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unusable("its keys cannot be read") from error
        self._keys = now, keys
        return keys

    def _told_more(self, requests: HttpRequests, address: str, identity: Identity, access_token: str) -> Identity:
        with self._reached():
            told = requests.get(address, LARGEST_ANSWER, headers={"Authorization": f"Bearer {access_token}"})
        claims = self._object(told)
        # OpenID Connect Core 1.0, section 5.3.4: of somebody else's it must not be used.
        if claims.get("sub") != identity.subject:
            raise self._unusable("it told of another person than it had named")
        return Identity(identity.issuer, identity.subject, {**claims, **identity.claims})

    def _object(self, told: Answer) -> dict[str, Any]:
        try:
            value = json.loads(told.body)
        except (ValueError, RecursionError):
            value = None
        if told.status != 200 or not isinstance(value, dict):
            said = value.get("error") if isinstance(value, dict) else None
            raise self._unusable(f"it answered with status {told.status}" + (f" ({said!r:.80})" if said else ""))
        return value

    def _may_be_asked(self, address: str) -> bool:
        try:
            parsed = httpx2.URL(address)
        except httpx2.InvalidURL:
            return False
        schemes = ("https",) if self._own.issuer.startswith("https:") else ("https", "http")
        return parsed.scheme in schemes and bool(parsed.host) and not parsed.userinfo and not parsed.fragment

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except errors.Unavailable as error:
            log.warning("The provider of identity was not reached. %s", error.message)
            raise errors.Unavailable(
                "provider_unreachable",
                f"{self.host}, where people of this registry sign in, does not answer; nobody was signed in.",
                hint="Try again in a moment; whoever runs this registry finds the reason in its log.",
            ) from error

    def _unusable(self, why: str) -> errors.Refused:
        log.warning("The provider of identity %s: %s.", self._own.issuer, why)
        return errors.Refused(
            "provider_answer",
            f"The answer of {self.host} cannot be trusted or used; nobody was signed in.",
            hint="Begin again; if it stays so, whoever runs this registry finds the reason in its log.",
        )

    def _refused(self, error: str) -> errors.Refused:
        log.info("The provider of identity %s sent somebody back without a code: %.80r", self._own.issuer, error)
        return errors.Refused(
            "provider_refused",
            f"{self.host} did not sign you in, or you did not agree; nobody was signed in.",
            hint="Begin again, or ask whoever runs that service whether you may use this registry.",
        )
