"""`registry index`: what the search is derived from, looked at and made again."""

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson, Home
from registry.cli.output import Output

app = typer.Typer(no_args_is_help=True, help="Look at the search's index, or make it again. It is derived data.")


@app.command()
def status(*, home: Home = None, as_json: AsJson = False) -> None:
    """Compare every segment with its digest, and tell how far the index is. Exit code 1: something is damaged."""
    from registry.cli.backend import open_home
    from registry.similarity.index.inspection import inspect

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation, installation.database.read() as session:
        found = inspect(session, installation.index_folder, installation.settings.index_unit)
    segments = [
        {
            "kind": one.file.kind,
            "first": one.file.first,
            "end": one.file.end,
            "pictures": one.pictures,
            "bytes": one.file.bytes,
            "sha256": one.file.sha256,
            "ok": not one.wrong,
        }
        for one in found.segments
    ]
    output.record(
        {
            "ok": found.ok,
            "ledger_size": found.ledger_size,
            "in_segments": found.size,
            "due": found.due,
            "works": found.works,
            "bytes": found.bytes,
            "belongs": not found.foreign,
            "segments": segments,
        }
    )
    output.table(
        ("segment", "entries", "pictures", "bytes", "state"),
        [
            (
                one.file.kind,
                f"{one.file.first} to {one.file.end - 1}",
                one.pictures,
                one.file.bytes,
                one.wrong or "whole",
            )
            for one in found.segments
        ],
        fold=("state",),
    )
    output.facts(
        {
            "works searched for": found.works,
            "ledger's entries": found.ledger_size,
            "in segments": found.size,
            "held in memory by each process": found.ledger_size - found.size,
            "bytes": found.bytes,
        }
    )
    if found.ok:
        return
    if found.foreign:
        output.say("The index is of another ledger, or of a later state of this one; it is not used.")
    output.say("The next search makes again what is damaged; so does, at once: registry index rebuild.")
    raise typer.Exit(ExitCode.CHECK_FAILED)


@app.command()
def rebuild(*, home: Home = None, as_json: AsJson = False) -> None:
    """Write every segment again from the database, and tell whether its bytes are the same."""
    from registry.cli.backend import open_home
    from registry.similarity.index.folding import rebuild as rebuild_index

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        made = rebuild_index(installation.database, installation.index_folder, installation.settings.index_unit)
    output.record(
        {
            "in_segments": made.manifest.size,
            "segments": made.written,
            "identical": made.identical,
            "bytes": sum(segment.bytes for segment in made.manifest.segments),
        }
    )
    output.say(f"Written again: {made.written} segments, {made.identical} of them byte by byte what was there.")
    if not made.written:
        output.say("There are too few works for a segment yet: they are held in memory.", style="dim")
