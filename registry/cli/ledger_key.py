"""`registry ledger key`: which keys sign the ledger, and changing them."""

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output

app = typer.Typer(no_args_is_help=True, help="Show and change the key that signs the ledger.")


@app.command("list")
def list_keys(*, home: Home = None, as_json: AsJson = False) -> None:
    """List every key that the ledger has had, and the sizes whose checkpoints it signs."""
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation, installation.database.read() as session:
        periods = installation.ledger.keys(session).periods
    output.records(
        {"verifier_key": str(one.key), "since": one.since, "until": one.until, "introduced_by": one.introduced_by}
        for one in periods
    )
    output.table(
        ("key", "from size", "to size", "said by entry"),
        [
            (
                one.key,
                one.since,
                "" if one.until is None else one.until,
                "" if one.introduced_by is None else one.introduced_by,
            )
            for one in periods
        ],
        fold=("key",),
    )


@app.command()
def rotate(*, home: Home = None, as_json: AsJson = False) -> None:
    """Begin to change the key: from now on the old and a new key sign. End it with `finish` when all know the new."""
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        old, new = installation.ledger.verifier_key, installation.begin_key_change()
    output.record({"old_key": old, "new_key": str(new), "phase": "begin"})
    output.say("Both keys sign from now on. Start every service of this home again, and back up its folder keys.")
    output.say("Publish the new key, and give it to witnesses and monitors:")
    output.line(str(new))
    output.say("When they have it: registry ledger key finish", style="dim")


@app.command()
def finish(*, home: Home = None, as_json: AsJson = False) -> None:
    """End the change: the new key alone signs, and the old one is deleted. Old receipts verify as before."""
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        old, new = installation.ledger.verifier_key, installation.finish_key_change()
    output.record({"old_key": old, "new_key": str(new), "phase": "end"})
    output.say("The new key alone signs from now on. Start every service of this home again.", style="green")
