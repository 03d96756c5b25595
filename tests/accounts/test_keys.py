"""API keys: made, recognised, noted, listed, revoked."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry import errors
from registry.accounts import keys
from registry.accounts.account import find_or_create_account
from registry.accounts.caller import Caller, Scope, parse_scopes
from registry.accounts.models import Account, ApiKey
from registry.accounts.token import Token
from registry.storage.database import Database
from tests.deterministic import SeededRandomness, SteppingClock

SECRET = bytes(range(32))
READ = frozenset({Scope.WORKS_READ})


class Desk:
    """Where keys are made and shown, at a time that stands still."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SteppingClock(now=1_000_000, step=0)
        self.randomness = SeededRandomness()
        with database.write() as session:
            self.account = find_or_create_account(session, "Studio", self.clock, self.randomness)

    def issue(
        self, scopes: frozenset[Scope] = READ, expires_at: int | None = None, name: str = "laptop"
    ) -> keys.IssuedKey:
        with self.database.write() as session:
            return keys.create_key(
                session,
                self.account,
                name,
                scopes=scopes,
                expires_at=expires_at,
                secret=SECRET,
                clock=self.clock,
                randomness=self.randomness,
            )

    def show(self, token: str, secret: bytes = SECRET) -> Caller:
        return keys.authenticate_request(self.database, token, secret, self.clock)

    def revoke(self, key_id: str) -> ApiKey:
        with self.database.write() as session:
            return keys.revoke_key(session, key_id, self.clock)

    def stored(self, key_id: str) -> ApiKey:
        with self.database.read() as session:
            return session.get_one(ApiKey, key_id)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def refusal(desk: Desk, token: str, secret: bytes = SECRET) -> str:
    with pytest.raises(errors.Unauthenticated) as caught:
        desk.show(token, secret)
    return caught.value.code


def test_who_shows_a_key_is_known_with_its_scopes(desk: Desk) -> None:
    issued = desk.issue(frozenset({Scope.WORKS_READ, Scope.CHECKS_WRITE}))
    caller = desk.show(issued.token)
    assert caller == Caller(desk.account.id, "Studio", issued.scopes, issued.id)


def test_authenticating_needs_only_a_snapshot(desk: Desk) -> None:
    issued = desk.issue()
    with desk.database.read() as session:
        assert keys.authenticate(session, issued.token, SECRET, desk.clock).key_id == issued.id


def test_the_token_is_stored_nowhere(desk: Desk) -> None:
    issued = desk.issue()
    assert issued.token not in repr(issued)
    row = desk.stored(issued.id)
    assert not any(issued.token in str(getattr(row, column.key)) for column in ApiKey.__table__.columns)
    assert row.token_hmac not in issued.token.encode()


def test_a_mistyped_key_is_malformed(desk: Desk) -> None:
    token = desk.issue().token
    assert refusal(desk, token[:-1] + ("0" if token[-1] != "0" else "1")) == "key_malformed"


def test_a_key_of_another_installation_is_unknown(desk: Desk) -> None:
    assert refusal(desk, desk.issue().token, bytes(32)) == "key_unknown"


def test_a_well_formed_key_that_was_never_made_is_unknown(desk: Desk) -> None:
    token = Token.generate("key_" + "0" * 26, SeededRandomness(b"invented"))
    assert refusal(desk, token.text) == "key_unknown"


def test_an_invented_secret_under_a_known_name_is_unknown(desk: Desk) -> None:
    token = Token.generate(desk.issue().id, SeededRandomness(b"invented"))
    assert refusal(desk, token.text) == "key_unknown"


def test_a_key_works_until_the_millisecond_of_its_expiry(desk: Desk) -> None:
    issued = desk.issue(expires_at=1_000_010)
    desk.clock.now = 1_000_009
    assert desk.show(issued.token).key_id == issued.id
    desk.clock.now = 1_000_010
    assert refusal(desk, issued.token) == "key_expired"


