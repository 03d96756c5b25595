"""JSON bodies, without what readers of JSON disagree about."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import errors
from registry.api.faults import FaultyRequest
from registry.api.request_body import JSON_BYTES, json_body, parsed
from registry.client.schemas import KeyRequest
from tests.api.scripted_request import ScriptedRequest

TYPE = {"Content-Type": "application/json; charset=utf-8"}
GOOD = b'{"name":"robot","scopes":["works:read"]}'


def read(body: bytes, headers: dict[str, str] | None = None) -> KeyRequest:
    return asyncio.run(json_body(ScriptedRequest(headers or TYPE, [body]).request, KeyRequest))


def refusal(body: bytes, headers: dict[str, str] | None = None) -> errors.Refused:
    with pytest.raises(errors.Refused) as refused:
        read(body, headers)
    return refused.value


def test_a_body_is_read_as_its_shape() -> None:
    assert read(GOOD) == KeyRequest.model_validate({"name": "robot", "scopes": ["works:read"]})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 50_000,
        b'{"name":"a","name":"b","scopes":["works:read"]}',
        b'{"name":"\xff","scopes":["works:read"]}',
        b'{"name":"\\ud800","scopes":["works:read"]}',
        b'{"name":"a","scopes":["works:read"],"expires_at":NaN}',
        b'{"name":"a","scopes":["works:read"],"expires_at":Infinity}',
        b'{"name":"a","scopes":["works:read"],"expires_at":1e999}',
        b'{"name":"a","scopes":["works:read"],"expires_at":' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf" + GOOD,
        GOOD + GOOD,
    ],
)
def test_what_readers_of_json_disagree_about_is_refused(body: bytes) -> None:
    assert refusal(body).code == "json_malformed"


@pytest.mark.parametrize(
    ("code", "pointer", "body"),
    [
        ("field_invalid", "", b"[]"),
        ("field_invalid", "", b"null"),
        ("field_missing", "/name", b'{"scopes":["works:read"]}'),
        ("field_unknown", "/owner~1id", b'{"name":"a","scopes":["works:read"],"owner/id":1}'),
        ("field_invalid", "/scopes/1", b'{"name":"a","scopes":["works:read","all"]}'),
        ("field_invalid", "/expires_at", b'{"name":"a","scopes":["works:read"],"expires_at":true}'),
    ],
)
def test_a_fault_is_pointed_at(code: str, pointer: str, body: bytes) -> None:
    found = refusal(body)
    assert (found.code, found.pointer) == (code, pointer)


def test_every_fault_is_listed_and_the_first_one_leads() -> None:
    found = refusal(b'{"scopes":[],"x":1}')
    assert isinstance(found, FaultyRequest)
    assert [fault.pointer for fault in found.faults] == ["/name", "/scopes", "/x"]
    assert found.pointer == "/name"


def test_a_long_made_up_name_does_not_come_back_whole() -> None:
    found = refusal(b'{"' + b"x" * 60_000 + b'":1}')
    assert all(len(pointer) < 300 for pointer in [found.pointer or "", found.message])


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/jsonp", "multipart/form-data"])
def test_another_content_type_is_refused(media_type: str) -> None:
    assert refusal(GOOD, {"Content-Type": media_type}).code == "content_type_unsupported"


def test_a_body_over_the_limit_is_refused() -> None:
    assert refusal(b" " * JSON_BYTES + GOOD).code == "body_too_large"


def test_a_part_of_a_form_is_pointed_at_inside_of_the_form() -> None:
    with pytest.raises(errors.Refused) as refused:
        parsed(b'{"name":""}', KeyRequest, within=("claim",))
    assert refused.value.pointer == "/claim/name"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_body_whatever_raises_anything_but_a_refusal(noise: bytes) -> None:
    refusal(noise)
