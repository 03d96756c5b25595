"""`registry monitor`: watch any log that is published as tiles."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson
from registry.cli.output import Output
from registry.errors import Unavailable

if TYPE_CHECKING:
    from registry.monitor.follow import Inconsistent
    from registry.monitor.followed import Followed
    from registry.verify.note import VerifierKey

SECONDS_BETWEEN = 60
"""Between two looks: twelve times what a checkpoint may be kept for by caches."""


def monitor(
    log: Annotated[str, typer.Argument(metavar="URL|DIR", help="The log's address, or an exported folder.")],
    keys: Annotated[
        list[str],
        typer.Option("--key", metavar="VKEY", help="The log's verifier key, as known from elsewhere; may be repeated."),
    ],
    *,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to keep what was seen, so that the next run goes on from it."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    every: Annotated[int, typer.Option(min=1, metavar="SECONDS", help="Time between two looks.")] = SECONDS_BETWEEN,
    as_json: AsJson = False,
) -> None:
    """Follow a log: every entry against its tree, every checkpoint against those before. Exit code 1: it lied."""
    from registry.monitor.follow import Inconsistent, follow
    from registry.monitor.followed import Followed, keep, load
    from registry.monitor.log_source import PublishedLog, source_of

    output = Output(as_json=as_json)
    trusted = _parsed(keys)
    followed = Followed() if state is None else load(state)
    with PublishedLog(source_of(log)) as published:
        while True:
            try:
                with output.progress("Reading") as progress:
                    followed = follow(published, trusted, followed, progress.reached)
            except Inconsistent as found:
                _accuse(output, log, found, state)
                raise typer.Exit(ExitCode.CHECK_FAILED) from found
            except Unavailable as error:
                # What cannot be read today says nothing about the log; a watcher waits, a single look fails.
                if once:
                    raise
                output.failure(error)
            else:
                if state is not None:
                    # A crash before this reads the same entries again next time.
                    keep(state, followed)
                _tell(output, log, followed)
            if once:
                return
            time.sleep(every)


def _parsed(keys: list[str]) -> "tuple[VerifierKey, ...]":
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey

    try:
        return tuple(VerifierKey.parse(key) for key in keys)
    except VerificationError as error:
        raise typer.BadParameter(f"this is no verifier key. {error}", param_hint="--key") from error


def _tell(output: Output, log: str, followed: "Followed") -> None:
    from registry.verify.checkpoint import unverified_checkpoint

    assert followed.note is not None  # noqa: S101 - there is one after every look that succeeded
    checkpoint, _ = unverified_checkpoint(followed.note, extensions=True)
    root = checkpoint.root.hex()
    output.record(
        {"log": log, "consistent": True, "size": followed.size, "root": root, "what": None, "index": None, "proof": []}
    )
    output.say(f"In order: {followed.size} entries, root {root}", style="green")


def _accuse(output: Output, log: str, found: "Inconsistent", state: Path | None) -> None:
    output.record(
        {
            "log": log,
            "consistent": False,
            "size": None,
            "root": None,
            "what": found.what,
            "index": found.index,
            "proof": list(found.notes),
        }
    )
    kept = "" if state is None else f"\n{state} still holds the last state that was in order: keep a copy of it."
    proof = "".join(f"\n\n{note}" for note in found.notes)
    output.panel(
        f"{found.what}{kept}\nShow this to other witnesses and monitors of the log, and to whoever runs it.{proof}",
        title="The log is not consistent",
        style="red",
    )
