"""`registry demo`: the tour, in a home that is thrown away."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson
from registry.cli.output import Output
from registry.errors import Conflict

if TYPE_CHECKING:
    from registry.settings import Settings

ORIGIN = "firstmark.local/demo"
"""The demo's ledger is called like this; nobody can own .local (RFC 6762)."""


def demo(
    *,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", exists=True, help="Use the first few pictures of this folder."),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep everything in this new folder, the registry too. Default: the pictures only."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the whole story in a minute: register, steal, check, verify. Touches nothing of yours."""
    from registry.cli.demo.pictures import drawn, taken_from
    from registry.cli.demo.story import Story
    from registry.installation import Installation

    began = time.monotonic()
    output = Output(as_json=as_json)
    folder = _new_folder(keep)
    home = folder / "home"
    for name in ("designs", "listings", "evidence"):
        (folder / name).mkdir()
    output.say("Firstmark: register original designs, find their copies, prove both.", style="bold")
    output.say(f"Everything below happens in {folder} and nowhere else.", style="dim")
    try:
        with Installation.open(_settings_of_its_own(home)) as installation:
            cast = drawn(folder / "designs") if source is None else taken_from(source, installation)
            story = Story(installation, output, cast, folder)
            story.two_designers_register()
            noticed = story.a_stolen_picture_is_registered()
            story.a_receipt_in_plain_words()
            caught, stolen = story.listings_are_checked()
            root = story.the_ledger_is_verified()
            genuine, forged = story.evidence_is_verified_elsewhere()
    except BaseException:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if keep is None:
        shutil.rmtree(home, ignore_errors=True)
    in_order = noticed and caught == stolen and genuine.proven and not forged.proven
    output.record(
        {
            "folder": str(folder),
            "registered": len(cast.originals) + 1,
            "theft_noticed": noticed,
            "caught": caught,
            "stolen": stolen,
            "root": root,
            "evidence_proven": genuine.proven,
            "forgery_proven": forged.proven,
            "seconds": round(time.monotonic() - began, 1),
        }
    )
    _say_what_to_do_next(output, folder, home if keep else None)
    if not in_order:
        output.say("Not everything went as it should: see above.", style="bold red")
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _settings_of_its_own(home: Path) -> "Settings":
    """The settings of a real installation decide nothing here, least of all its database and its ledger's name."""
    from registry.settings import DATABASE_FILE, OBJECTS_FOLDER, Settings

    return Settings.load(
        home=home,
        database_url=f"sqlite:///{quote(str(home / DATABASE_FILE))}",
        objects_url=(home / OBJECTS_FOLDER).as_uri(),
        ledger_origin=ORIGIN,
    )


def _how_to_type_it() -> str:
    """``registry`` where the shell finds it, else the path of the command beside the running Python."""
    beside = Path(sys.executable).parent / "registry"
    if shutil.which("registry") or not beside.exists():
        return "registry"
    return os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside)


def _new_folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="firstmark-demo-"))
    try:
        keep.mkdir(parents=True)
    except OSError as error:
        raise Conflict(
            "folder_in_use",
            f"The folder {keep} cannot be made: {error.strerror or error}.",
            hint="Name one that does not exist yet.",
        ) from error
    return keep.absolute()


def _say_what_to_do_next(output: Output, folder: Path, home: Path | None) -> None:
    command = _how_to_type_it()
    output.say()
    output.say("Your turn", style="bold cyan")
    output.facts(
        {
            "look": f"{folder}/evidence/index.html",
            "register your own": f"{command} register FOLDER --creator 'Your Name'",
            "check a picture": f"{command} check PICTURE",
            "give evidence": f"{command} evidence WORK-ID -o evidence.zip",
            "serve others": f"{command} serve",
            **({} if home is None else {"explore this one": f"{command} --home {home} works list"}),
        }
    )
