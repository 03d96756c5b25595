"""Options that many commands take, declared once. Each may stand before or after the command's name."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

Value = TypeVar("Value")
JSON_ASKED_FOR = "registry.json"
"""Key in the context's ``meta`` under which the last line of defence finds out how to print an error."""


def _or_before_the_command(context: typer.Context, parameter: typer.CallbackParam, value: Value) -> Value:
    """What was given after the command's name, else what was given before it."""
    if value or parameter.name is None:
        return value
    given_before: Value = context.find_root().params.get(parameter.name, value)
    return given_before


def _json(context: typer.Context, parameter: typer.CallbackParam, value: bool) -> bool:
    asked_for = _or_before_the_command(context, parameter, value)
    context.meta[JSON_ASKED_FOR] = asked_for
    return asked_for


Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        file_okay=False,
        help="Folder with the database, the originals and the keys. Default: REGISTRY_HOME or the user's data folder.",
        callback=_or_before_the_command,
        show_default=False,
    ),
]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        envvar="REGISTRY_SERVER",
        help="Work on this server instead of the local home.",
        callback=_or_before_the_command,
        show_default=False,
    ),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        metavar="API-KEY",
        envvar="REGISTRY_API_KEY",
        help="API key for --server; better given as REGISTRY_API_KEY, which no process list shows.",
        callback=_or_before_the_command,
        show_default=False,
        show_envvar=False,
    ),
]
AsJson = Annotated[
    bool,
    typer.Option("--json", help="One JSON object a line on stdout, nothing for people.", callback=_json),
]
PicturePaths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", exists=True, help="Pictures, or folders with pictures, also in folders below."),
]
CreatedOn = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="When it was made, as you declare."),
]
SignWith = Annotated[
    Path | None, typer.Option(metavar="KEYFILE", help="Sign what you declare with the key in this file.")
]
WorkId = Annotated[str, typer.Argument(metavar="WORK-ID", help="From `registry works list`: wrk_...")]
