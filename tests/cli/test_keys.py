"""`registry keys`: API keys, made, listed and revoked."""

import pytest

from registry.accounts.caller import Scope
from registry.accounts.keys import authenticate
from registry.installation import Installation
from tests.cli.command import run

SHOWN = ["id", "name", "account", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
SQLITE_ONLY = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def test_a_key_made_here_is_recognised(opened: Installation, environment: dict[str, str]) -> None:
    line = run("keys", "create", "robot", "--account", "Studio", "--json", environment=environment).line
    assert list(line) == [*SHOWN, "token"]
    with opened.database.read() as session:
        caller = authenticate(session, line["token"], opened.key_secret, opened.clock)
    assert caller.account_name == "Studio"
    assert caller.scopes == {Scope.WORKS_READ, Scope.WORKS_WRITE, Scope.CHECKS_WRITE}


@SQLITE_ONLY
def test_the_token_alone_stands_on_stdout_and_in_no_list(environment: dict[str, str]) -> None:
    made = run("keys", "create", "robot", "--account", "Studio", environment=environment)
    token = made.stdout.strip()
    assert token
    assert token not in made.stderr
    listed = run("keys", "list", environment=environment)
    assert token not in listed.stdout + listed.stderr
    assert "robot" in listed.stderr


@SQLITE_ONLY
def test_scopes_and_end_are_as_asked_for(environment: dict[str, str]) -> None:
    arguments = ["keys", "create", "audit", "--account", "Studio", "--scope", "works:read", "--days", "30"]
    line = run(*arguments, "--json", environment=environment).line
    assert line["scopes"] == ["works:read"]
    assert line["expires_at"] - line["created_at"] == pytest.approx(30 * 86_400_000, abs=60_000)


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["create", "robot"], "account_missing"),
        (["create", "robot", "--account", "Studio", "--scope", "everything"], "scope_unknown"),
        (["create", "", "--account", "Studio"], "key_name"),
        (["create", "robot", "--account", "\x1b[2J"], "account_name"),
        (["revoke", "key_nothing"], "key_not_found"),
    ],
)
def test_what_makes_no_sense_is_refused(environment: dict[str, str], arguments: list[str], code: str) -> None:
    run("keys", "create", "first", "--account", "Studio", environment=environment)
    answer = run("keys", *arguments, "--json", environment=environment)
    assert answer.code == 3
    assert answer.error["code"] == code


@SQLITE_ONLY
def test_keys_are_listed_by_account(environment: dict[str, str]) -> None:
    for account in ("Studio", "Atelier"):
        run("keys", "create", "robot", "--account", account, environment=environment)
    lines = run("keys", "list", "--account", "Atelier", "--json", environment=environment).lines
    assert [line["account"] for line in lines] == ["Atelier"]
    assert [list(line) for line in lines] == [SHOWN]


@SQLITE_ONLY
def test_a_revoked_key_stays_in_the_list_and_is_recognised_no_more(
    environment: dict[str, str], server: dict[str, str]
) -> None:
    made = run("keys", "create", "robot", "--account", "Studio", "--json", environment=environment).line
    revoked = run("keys", "revoke", made["id"], "--json", environment=environment).line
    assert revoked["revoked_at"] is not None
    assert revoked in run("keys", "list", "--json", environment=environment).lines
    with_it = {**server, "REGISTRY_API_KEY": made["token"]}
    answer = run("keys", "list", "--json", environment=with_it)
    assert answer.code == 3
    assert answer.error["code"] == "key_revoked"


@SQLITE_ONLY
def test_keys_of_a_server_belong_to_the_account_of_the_key_that_asks(server: dict[str, str]) -> None:
    made = run("keys", "create", "second", "--scope", "works:read", "--json", environment=server).line
    assert list(made) == [*SHOWN, "token"]
    assert [line["name"] for line in run("keys", "list", "--json", environment=server).lines] == ["tests", "second"]
    assert run("keys", "revoke", made["id"], environment=server).code == 0
    answer = run("keys", "create", "third", "--account", "Somebody", "--json", environment=server)
    assert answer.error["code"] == "account_is_the_keys"


@SQLITE_ONLY
def test_without_a_key_a_server_answers_only_what_is_public(server: dict[str, str]) -> None:
    nobody = {"REGISTRY_SERVER": server["REGISTRY_SERVER"]}
    assert run("ledger", "show", environment=nobody).code == 0
    answer = run("keys", "list", "--json", environment=nobody)
    assert answer.code == 3
    assert answer.stdout == ""


def test_a_server_that_does_not_answer_is_told_in_one_panel() -> None:
    answer = run("keys", "create", "robot", "--server", "http://127.0.0.1:1")
    assert answer.code == 3
    assert "server_unreachable" in answer.stderr
