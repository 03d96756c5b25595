"""`registry accounts`."""

from pathlib import Path

from typer.testing import CliRunner

from registry.accounts.identities import account_of_identity
from registry.accounts.sign_in import sign_in
from registry.cli.main import app
from registry.installation import Installation
from registry.settings import Settings
from tests.cli.command import run

PASSWORD = "a sentence that only we would say"


def _create(home: Path, *options: str, password: str = PASSWORD) -> int:
    given = ["accounts", "create", "Studio Aster", *options, "--home", str(home)]
    return CliRunner().invoke(app, given, input=password + "\n").exit_code


def test_a_person_can_sign_in_with_the_password_that_came_through_the_pipe(tmp_path: Path) -> None:
    assert _create(tmp_path, "--administrator") == 0
    with Installation.open(Settings.load(home=tmp_path)) as home:
        assert sign_in(
            home.database,
            "Studio Aster",
            PASSWORD,
            secret=home.key_secret,
            clock=home.clock,
            randomness=home.randomness,
        )


def test_a_short_password_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    assert _create(tmp_path, password="short") == 3
    assert run("ledger", "show", "--home", tmp_path, "--json").code != 0


def test_a_person_of_the_provider_is_linked_and_unlinked(tmp_path: Path) -> None:
    settings = {"REGISTRY_OIDC_ISSUER": "https://login.example", "REGISTRY_OIDC_CLIENT_ID": "registry"}
    linked = run("accounts", "link", "Studio Aster", "7d0f", "--home", tmp_path, "--json", environment=settings)
    assert linked.code == 0, linked.stderr
    assert linked.line["issuer"] == "https://login.example"
    with Installation.open(Settings.load(home=tmp_path)) as home, home.database.read() as session:
        account = account_of_identity(session, "https://login.example", "7d0f")
        assert account is not None
        assert (account.name, account.is_administrator) == ("Studio Aster", False)
    assert run("accounts", "unlink", "Studio Aster", "--home", tmp_path, "--json").line["unlinked"] == 1
    assert run("accounts", "unlink", "Studio Aster", "--home", tmp_path, "--json").line["unlinked"] == 0
    assert run("accounts", "unlink", "Nobody", "--home", tmp_path, "--json").error["code"] == "no_such_account"


def test_nobody_is_linked_where_the_settings_name_no_provider(tmp_path: Path) -> None:
    assert run("accounts", "link", "Studio Aster", "7d0f", "--home", tmp_path, "--json").error["code"] == "no_provider"
