"""`registry works`: what is registered, one work at a time or all of them, and what its owner may still do with it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli import amend
from registry.cli.exit_codes import ExitCode
from registry.cli.file_access import write_document
from registry.cli.moments import in_words
from registry.cli.options import AsJson, Home, Key, Server, WorkId
from registry.cli.output import Output

if TYPE_CHECKING:
    from registry.works.schemas import Ended, WorkView

DIGEST_SHOWN = 12
"""Hex digits of a file's digest that tell files apart for a person: 48 bits."""

app = typer.Typer(no_args_is_help=True, help="List, show, amend, withdraw or erase registered works; write receipts.")

app.command()(amend.amend)

Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


@app.command("list")
def list_(
    *,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many, oldest first. Default: all.")] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """List works, oldest first. On a server: those of the key's account."""
    from itertools import islice

    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        shown = list(islice(backend.works(), limit))
    output.records(work.model_dump(mode="json") for work in shown)
    if not shown:
        output.say("No work is registered yet. Register one with: registry register PICTURE --creator NAME")
        return
    output.table(
        ("entry", "id", "title", "creator", "registered", "state"),
        [(w.index, w.id, w.title or "", w.creator or "", in_words(w.registered_at), w.state) for w in shown],
        fold=("title", "creator", "registered"),
    )


@app.command()
def show(
    work_id: WorkId, *, home: Home = None, server: Server = None, key: Key = None, as_json: AsJson = False
) -> None:
    """Show one work with its versions."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        work = backend.work(work_id)
    output.record(work.model_dump(mode="json"))
    _tell_work(output, work)


@app.command()
def receipt(
    work_id: WorkId,
    *,
    output_file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to FILE instead of stdout.")
    ] = None,
    entry: Annotated[
        int | None, typer.Option(min=0, help="Of the version at this entry, as `works show` tells. Default: the first.")
    ] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Write the receipt of a work: keep it, it verifies offline without this registry (`registry verify`)."""
    from registry.cli.backend import connect
    from registry.verify import canonical_json

    with connect(home, server, key) as backend:
        kept = backend.receipt(work_id, entry)
    # A receipt file is one JSON object on one line: it is its own --json.
    write_document(output_file, canonical_json.encode(kept) + b"\n")
    if output_file is not None:
        output = Output(as_json=as_json)
        output.record({"work_id": work_id, "path": str(output_file)})
        output.say(f"Written to {output_file}. Verify it anywhere with: registry verify {output_file}")


@app.command()
def withdraw(
    work_id: WorkId,
    *,
    yes: Yes = False,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw a work: listings match it no more. Its registration and its proof stay for ever."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        _ask(output, yes, _named(backend.work(work_id)), "Withdraw it? This cannot be taken back.")
        ended = backend.withdraw(work_id)
    _tell_end(output, ended)


@app.command()
def erase(
    work_id: WorkId,
    *,
    yes: Yes = False,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Erase a work: title, creator, claim and original are destroyed. Only its public entries stay."""
    from registry.cli.backend import connect

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        _ask(
            output,
            yes,
            _named(backend.work(work_id)),
            "Erase it? Everything personal is destroyed, and nobody can prove any more what was registered.",
        )
        ended = backend.erase(work_id)
    _tell_end(output, ended)


def _ask(output: Output, yes: bool, what: str, question: str) -> None:
    """Goes on only with a person's yes. A program has to say --yes: there is nobody to ask."""
    if yes:
        return
    if output.as_json:
        raise typer.BadParameter("this cannot be taken back; say --yes.", param_hint="--yes")
    output.say(what)
    if not typer.confirm(question, err=True):
        output.say("Nothing was changed.")
        raise typer.Exit(ExitCode.REFUSED)


def _named(work: "WorkView") -> str:
    return f"{work.id}: {work.title or '(no title)'} by {work.creator or '(erased)'}, {work.state}"


def _tell_work(output: Output, work: "WorkView") -> None:
    output.facts(
        {
            "id": work.id,
            "title": work.title or "(erased)",
            "creator": work.creator or "(erased)",
            "state": work.state,
            "registered": in_words(work.registered_at),
        }
    )
    output.table(
        ("entry", "file", "SHA-256", "type", "pixels"),
        [
            (
                version.index,
                version.original_name or ("(erased)" if work.state == "erased" else "(drafts)"),
                (version.sha256 or "")[:DIGEST_SHOWN],
                version.media_type or "",
                f"{version.width} x {version.height}" if version.width else "",
            )
            for version in work.versions
        ],
        fold=("file",),
    )


def _tell_end(output: Output, ended: "Ended") -> None:
    output.record(ended.model_dump(mode="json"))
    output.say(f"{ended.work_id} is {ended.state}; entry {ended.index} of the ledger says so.")
