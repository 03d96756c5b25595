"""`registry accounts`: who may sign in to the pages."""

import getpass
import sys
from typing import Annotated

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output

app = typer.Typer(no_args_is_help=True, help="Let people sign in to the pages.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What they sign in with; works belong to this name.")],
    *,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="They may also see how this installation is run.")
    ] = False,
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


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass("Password (12 characters or more): ")
