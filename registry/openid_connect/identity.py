"""Who an ID token names, and whether it may be believed (OpenID Connect Core 1.0, section 3.1.3.7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from registry.openid_connect.configuration import Configuration

CLOCKS_APART = 60
"""Seconds that the provider's clock and ours may differ."""
LONGEST_SUBJECT = 255
"""ASCII characters (OpenID Connect Core 1.0, section 2)."""
LONGEST_TOKEN = 64 * 1024
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures of a key that the provider alone has: none at all, and those of a shared secret, are not among them."""


class NotTrusted(ValueError):
    """The token says nothing that can be believed; the text says why, for whoever runs this."""


@dataclass(frozen=True)
class Identity:
    """A person as the provider knows them: ``subject`` never changes and is never given to another."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]


def identity_of(tokens: Mapping[str, Any], keys: KeySet, client: Configuration, *, nonce: str, now: int) -> Identity:
    """Whom ``tokens["id_token"]`` names. ``now`` in seconds since the Unix epoch.

    NotTrusted if its signature, issuer, audience, times, nonce or access token's hash is not right;
    InvalidKeyIdError if none of ``keys`` is the one that it names.
    """
    text = tokens["id_token"]
    if len(text) > LONGEST_TOKEN:
        raise NotTrusted("its ID token is too long")
    try:
        token = jwt.decode(text, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": client.issuer},
                "aud": {"essential": True, "value": client.client_id},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": client.client_id, "access_token": tokens.get("access_token")},
        )
        claims.validate(now=now, leeway=CLOCKS_APART)
    except InvalidKeyIdError:
        raise
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        why = str(error).rstrip(".")[:200] or type(error).__name__
        raise NotTrusted(f"its ID token is not right: {why}") from error
    subject = claims["sub"]
    if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isascii() or not subject.isprintable():
        raise NotTrusted("its ID token names nobody")
    return Identity(client.issuer, subject, dict(claims))
