"""The command ``registry``: its options and its families of commands, each in a file of its own.

Those files import what a command needs inside the command, so that ``registry --help`` answers at once.
"""

import os
from typing import Annotated

import typer

from registry.cli import (
    accounts,
    anchor,
    bench,
    check,
    evidence,
    index,
    keys,
    ledger,
    monitor,
    register,
    serve,
    signing_key,
    similarity,
    verify,
    witness,
    works,
)
from registry.cli.demo import command
from registry.cli.guarded_group import GuardedGroup
from registry.cli.options import AsJson, Home, Key, Server

WORK = "Designers and moderators"
PROOF = "Anyone who wants to check"
OPERATION = "Whoever runs the registry"

app = typer.Typer(
    name="registry",
    cls=GuardedGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="New here? Try: registry demo. Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 refused.",
)


def _version(asked_for: bool) -> None:
    if asked_for:
        from importlib.metadata import version

        typer.echo(f"firstmark {version('firstmark')}")
        raise typer.Exit


@app.callback()
def registry(
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_version, help="Print it.")] = False,
) -> None:
    """Firstmark registers original designs in a ledger that anyone can verify, and finds copies of them in listings."""


app.command(rich_help_panel=WORK)(register.register)
app.command(rich_help_panel=WORK)(check.check)
app.add_typer(works.app, name="works", rich_help_panel=WORK)
app.add_typer(evidence.app, name="evidence", rich_help_panel=WORK)
app.add_typer(signing_key.app, name="signing-key", rich_help_panel=WORK)
app.add_typer(ledger.app, name="ledger", rich_help_panel=PROOF)
app.command(rich_help_panel=PROOF)(verify.verify)
app.command(rich_help_panel=PROOF)(monitor.monitor)
app.add_typer(accounts.app, name="accounts", rich_help_panel=OPERATION)
app.add_typer(keys.app, name="keys", rich_help_panel=OPERATION)
app.command(rich_help_panel=OPERATION)(serve.serve)
app.add_typer(anchor.app, name="anchor", rich_help_panel=OPERATION)
app.add_typer(witness.app, name="witness", rich_help_panel=OPERATION)
app.add_typer(similarity.app, name="similarity", rich_help_panel=OPERATION)
app.add_typer(index.app, name="index", rich_help_panel=OPERATION)
app.add_typer(bench.app, name="bench", rich_help_panel=OPERATION)
app.command(rich_help_panel=WORK)(command.demo)


def run() -> None:
    """Entry point of the installed command."""
    # The search's matrices are small: a second thread of numpy's OpenBLAS mostly spins, for ten times the work.
    # It reads this as numpy is imported; what the operator has set stands.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()


if __name__ == "__main__":
    run()
