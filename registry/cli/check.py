"""`registry check`: does a listing's picture contain a registered work, which, and how sure is that."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson, Home, Key, PicturePaths, Server
from registry.cli.output import Output
from registry.errors import Refused, RegistryError

if TYPE_CHECKING:
    from registry.cli.backend import Backend
    from registry.listings.schemas import CheckView, MatchView

STYLES = {"match": "bold red", "review": "yellow", "clear": "green", "refused": "red"}


def check(
    paths: PicturePaths,
    *,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", file_okay=False, help="Write an evidence picture per match and index.html there."),
    ] = None,
    home: Home = None,
    server: Server = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Check pictures against the registered works: match (act), review (a person should look) or clear."""
    from registry.cli.backend import connect
    from registry.cli.batch import StopRequest, overlapping
    from registry.cli.check_report import CheckReport
    from registry.cli.picture_files import select

    output = Output(as_json=as_json)
    selection = select(paths)
    if selection.left_out():
        output.say(f"Left out: {selection.left_out()}.", style="dim")
    written = None if report is None else CheckReport.begin(report)
    counts: Counter[str] = Counter()
    with (
        connect(home, server, key) as backend,
        output.progress("Checking", len(selection.files)) as progress,
        StopRequest() as stop,
    ):
        work = _Check(backend, with_evidence=written is not None)
        for path, outcome in overlapping(selection.files, work, threads=backend.parallel, stop=stop):
            _tell(output, path, outcome)
            counts[outcome.verdict] += 1
            if written is not None and outcome.answer is not None:
                written.add(path, outcome.answer, outcome.evidence)
            progress.advance()
    if written is not None:
        output.say(f"Evidence: {written.finish()}")
    _sum_up(output, counts)
    if counts.total() < len(selection.files):
        output.say("Stopped between two files; the verdicts above stand.", style="bold")
        raise typer.Exit(ExitCode.INTERRUPTED)
    if counts["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


@dataclass(frozen=True)
class _Outcome:
    """What became of one file. ``evidence`` are PNG files, one for each match that has one."""

    milliseconds: int
    answer: "CheckView | None" = None
    evidence: list[bytes] = field(default_factory=list)
    refusal: RegistryError | None = None

    @property
    def verdict(self) -> str:
        return "refused" if self.answer is None else self.answer.verdict


@dataclass(frozen=True)
class _Check:
    """One file, checked."""

    backend: "Backend"
    with_evidence: bool

    def __call__(self, path: Path) -> _Outcome:
        from registry.cli.file_access import read_regular_file

        began = time.monotonic()
        try:
            content = read_regular_file(path, self.backend.largest_upload)
            answer = self.backend.check(content, path.name)
            evidence = self.backend.evidence(answer) if self.with_evidence else []
        except Refused as refusal:
            return _Outcome(round((time.monotonic() - began) * 1000), refusal=refusal)
        return _Outcome(answer.ms, answer=answer, evidence=evidence)


def _tell(output: Output, path: Path, outcome: _Outcome) -> None:
    answer, refusal = outcome.answer, outcome.refusal
    output.record(
        {
            "path": str(path),
            "verdict": outcome.verdict,
            "matches": [] if answer is None else [match.model_dump(mode="json") for match in answer.matches],
            "index_size": answer and answer.index_size,
            "ms": outcome.milliseconds,
            "code": refusal and refusal.code,
            "message": refusal and f"{refusal.message} {refusal.hint}",
        }
    )
    output.line(f"{outcome.verdict:<8} {path}", style=STYLES[outcome.verdict])
    if refusal is not None:
        output.line(f"{'':<8} {refusal.code}: {refusal.message} {refusal.hint}", style="dim")
    for match in () if answer is None else answer.matches:
        output.line(f"{'':<8} {match_in_words(match)}", style=STYLES[match.verdict])


def match_in_words(match: "MatchView") -> str:
    """One sentence: which work, how it was changed, how sure that is."""
    called = f'"{match.title}"' if match.title else match.path or match.work_id
    sibling = f"; shows the same art as {match.sibling_of}, which fits better" if match.sibling_of else ""
    return f"{called} ({match.work_id}): {match.transform or 'unchanged'}; score {match.score:.2f}{sibling}"


def _sum_up(output: Output, counts: "Counter[str]") -> None:
    if not counts:
        output.say("There is no picture there.", style="yellow")
        return
    output.say(", ".join(f"{counts[verdict]} {verdict}" for verdict in STYLES if counts[verdict]), style="bold")
