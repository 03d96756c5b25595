"""The client against a served application, and against servers that behave badly."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from registry import errors
from registry.accounts.caller import Scope
from registry.client.client import RegistryClient
from registry.client.problem import STATUS_OF_CLASS, error_of, problem_of
from registry.installation import Installation
from registry.verify.tlog_proof import TlogProof
from tests.api.appended import append
from tests.api.conftest import Key
from tests.api.served import served

PROBLEM = {
    "type": "about:blank",
    "title": "Service Unavailable",
    "status": 503,
    "detail": "Later.",
    "code": "database_busy",
    "hint": "Wait.",
    "pointer": None,
    "faults": [],
    "request_id": "req_1",
}


@pytest.fixture
def client(installation: Installation, key: Key) -> Iterator[RegistryClient]:
    with served(installation) as address, RegistryClient(address, key()) as asking:
        yield asking


def test_the_ledger_is_read_over_a_real_connection(installation: Installation, client: RegistryClient) -> None:
    append(installation, 3)
    head = client.ledger()
    assert (head.size, head.checkpoint) == (3, client.checkpoint())
    assert client.entry(1).entry["subject"] == "wrk_1"
    assert client.inclusion_proof(0).root == client.consistency_proof(1).to_root == head.root
    assert TlogProof.parse(client.tlog_proof(2, 3)).index == 2


def test_keys_are_made_listed_and_ended_over_a_real_connection(client: RegistryClient) -> None:
    made = client.create_key("robot", {Scope.WORKS_WRITE, Scope.WORKS_READ})
    assert made.token.startswith("fmk_")
    assert [key.name for key in client.list_keys()] == ["test", "robot"]
    assert client.revoke_key(made.id).revoked_at is not None


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_an_error_of_the_server_comes_out_as_the_same_error(client: RegistryClient) -> None:
    with pytest.raises(errors.NotFound) as found:
        client.entry(7)
    assert (found.value.code, found.value.message) == ("no_such_entry", "The ledger has no entry 7.")
    with pytest.raises(errors.Refused) as refused:
        client.revoke_key("a key")
    assert refused.value.pointer == "/path/key_id"


@pytest.mark.parametrize("kind", list(STATUS_OF_CLASS))
def test_every_kind_of_error_survives_the_wire(kind: type[errors.RegistryError]) -> None:
    error = kind("a_code", "What.", hint="Do.", pointer="/x")
    again = error_of(problem_of(error, "req_1", []))
    assert (type(again), again.code, again.message, again.hint, again.pointer) == (kind, "a_code", "What.", "Do.", "/x")


Script = Callable[[httpx2.Request], httpx2.Response]


def scripted(*answers: httpx2.Response | Exception) -> tuple[RegistryClient, list[httpx2.Request], list[float]]:
    """A client whose server gives these answers in turn; what was asked; how long it paused."""
    asked: list[httpx2.Request] = []
    pauses: list[float] = []
    left = list(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        following = left.pop(0)
        if isinstance(following, Exception):
            raise following
        return following

    connection = httpx2.MockTransport(answer)
    return (
        RegistryClient("http://registry.test/base", "fmk_x", connection=connection, sleep=pauses.append),
        asked,
        pauses,
    )


def busy(**headers: str) -> httpx2.Response:
    return httpx2.Response(503, json=PROBLEM, headers={"Content-Type": "application/problem+json", **headers})


CHECKPOINT = httpx2.Response(200, text="checkpoint")


def test_a_path_before_the_api_and_the_key_go_with_every_request() -> None:
    client, asked, _ = scripted(CHECKPOINT)
    assert client.checkpoint() == "checkpoint"
    assert str(asked[0].url) == "http://registry.test/base/log/checkpoint"
    assert asked[0].headers["Authorization"] == "Bearer fmk_x"
    assert asked[0].headers["User-Agent"].startswith("firstmark/")


def test_reading_is_repeated_with_growing_pauses() -> None:
    broken: list[httpx2.Response | Exception] = [httpx2.ConnectError("refused"), httpx2.ReadError("reset"), busy()]
    client, asked, pauses = scripted(*broken, CHECKPOINT)
    assert client.checkpoint() == "checkpoint"
    assert (len(asked), pauses) == (4, [0.5, 1.0, 2.0])


def test_the_server_says_how_long_to_wait_and_is_not_believed_without_end() -> None:
    client, _, pauses = scripted(
        busy(**{"Retry-After": "7"}), busy(**{"Retry-After": "86400"}), busy(**{"Retry-After": "soon"}), CHECKPOINT
    )
    client.checkpoint()
    assert pauses == [7.0, 30.0, 2.0]


def test_it_gives_up_in_the_end_with_the_servers_own_error() -> None:
    client, asked, _ = scripted(busy(), busy(), busy(), busy())
    with pytest.raises(errors.Unavailable) as unavailable:
        client.checkpoint()
    assert (len(asked), unavailable.value.code) == (4, "database_busy")


@pytest.mark.parametrize(
    ("failure", "code"),
    [(httpx2.ConnectError("refused"), "server_unreachable"), (httpx2.ReadTimeout("late"), "answer_lost")],
)
def test_what_must_not_be_done_twice_is_sent_once(failure: Exception, code: str) -> None:
    client, asked, pauses = scripted(failure)
    with pytest.raises(errors.Unavailable) as unavailable:
        client.create_key("robot", [Scope.WORKS_READ])
    assert (len(asked), pauses, unavailable.value.code) == (1, [], code)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx2.Response(200, text="<html>"), errors.Broken, "answer_not_understood"),
        (httpx2.Response(200, json={"size": 1}), errors.Broken, "answer_not_understood"),
        (httpx2.Response(302, headers={"Location": "http://other.test/"}), errors.Broken, "answer_not_understood"),
        (httpx2.Response(404, text="nginx"), errors.Broken, "answer_not_understood"),
        (
            httpx2.Response(404, content=b"{}", headers={"Content-Type": "application/problem+json"}),
            errors.Broken,
            "answer_not_understood",
        ),
    ],
)
def test_an_answer_of_something_else_is_told_so(
    answer: httpx2.Response, kind: type[errors.RegistryError], code: str
) -> None:
    client, _, _ = scripted(answer)
    with pytest.raises(kind) as found:
        client.ledger()
    assert found.value.code == code


def test_a_proxy_whose_server_is_away_means_not_now() -> None:
    client, _, _ = scripted(*[httpx2.Response(502, text="Bad Gateway")] * 4)
    with pytest.raises(errors.Unavailable) as unavailable:
        client.ledger()
    assert unavailable.value.code == "server_unavailable"


@pytest.mark.parametrize(
    "server", ["", "registry.test", "ftp://registry.test", "http://", "http://a/?b=c", "http://[::"]
)
def test_what_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(errors.Refused) as refused:
        RegistryClient(server)
    assert refused.value.code == "server_address"
