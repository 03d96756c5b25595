"""A provider that says what a test has it say: the real one tells no lies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from registry.openid_connect.attempt import Attempt
from registry.openid_connect.configuration import Configuration
from registry.openid_connect.identity import Identity
from registry.openid_connect.provider import Provider
from tests.deterministic import SeededRandomness, SteppingClock

ISSUER = "https://login.example"
BACK = "https://registry.example/sign-in/provider/answer"
CLIENT = Configuration(ISSUER, "registry", "openid profile", "secret")
SECRET = bytes(range(32))


def made_key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name, "use": "sig"})


@dataclass
class ScriptedProvider:
    """``claims`` and ``description`` replace what an honest one says, None takes it away."""

    clock: SteppingClock = field(default_factory=SteppingClock)
    key: ECKey = field(default_factory=lambda: made_key("first"))
    published: list[ECKey] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "person-1", "preferred_username": "Studio Iris"})
    tokens: dict[str, Any] = field(default_factory=dict)
    instead: dict[str, httpx2.Response] = field(default_factory=dict)
    asked: list[httpx2.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attempt = Attempt.begin("/works", SECRET, self.clock, SeededRandomness())
        self.ours = Provider(CLIENT, self.clock, connection=httpx2.MockTransport(self._answer))

    def identity(self, needed: str = "preferred_username", **answer: str) -> Identity:
        """What we believe of it when it leads somebody back."""
        return self.ours.identity(self.attempt, {"code": "the-code", "iss": ISSUER, **answer}, BACK, needed)

    def id_token(self) -> str:
        now = self.clock.now // 1000
        honest = {"iss": ISSUER, "aud": "registry", "sub": "person-1", "iat": now, "exp": now + 300}
        return jwt.encode(
            {"alg": "ES256", "kid": self.key.kid},
            _said({**honest, "nonce": self.attempt.nonce}, self.claims),
            self.key,
            algorithms=["ES256"],
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        path = request.url.path
        if path in self.instead:
            return self.instead[path]
        if path == "/keys":
            return _json(KeySet([*(self.published or [self.key])]).as_dict(private=False))
        if path == "/token":
            return _json({"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token(), **self.tokens})
        if path == "/me":
            return _json(self.userinfo)
        honest = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth?tenant=1",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/me",
            "authorization_response_iss_parameter_supported": True,
        }
        return _json(_said(honest, self.description))


def _said(honest: Mapping[str, Any], instead: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**honest, **instead}.items() if value is not None}


def _json(value: object) -> httpx2.Response:
    return httpx2.Response(200, content=json.dumps(value), headers={"Content-Type": "application/json"})
