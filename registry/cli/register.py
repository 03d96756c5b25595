"""`registry register`: many files, each registered whole or not at all; the same command goes on where it ended."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from unicodedata import normalize

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson, CreatedOn, Home, Key, PicturePaths, Server, SignWith
from registry.cli.output import Output
from registry.errors import Conflict, Refused, RegistryError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from registry.cli.backend import Backend
    from registry.works.schemas import ClaimInput, Finding, Registered

WORDS = {"registered": "registered", "already_registered": "already"}
RELATIONS = {
    "identical_file": "The same file as",
    "identical_pixels": "The same pixels as",
    "picture_theft": "The same picture as",
    "partial_copy": "A part of",
    "creative_copy": "Alike to",
}
"""What the relations of a match say to a person, who has not judged anybody yet."""


def register(
    paths: PicturePaths,
    *,
    creator: Annotated[str, typer.Option(metavar="NAME", help="Who made the pictures.")],
    title: Annotated[str | None, typer.Option(help="What it is called. Default: the file's name.")] = None,
    owner: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who owns them. Default: the creator; on a server: the key's account."),
    ] = None,
    created_on: CreatedOn = None,
    licence: Annotated[
        str | None, typer.Option(help="Under what they may be used, in words or as SPDX identifier.")
    ] = None,
    sign_with: SignWith = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Register pictures. Run it again after an interruption: what is registered already is said so and not repeated."""
    from registry.cli.backend import connect
    from registry.cli.batch import StopRequest, overlapping
    from registry.cli.picture_files import select
    from registry.cli.signing_key import load_signing_key
    from registry.works.schemas import parse_claim

    output = Output(as_json=as_json)
    selection = select(paths)
    if title is not None and len(selection.files) > 1:
        raise typer.BadParameter(f"it names one picture, but {len(selection.files)} were given.", param_hint="--title")
    claim = parse_claim(
        {
            "creator": normalize("NFC", creator),
            "title": title and normalize("NFC", title),
            "created_on": created_on and f"{created_on:%Y-%m-%d}",
            "licence": licence and normalize("NFC", licence),
        }
    )
    if server and owner is not None:
        raise typer.BadParameter("on a server works belong to the account of the API key.", param_hint="--owner")
    signing_key = None if sign_with is None else load_signing_key(sign_with)
    if selection.left_out():
        output.say(f"Left out: {selection.left_out()}.", style="dim")
    counts: Counter[str] = Counter()
    try:
        with (
            connect(home, server, key, make=True) as backend,
            output.progress("Registering", len(selection.files)) as progress,
            StopRequest() as stop,
        ):
            work = _Registration(backend, claim, owner, signing_key)
            for path, outcome in overlapping(selection.files, work, threads=backend.parallel, stop=stop):
                _tell(output, path, outcome)
                counts[outcome.status] += 1
                progress.advance()
    finally:  # also when the disk is full or the server gone: what was answered stands
        if counts or not selection.files:
            _sum_up(output, counts)
    if counts.total() < len(selection.files):
        output.say("Stopped between two files. To go on, run the same command again.", style="bold")
        raise typer.Exit(ExitCode.INTERRUPTED)
    if counts["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


@dataclass(frozen=True)
class _Outcome:
    """What became of one file: an answer, or the reason why there is none."""

    answer: "Registered | None" = None
    refusal: RegistryError | None = None

    @property
    def status(self) -> str:
        return "refused" if self.answer is None else self.answer.status


@dataclass(frozen=True)
class _Registration:
    """One file, registered. A crash here leaves it registered whole or not at all; see ``works.register``."""

    backend: "Backend"
    claim: "ClaimInput"
    owner: str | None
    signing_key: "Ed25519PrivateKey | None"

    def __call__(self, path: Path) -> _Outcome:
        from registry.cli.file_access import read_regular_file

        try:
            content = read_regular_file(path, self.backend.largest_upload)
            return _Outcome(answer=self.backend.register(content, path.name, self._signed(content), self.owner))
        except (Refused, Conflict) as refusal:
            return _Outcome(refusal=refusal)

    def _signed(self, content: bytes) -> "ClaimInput":
        from registry.cli.signing_key import signed

        return self.claim if self.signing_key is None else signed(self.claim, content, self.signing_key)


def _tell(output: Output, path: Path, outcome: _Outcome) -> None:
    answer, refusal = outcome.answer, outcome.refusal
    output.record(
        {
            "path": str(path),
            "status": outcome.status,
            "work_id": answer and answer.work_id,
            "index": answer and answer.index,
            "sha256": answer and answer.sha256,
            "code": refusal and refusal.code,
            "findings": [] if answer is None else [finding.model_dump(mode="json") for finding in answer.findings],
            "notes": [] if answer is None else [note.code for note in answer.notes],
            "message": refusal and f"{refusal.message} {refusal.hint}",
        }
    )
    if answer is not None:
        style = "green" if answer.status == "registered" else "dim"
        output.line(f"{WORDS[answer.status]:<10} {answer.index:>6}  {answer.work_id}  {path}", style=style)
        for note in answer.notes:
            output.line(f"{'':<19}{note.text}", style="dim")
        for finding in answer.findings:
            _tell_finding(output, path, finding)
    elif refusal is not None:
        output.line(f"{'refused':<19}{path}  {refusal.code}: {refusal.message}", style="red")
        output.line(f"{'':<19}{refusal.hint}", style="dim")


def _tell_finding(output: Output, path: Path, finding: "Finding") -> None:
    found = finding_in_words(finding)
    if finding.own:
        output.line(f"{'':<19}{found}", style="dim")
        return
    output.panel(
        f"{path}\n{found}\nIt is registered with this finding in its claim. Who is right, a person has to decide.",
        title="Another owner registered this before" if finding.verdict == "match" else "Another owner's work is alike",
        style="yellow",
    )


def finding_in_words(finding: "Finding") -> str:
    """One sentence: which earlier work, how it relates, how sure that is."""
    whose = "your own earlier work" if finding.own else "the earlier work"
    sibling = f"; {finding.sibling_of} shows the same art and is more like it" if finding.sibling_of else ""
    score = f"score {finding.score:.2f}"
    return f"{RELATIONS[finding.relation]} {whose} {finding.work_id}: {finding.transform}; {score}{sibling}."


def _sum_up(output: Output, counts: "Counter[str]") -> None:
    words = (("registered", "registered"), ("already_registered", "registered before"), ("refused", "refused"))
    done = ", ".join(f"{counts[status]} {word}" for status, word in words if counts[status])
    output.say(done or "There is no picture there.", style="bold")
