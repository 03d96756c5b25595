"""`registry ledger export`: the log as plain files."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made if missing; brought up to date if not.")],
    *,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write the log as files that any static host can serve and anybody can verify (C2SP tlog-tiles)."""
    from registry.cli.backend import open_home
    from registry.publication.export import export as bring_up_to_date

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        installation.publication.witness_round()
        exported = bring_up_to_date(installation.publication, folder)
    size, root = exported.checkpoint.size, exported.checkpoint.root.hex()
    output.record({"path": str(folder), "size": size, "root": root, "files_made": exported.made})
    output.say(f"{folder} shows {size} entries, root {root}; {exported.made} files were added.", style="green")
    output.say(
        f"Anybody can check it with: registry monitor {folder} --key {installation.ledger.verifier_key}", style="dim"
    )
