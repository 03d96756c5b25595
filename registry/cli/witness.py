"""`registry witness`: cosign the checkpoints of other people's logs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.file_access import read_small_file
from registry.cli.options import AsJson, Home
from registry.cli.output import Output
from registry.errors import Refused

if TYPE_CHECKING:
    from registry.verify.note import VerifierKey

DEFAULT_PORT = 8100

app = typer.Typer(no_args_is_help=True, help="Watch other people's logs and cosign what they show.")


@app.command()
def keys(*, home: Home = None, as_json: AsJson = False) -> None:
    """Show the keys that this witness is known by, made now if it has none: what logs put into their policy."""
    from registry.ids import SystemRandomness
    from registry.settings import Settings
    from registry.witness.opening import keys_of

    output = Output(as_json=as_json)
    for cosigner in keys_of(Settings.load(home=home), SystemRandomness()):
        kind = f"{cosigner.key.signature_type:02x}"
        output.record({"name": cosigner.key.name, "type": kind, "verifier_key": str(cosigner.key)})
        output.line(str(cosigner.key))


@app.command()
def serve(
    logs: Annotated[
        list[str] | None, typer.Option("--log", metavar="VKEY", help="Verifier key of a log to watch; repeatable.")
    ] = None,
    *,
    logs_file: Annotated[
        Path | None, typer.Option("--logs", metavar="FILE", help="Those in a C2SP tlog-policy file (its log lines).")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: this machine only.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = DEFAULT_PORT,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Answer logs that submit their checkpoints (C2SP tlog-witness), until Ctrl-C."""
    from registry.api.server import serve_application
    from registry.api.witness_app import create_witness_app
    from registry.clock import SystemClock
    from registry.ids import SystemRandomness
    from registry.settings import Settings
    from registry.witness.opening import open_witness

    settings = Settings.load(home=home)
    watched = _watched(logs or [], logs_file)
    if not watched:
        raise Refused(
            "no_log_to_watch",
            "The witness was told of no log, and it cosigns nothing that it does not know.",
            hint="Name a log's verifier key: --log VKEY; 'registry ledger show' tells the key of a ledger.",
        )
    witness, known_by = open_witness(settings, watched, SystemClock(), SystemRandomness())
    output = Output(as_json=as_json)

    def tell(address: str) -> None:
        names = [str(key) for key in known_by]
        output.record({"address": address, "keys": names, "logs": [str(log) for log in watched]})
        output.facts({"answering at": f"{address}/add-checkpoint", "watching": ", ".join(log.name for log in watched)})
        for name in names:
            output.line(f"key  {name}")
        output.say("End with Ctrl-C.", style="dim")

    serve_application(create_witness_app(witness), settings.host if host is None else host, port, when_ready=tell)


def _watched(keys_given: list[str], file: Path | None) -> "list[VerifierKey]":
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey
    from registry.verify.policy import LARGEST_POLICY, Policy

    try:
        found = [VerifierKey.parse(key) for key in keys_given]
    except VerificationError as error:
        raise typer.BadParameter(f"this is no verifier key. {error}", param_hint="--log") from error
    if file is not None:
        try:
            found += [log.key for log in Policy.parse(read_small_file(file, LARGEST_POLICY)).logs]
        except VerificationError as error:
            raise Refused(
                "witness_policy",
                f"The policy {file} cannot be used. {error}",
                hint="docs/watch-a-log.md shows such a file; c2sp.org/tlog-policy describes it.",
            ) from error
    return found
