"""`registry works amend`: a new picture of a work, or the drafts that led to it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

import typer

from registry.cli.options import AsJson, CreatedOn, Home, Key, Server, SignWith, WorkId
from registry.cli.output import Output

if TYPE_CHECKING:
    from registry.works.schemas import Registered


def amend(
    work_id: WorkId,
    picture: Annotated[
        Path | None, typer.Argument(metavar="[PICTURE]", exists=True, help="The new picture of the work.")
    ] = None,
    *,
    draft: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", exists=True, help="A draft: only its SHA-256 is recorded. May be repeated."),
    ] = None,
    description: Annotated[str | None, typer.Option(help="What is new.")] = None,
    created_on: CreatedOn = None,
    sign_with: SignWith = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Add a new picture or drafts to a registered work. Checks find it by its new picture too."""
    from registry.cli.backend import connect
    from registry.cli.file_access import read_regular_file
    from registry.cli.signing_key import load_signing_key, signed_amendment
    from registry.works.schemas import parse_amendment

    output = Output(as_json=as_json)
    if picture is None and not draft:
        raise typer.BadParameter("name a PICTURE or a --draft.", param_hint="PICTURE")
    amendment = parse_amendment(
        {
            "description": description and normalize("NFC", description),
            "created_on": created_on and f"{created_on:%Y-%m-%d}",
            "drafts": [{"sha256": _sha256(file)} for file in draft or []],
        }
    )
    signing_key = None if sign_with is None else load_signing_key(sign_with)
    with connect(home, server, key) as backend:
        content = None if picture is None else read_regular_file(picture, backend.largest_upload)
        if signing_key is not None:
            amendment = signed_amendment(amendment, work_id, content, signing_key)
        answer = backend.amend(work_id, amendment, content, None if picture is None else picture.name)
    _tell(output, picture, answer)


def _sha256(file: Path) -> str:
    import hashlib

    from registry.cli.file_access import opened_regular_file

    with opened_regular_file(file) as draft:
        return hashlib.file_digest(draft, "sha256").hexdigest()


def _tell(output: Output, picture: Path | None, answer: "Registered") -> None:
    from registry.cli.register import finding_in_words

    output.record(
        {
            "path": picture and str(picture),
            "status": answer.status,
            "work_id": answer.work_id,
            "index": answer.index,
            "sha256": answer.sha256,
            "findings": [finding.model_dump(mode="json") for finding in answer.findings],
            "notes": [note.code for note in answer.notes],
        }
    )
    if answer.status == "already_registered":
        output.say(f"Entry {answer.index} of {answer.work_id} has this already; nothing was appended.")
        return
    output.say(f"{answer.work_id} is amended by entry {answer.index} of the ledger.", style="green")
    for note in answer.notes:
        output.say(note.text, style="dim")
    for finding in answer.findings:
        if finding.work_id != answer.work_id:
            output.say(finding_in_words(finding), style="dim" if finding.own else "yellow")
