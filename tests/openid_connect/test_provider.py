"""Whom we believe a provider to have signed in, and what we do not believe."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from registry import errors
from registry.openid_connect.identity import CLOCKS_APART
from registry.openid_connect.provider import KEPT, KEYS_ASKED_EVERY, LARGEST_ANSWER
from tests.openid_connect.scripted_provider import BACK, ISSUER, ScriptedProvider, made_key


def test_the_browser_is_sent_with_state_nonce_and_the_challenge_of_a_verifier_that_stays_here() -> None:
    provider = ScriptedProvider()
    address = urlsplit(provider.ours.address_to_sign_in(provider.attempt, BACK))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{ISSUER}/auth"
    assert asked.pop("code_challenge") != provider.attempt.verifier
    assert asked == {
        "tenant": "1",
        "response_type": "code",
        "client_id": "registry",
        "redirect_uri": BACK,
        "scope": "openid profile",
        "state": provider.attempt.state,
        "nonce": provider.attempt.nonce,
        "code_challenge_method": "S256",
    }
    assert provider.attempt.verifier not in address.query


def test_a_claim_that_the_id_token_lacks_is_asked_for() -> None:
    identity = ScriptedProvider().identity()
    assert (identity.issuer, identity.subject) == (ISSUER, "person-1")
    assert identity.claims["preferred_username"] == "Studio Iris"


def test_the_id_token_comes_before_what_is_told_beside_it() -> None:
    provider = ScriptedProvider(claims={"name": "signed"}, userinfo={"sub": "person-1", "name": "not signed"})
    assert provider.identity("preferred_username").claims["name"] == "signed"


def test_the_code_is_redeemed_with_the_verifier_and_the_secret() -> None:
    provider = ScriptedProvider()
    provider.identity()
    (request,) = [one for one in provider.asked if one.url.path == "/token"]
    form = parse_qs(request.content.decode())
    assert form["code_verifier"] == [provider.attempt.verifier]
    assert form["redirect_uri"] == [BACK]
    assert request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "somebody else"},
        {"aud": ["registry", "other"]},
        {"aud": ["registry"], "azp": "other"},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "\u202eperson"},
        {"exp": None},
        {"exp": "soon"},
        {"at_hash": "not-of-that-token"},
    ],
)
def test_a_token_of_another_purpose_signs_nobody_in(claims: dict[str, Any]) -> None:
    _refuses(ScriptedProvider(claims=claims))


@pytest.mark.parametrize(("seconds", "believed"), [(CLOCKS_APART - 1, True), (CLOCKS_APART + 1, False)])
@pytest.mark.parametrize(("claim", "sign"), [("exp", -1), ("iat", 1), ("nbf", 1)])
def test_clocks_may_differ_by_a_minute(claim: str, sign: int, seconds: int, believed: bool) -> None:
    provider = ScriptedProvider()
    provider.claims[claim] = provider.clock.now // 1000 + sign * seconds
    if believed:
        assert provider.identity().subject == "person-1"
    else:
        _refuses(provider)


def test_an_unsigned_token_signs_nobody_in() -> None:
    provider = ScriptedProvider()
    _, payload, _ = provider.id_token().split(".")
    provider.tokens["id_token"] = f"eyJhbGciOiJub25lIn0.{payload}."
    _refuses(provider)


def test_a_token_signed_with_what_everybody_knows_signs_nobody_in() -> None:
    provider = ScriptedProvider()
    public = json.dumps(provider.key.as_dict(private=False))
    claims = {"iss": ISSUER, "aud": "registry", "sub": "person-1", "nonce": provider.attempt.nonce}
    now = provider.clock.now // 1000
    provider.tokens["id_token"] = jwt.encode(
        {"alg": "HS256", "kid": "first"}, {**claims, "iat": now, "exp": now + 60}, OctKey.import_key(public)
    )
    _refuses(provider)


def test_a_changed_token_signs_nobody_in() -> None:
    provider = ScriptedProvider()
    head, payload, signature = provider.id_token().split(".")
    provider.tokens["id_token"] = f"{head}.{payload}.{signature[:-4]}AAAA"
    _refuses(provider)


def test_changed_keys_are_asked_for_once_and_not_each_time_that_somebody_invents_one() -> None:
    provider = ScriptedProvider()
    provider.identity()
    provider.key = made_key("second")
    _refuses(provider)
    provider.clock.now += KEYS_ASKED_EVERY
    assert provider.identity().subject == "person-1"
    assert [one.url.path for one in provider.asked].count("/keys") == 2


def test_a_key_that_is_not_published_signs_nobody_in() -> None:
    _refuses(ScriptedProvider(published=[made_key("other")]))


def test_a_description_is_kept_for_an_hour() -> None:
    provider = ScriptedProvider()
    for wait in (0, KEPT // 2, KEPT):
        provider.clock.now += wait
        provider.ours.address_to_sign_in(provider.attempt, BACK)
    assert len(provider.asked) == 2


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://other.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "http://127.0.0.1/"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
    ],
)
def test_a_provider_that_names_itself_or_its_addresses_wrongly_is_not_used(description: dict[str, Any]) -> None:
    _refuses(ScriptedProvider(description=description))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/me"])
@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500, content=b"{}"),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, content=b"[" * 50_000),
        httpx2.Response(200, content=b"[]"),
    ],
)
def test_what_is_no_answer_signs_nobody_in(path: str, answer: httpx2.Response) -> None:
    _refuses(ScriptedProvider(instead={path: answer}))


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys", "/me"])
@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b" " * (LARGEST_ANSWER + 1)),
        httpx2.Response(302, headers={"Location": "http://169.254.169.254/"}),
    ],
)
def test_an_endless_answer_and_one_that_leads_elsewhere_are_not_followed(path: str, answer: httpx2.Response) -> None:
    provider = ScriptedProvider(instead={path: answer})
    with pytest.raises(errors.Unavailable) as refused:
        provider.identity()
    assert refused.value.code == "provider_unreachable"
    assert {one.url.host for one in provider.asked} == {"login.example"}


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": [{"kty": "EC"}]}, {"keys": ["x"]}, {"keys": 7}])
def test_keys_that_are_none_sign_nobody_in(keys: object) -> None:
    _refuses(ScriptedProvider(instead={"/keys": httpx2.Response(200, content=json.dumps(keys))}))


def test_what_is_told_of_somebody_else_is_not_used() -> None:
    _refuses(ScriptedProvider(userinfo={"sub": "person-2", "preferred_username": "Studio Iris"}))


@pytest.mark.parametrize("issuer", ["https://other.example", None])
def test_an_answer_in_another_issuers_name_is_not_redeemed(issuer: str | None) -> None:
    provider = ScriptedProvider()
    answer = {"code": "the-code"} if issuer is None else {"code": "the-code", "iss": issuer}
    with pytest.raises(errors.Refused):
        provider.ours.identity(provider.attempt, answer, BACK, "name")
    assert "/token" not in [one.url.path for one in provider.asked]


def test_somebody_who_did_not_agree_is_told_that_nobody_was_signed_in() -> None:
    provider = ScriptedProvider()
    with pytest.raises(errors.Refused) as refused:
        provider.ours.identity(provider.attempt, {"error": "access_denied", "iss": ISSUER}, BACK, "name")
    assert refused.value.code == "provider_refused"


def _refuses(provider: ScriptedProvider) -> None:
    with pytest.raises(errors.Refused) as refused:
        provider.identity()
    assert refused.value.code == "provider_answer"


@pytest.mark.parametrize(
    ("named", "address"),
    [
        (f"{ISSUER}/end?tenant=1", f"{ISSUER}/end?tenant=1&client_id=registry"),
        (None, None),
        ("http://login.example/end", None),
        ("javascript:alert(1)", None),
    ],
)
def test_people_are_shown_the_way_to_sign_out_that_it_names_if_that_can_be_trusted(
    named: str | None, address: str | None
) -> None:
    assert ScriptedProvider(description={"end_session_endpoint": named}).ours.address_to_sign_out() == address
