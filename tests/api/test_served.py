"""What a client can do to a connection, and what the service does about it."""

import threading
from collections.abc import Iterator

import httpx2
import pytest

from registry import errors
from registry.api import http_protocol, request_body
from registry.api.app import create_app
from registry.api.server import listening, server_of
from registry.installation import Installation
from tests.api.conftest import Key
from tests.api.served import Line, served


@pytest.fixture
def dialect() -> str:
    """Nothing here depends on the database."""
    return "sqlite"


HOST = "Host: registry.test"
JSON = "Content-Type: application/json"


@pytest.fixture
def address(installation: Installation) -> Iterator[str]:
    with served(installation) as where:
        yield where


@pytest.fixture
def authorization(key: Key) -> str:
    return f"Authorization: Bearer {key()}"


def alive(address: str) -> bool:
    return httpx2.get(f"{address}/livez").is_success


def test_a_stranger_is_turned_away_without_being_asked_for_the_body(address: str) -> None:
    with Line(address) as line:
        line.say("POST /v1/keys HTTP/1.1", HOST, JSON, "Content-Length: 1000", "Expect: 100-continue")
        assert line.problem()["code"] == "key_missing"


def test_an_expected_body_is_asked_for(address: str, authorization: str) -> None:
    with Line(address) as line:
        head = ["POST /v1/keys HTTP/1.1", HOST, authorization, JSON, "Content-Length: 2", "Expect: 100-continue"]
        line.say(*head)
        assert line.answer()[0] == 100
        line.socket.sendall(b"{}")
        assert line.problem()["code"] == "field_missing"


def test_an_endless_body_is_cut_off_at_the_limit(address: str, authorization: str) -> None:
    with Line(address) as line:
        line.say("POST /v1/keys HTTP/1.1", HOST, authorization, JSON, "Transfer-Encoding: chunked")
        for _ in range(2):
            line.socket.sendall(b"c000\r\n" + b" " * 0xC000 + b"\r\n")
        assert line.problem()["code"] == "body_too_large"
    assert alive(address)


def test_a_body_that_stops_coming_ends_the_request(
    address: str, authorization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "SILENCE_SECONDS", 0.05)
    with Line(address) as line:
        line.say("POST /v1/keys HTTP/1.1", HOST, authorization, JSON, "Content-Length: 1000", body=b"{")
        assert line.problem()["code"] == "body_too_slow"


def test_a_client_that_leaves_in_the_middle_of_a_body_harms_nobody(address: str, authorization: str) -> None:
    for _ in range(20):
        with Line(address) as line:
            line.say("POST /v1/keys HTTP/1.1", HOST, authorization, JSON, "Content-Length: 1000", body=b"{")
    assert alive(address)


def test_a_head_that_does_not_come_ends_the_connection(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.05)
    with Line(address) as line:
        line.socket.sendall(b"GET /livez HTTP/1.1\r\nX-Slow: ")
        assert line.is_ended()


def test_an_answered_client_may_not_go_on_sending_for_ever(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "LINGER_SECONDS", 0.05)
    with Line(address) as line:
        line.say("POST /v1/keys HTTP/1.1", HOST, JSON, "Content-Length: 1000", body=b"{")
        assert line.problem()["code"] == "key_missing"
        assert line.is_ended()


def test_a_connection_serves_one_request_after_the_other(address: str) -> None:
    with Line(address) as line:
        for _ in range(3):
            line.say("GET /livez HTTP/1.1", HOST)
            assert line.answer()[0] == 200
        line.say("POST /v1/keys HTTP/1.1", HOST, JSON, "Content-Length: 2", body=b"{}")
        assert line.problem()["code"] == "key_missing"
        line.say("GET /livez HTTP/1.1", HOST)
        assert line.answer()[0] == 200


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",  # no Host
        b"POST /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 66_000,
    ],
)
def test_what_is_no_http_request_is_told_so(address: str, noise: bytes) -> None:
    with Line(address) as line:
        line.socket.sendall(noise)
        assert line.problem()["code"] == "request_malformed"
        assert line.is_ended()
    assert alive(address)


def test_a_wish_for_another_protocol_is_passed_over(address: str) -> None:
    with Line(address) as line:
        line.say("GET /livez HTTP/1.1", HOST, "Connection: Upgrade", "Upgrade: websocket")
        assert line.answer()[0] == 200


def test_the_service_does_not_say_what_it_runs_on(address: str) -> None:
    assert "server" not in httpx2.get(f"{address}/livez").headers


def test_a_request_under_way_is_finished_before_the_service_ends(
    installation: Installation, authorization: str
) -> None:
    body = b'{"name":"late","scopes":["works:read"]}'
    with listening("127.0.0.1", 0) as listener:
        server = server_of(create_app(installation))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        host, port = listener.getsockname()
        with Line(f"http://{host}:{port}") as line:
            head = ["POST /v1/keys HTTP/1.1", HOST, authorization, JSON, f"Content-Length: {len(body)}"]
            line.say(*head, "Expect: 100-continue")
            assert line.answer()[0] == 100
            server.should_exit = True
            while listener.fileno() >= 0:  # the server closes it when it has been told to end
                pass
            line.socket.sendall(body)
            assert line.answer()[0] == 201
            assert line.is_ended()
        thread.join(20)
        assert not thread.is_alive()


def test_a_port_that_is_taken_is_refused_in_words() -> None:
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(errors.Refused) as refused, listening("127.0.0.1", port):
            pass
    assert refused.value.code == "address_unusable"
    assert str(port) in refused.value.message
