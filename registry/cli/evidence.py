"""`registry evidence`: the one file of a work that a court can verify, without this registry."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from registry.cli.options import AsJson, Home, Key, Server, WorkId
from registry.cli.output import Output
from registry.cli.renew import renew

EXPORT = "export"


class ExportByDefault(TyperGroup):
    """``registry evidence WORK-ID`` is short for ``registry evidence export WORK-ID``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = [EXPORT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ExportByDefault, no_args_is_help=True)


@app.callback()
def evidence() -> None:
    """Write the one file of a work that a court can verify, `registry evidence WORK-ID -o FILE`, and keep it alive."""


Entry = Annotated[
    int | None, typer.Option(min=0, help="Of the version at this entry, as `works show` tells. Default: the first.")
]
Field = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="Disclose only this field of the claim; repeatable. Default: all of them."),
]


class Language(StrEnum):
    """Languages of certificates."""

    ENGLISH = "en"
    CHINESE = "zh"


@app.command(EXPORT)
def export(
    work_id: WorkId,
    *,
    output_file: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it, a ZIP.")],
    entry: Entry = None,
    field: Field = None,
    commitment_only: Annotated[
        bool, typer.Option("--commitment-only", help="Disclose no field and leave the original out.")
    ] = False,
    original: Annotated[
        bool | None,
        typer.Option(
            "--original/--without-original",
            help="Whether the registered file goes in. Default: if its digest (file_sha256) is disclosed.",
            show_default=False,
        ),
    ] = None,
    seal: Annotated[
        bool,
        typer.Option("--seal", help="Have every timestamp authority of the registry stamp the whole file, now."),
    ] = False,
    certificate: Annotated[
        bool,
        typer.Option("--certificate", help="Put the certificate in, a signed PDF to read, in English and Chinese."),
    ] = False,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Write the evidence file of a work: original, claim, ledger proof and the verifier, in one ZIP."""
    from registry.cli.backend import connect
    from registry.cli.file_access import write_pieces

    if commitment_only and (field or original):
        raise typer.BadParameter("it discloses nothing; leave the others out.", param_hint="--commitment-only")
    disclose = "none" if commitment_only else ",".join(field or []) or "all"
    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        pieces = backend.evidence_file(work_id, entry, disclose, original, seal=seal, certificate=certificate)
        size = write_pieces(output_file, pieces)
    output.record({"work_id": work_id, "path": str(output_file), "bytes": size})
    output.say(
        f"Written to {output_file} ({size} bytes). Verify it anywhere with: registry verify {output_file}",
        style="green",
    )


@app.command("certificate")
def certificate(
    work_id: WorkId,
    *,
    output_file: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it, a PDF.")],
    language: Annotated[Language, typer.Option(help="In which language.")] = Language.ENGLISH,
    entry: Entry = None,
    field: Field = None,
    picture: Annotated[
        bool | None,
        typer.Option(
            "--picture/--without-picture",
            help="Whether the picture is shown. Default: if the file's digest (file_sha256) is disclosed.",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Write the certificate of a work: what its evidence file proves, as a signed PDF for people to read."""
    from registry.cli.backend import connect
    from registry.cli.file_access import write_pieces

    output = Output(as_json=as_json)
    with connect(home, server, key) as backend:
        made = backend.certificate(work_id, entry, ",".join(field or []) or "all", picture, language=language.value)
    size = write_pieces(output_file, (made,))
    output.record({"work_id": work_id, "path": str(output_file), "bytes": size})
    output.say(
        f"Written to {output_file} ({size} bytes), for people to read. What proves is the evidence file.",
        style="green",
    )


app.command("renew")(renew)
