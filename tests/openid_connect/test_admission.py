"""Who is let in, as whom, and who is not."""

from typing import Any

import pytest

from registry import errors
from registry.accounts.account import find_or_create_account
from registry.accounts.identities import link_identity, unlink_identities
from registry.accounts.sign_in import SignedIn, signed_in
from registry.openid_connect.admission import Admission
from registry.openid_connect.identity import Identity
from registry.storage.database import Database
from tests.deterministic import SeededRandomness, SteppingClock

ISSUER = "https://login.example"
SECRET = bytes(range(32))
CLOCK, RANDOMNESS = SteppingClock(), SeededRandomness()


def let_in(database: Database, admission: Admission, subject: str = "person-1", **claims: Any) -> SignedIn | None:
    token = admission.sign_in(
        database, Identity(ISSUER, subject, claims), secret=SECRET, clock=CLOCK, randomness=RANDOMNESS
    )
    return signed_in(database, token, SECRET, CLOCK)


def linked(database: Database, name: str, subject: str) -> None:
    with database.write() as session:
        account = find_or_create_account(session, name, CLOCK, RANDOMNESS)
        link_identity(session, account, ISSUER, subject, CLOCK)


def test_nobody_new_is_let_in_unless_the_settings_say_so(database: Database) -> None:
    with pytest.raises(errors.Forbidden) as refused:
        let_in(database, Admission("name", "none"), name="Studio Iris")
    assert refused.value.code == "identity_unknown"


def test_whom_the_operator_linked_is_let_in_as_that_account(database: Database) -> None:
    linked(database, "Studio Aster", "person-1")
    found = let_in(database, Admission("name", "none"), name="Anything at all")
    assert found is not None
    assert (found.account_name, found.is_administrator) == ("Studio Aster", False)


@pytest.mark.parametrize(("given", "administrator"), [("member", False), ("administrator", True)])
def test_somebody_new_gets_an_account_and_keeps_it_under_another_name(
    database: Database, given: str, administrator: bool
) -> None:
    first = let_in(database, Admission("name", given), name="Studio Iris")
    again = let_in(database, Admission("name", given), name="Studio Iris, renamed")
    assert first is not None
    assert first == again
    assert (first.account_name, first.is_administrator) == ("Studio Iris", administrator)


def test_a_name_chosen_at_the_provider_opens_nobodys_works(database: Database) -> None:
    linked(database, "Studio Aster", "person-1")
    with pytest.raises(errors.Conflict) as refused:
        let_in(database, Admission("name", "member"), "person-2", name="Studio Aster ")
    assert refused.value.code == "account_name_taken"


@pytest.mark.parametrize("claims", [{}, {"email": ""}, {"email": "a@b.example"}, {"email": 7, "email_verified": True}])
def test_a_person_without_a_verified_name_gets_no_account(database: Database, claims: dict[str, Any]) -> None:
    with pytest.raises(errors.Refused) as refused:
        let_in(database, Admission("email", "member"), **claims)
    assert refused.value.code == "identity_nameless"


def test_a_misleading_name_is_refused(database: Database) -> None:
    with pytest.raises(errors.Refused) as refused:
        let_in(database, Admission("name", "member"), name="gnp\u202e.exe")
    assert refused.value.code == "account_name"


def test_a_person_is_of_one_account_alone(database: Database) -> None:
    linked(database, "Studio Aster", "person-1")
    linked(database, "Studio Aster", "person-1")
    with pytest.raises(errors.Conflict) as refused:
        linked(database, "Studio Iris", "person-1")
    assert refused.value.code == "identity_of_another"


def test_who_is_unlinked_is_signed_out_and_let_in_no_more(database: Database) -> None:
    linked(database, "Studio Aster", "person-1")
    identity = Identity(ISSUER, "person-1", {})
    admission = Admission("name", "none")
    token = admission.sign_in(database, identity, secret=SECRET, clock=CLOCK, randomness=RANDOMNESS)
    with database.write() as session:
        assert unlink_identities(session, find_or_create_account(session, "Studio Aster", CLOCK, RANDOMNESS)) == 1
    assert signed_in(database, token, SECRET, CLOCK) is None
    with pytest.raises(errors.Forbidden):
        let_in(database, admission)