def test_a_revoked_key_stays_revoked_with_its_first_time(desk: Desk) -> None:
    issued = desk.issue(expires_at=2_000_000)
    assert desk.revoke(issued.id).revoked_at == 1_000_000
    desk.clock.now = 3_000_000
    assert desk.revoke(issued.id).revoked_at == 1_000_000
    assert refusal(desk, issued.token) == "key_revoked"


def test_revoking_what_does_not_exist_is_said(desk: Desk) -> None:
    with pytest.raises(errors.NotFound) as caught:
        desk.revoke("key_none")
    assert caught.value.code == "key_not_found"


def test_use_is_noted_at_most_once_a_minute(desk: Desk) -> None:
    issued = desk.issue()
    assert desk.stored(issued.id).last_used_at is None
    noted = []
    for now in (1_000_000, 1_000_001, 1_059_999, 1_060_000, 1_060_001):
        desk.clock.now = now
        desk.show(issued.token)
        noted.append(desk.stored(issued.id).last_used_at)
    assert noted == [1_000_000, 1_000_000, 1_000_000, 1_060_000, 1_060_000]


def test_a_refused_key_is_not_noted_as_used(desk: Desk) -> None:
    issued = desk.issue()
    desk.revoke(issued.id)
    refusal(desk, issued.token)
    assert desk.stored(issued.id).last_used_at is None


def test_a_request_is_answered_also_when_its_use_cannot_be_noted(desk: Desk) -> None:
    issued = desk.issue()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with desk.database.write() as session:
            session.get_one(ApiKey, issued.id, with_for_update=True)
            held.set()
            done.wait()

    with ThreadPoolExecutor(1) as threads:
        holding = threads.submit(hold)
        held.wait()
        assert desk.show(issued.token).key_id == issued.id
        done.set()
        holding.result()
    assert desk.stored(issued.id).last_used_at is None


def test_keys_are_listed_oldest_first_and_by_account(desk: Desk) -> None:
    first = desk.issue(name="first")
    desk.clock.now += 1
    second = desk.issue(name="second")
    desk.revoke(first.id)
    with desk.database.write() as session:
        other = find_or_create_account(session, "Other", desk.clock, desk.randomness)
    with desk.database.read() as session:
        assert [key.id for key in keys.list_keys(session)] == [first.id, second.id]
        assert [key.id for key in keys.list_keys(session, desk.account)] == [first.id, second.id]
        assert keys.list_keys(session, other) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "bell\a"])
def test_a_key_needs_a_printable_name(desk: Desk, name: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        desk.issue(name=name)
    assert caught.value.code == "key_name"


def test_a_key_cannot_be_made_expired(desk: Desk) -> None:
    with pytest.raises(errors.Refused) as caught:
        desk.issue(expires_at=1_000_000)
    assert caught.value.code == "key_expiry"


def test_a_caller_may_do_what_its_scopes_say_and_no_more(desk: Desk) -> None:
    caller = desk.show(desk.issue().token)
    caller.require(Scope.WORKS_READ)
    with pytest.raises(errors.Forbidden) as caught:
        caller.require(Scope.WORKS_WRITE)
    assert caught.value.code == "scope_missing"
    assert "works:write" in caught.value.message


def test_a_person_at_the_machine_may_do_everything() -> None:
    caller = Caller.local(Account(id="acc_1", name="Studio", created_at=0))
    for scope in Scope:
        caller.require(scope)


def test_scopes_are_read_by_name() -> None:
    assert parse_scopes(["works:read", "keys:admin"]) == {Scope.WORKS_READ, Scope.KEYS_ADMIN}


@pytest.mark.parametrize(
    ("names", "code"), [(["works:erase"], "scope_unknown"), ([""], "scope_unknown"), ([], "scopes_empty")]
)
def test_scopes_that_do_not_exist_are_refused(names: list[str], code: str) -> None:
    with pytest.raises(errors.Refused) as caught:
        parse_scopes(names)
    assert caught.value.code == code
