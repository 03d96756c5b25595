"""`registry accounts`: who may sign in to the pages."""

import getpass
import sys
from typing import Annotated

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output
from registry.errors import Refused

Name = Annotated[str, typer.Argument(metavar="NAME", help="What they sign in with; works belong to this name.")]
Administrator = Annotated[bool, typer.Option("--administrator", help="They may also see how this installation is run.")]

app = typer.Typer(no_args_is_help=True, help="Let people sign in to the pages.")


@app.command()
def create(
    name: Name,
    *,
    administrator: Administrator = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Make an account, or give one another password. It is asked for, or read from a pipe as one line."""
    from registry.accounts.account import find_or_create_account
    from registry.accounts.passwords import hashed, set_password
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    encoded = hashed(_password())
    with open_home(home) as installation, installation.database.write() as session:
        account = find_or_create_account(session, name, installation.clock, installation.randomness)
        set_password(session, account, encoded, installation.clock, is_administrator=administrator or None)
        account_id, known_as = account.id, account.name
    output.record({"account_id": account_id, "name": known_as, "administrator": administrator})
    output.say(f"{known_as} can sign in now; whoever was signed in under this name was signed out.", style="green")


@app.command()
def link(
    name: Name,
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="What the provider calls them: the claim sub. A refusal tells it.")
    ],
    *,
    administrator: Administrator = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Let somebody whom the provider of identity signs in (REGISTRY_OIDC_ISSUER) sign in as an account."""
    from registry.accounts.account import find_or_create_account
    from registry.accounts.identities import link_identity
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home) as installation:
        issuer = installation.settings.oidc_issuer
        if issuer is None:
            raise Refused(
                "no_provider",
                "The settings name no provider of identity.",
                hint="Set REGISTRY_OIDC_ISSUER; docs/sign-in-with-a-provider.md says how.",
            )
        with installation.database.write() as session:
            account = find_or_create_account(session, name, installation.clock, installation.randomness)
            link_identity(session, account, issuer, subject, installation.clock)
            account.is_administrator = account.is_administrator or administrator
            row = {"account_id": account.id, "name": account.name, "issuer": issuer, "subject": subject}
    output.record(row)
    output.say(f"{row['name']} can sign in through {issuer} now.", style="green")


@app.command()
def unlink(name: Name, *, home: Home = None, as_json: AsJson = False) -> None:
    """Let nobody sign in as an account through a provider any more, and sign out whoever is signed in as it."""
    from registry.accounts.account import existing_account
    from registry.accounts.identities import unlink_identities
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home) as installation, installation.database.write() as session:
        account = existing_account(session, name)
        count = unlink_identities(session, account)
        known_as = account.name
    output.record({"name": known_as, "unlinked": count})
    output.say(f"{known_as}: {count} unlinked; whoever was signed in under this name was signed out.", style="green")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass("Password (12 characters or more): ")
