"""`registry verify`: the offline verifier, the same code that runs without anything installed."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson
from registry.cli.output import Output

LARGEST_ORIGINAL = 1 << 30
"""Bytes: the most that any registry can be set to accept."""


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt.")],
    work: Annotated[
        Path | None,
        typer.Option("--work", metavar="ORIGINAL", help="The original, to compare with what was registered."),
    ] = None,
    verifier_key: Annotated[
        str | None,
        typer.Option("--key", metavar="VKEY", help="The ledger's verifier key, as known from elsewhere."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify a receipt. Needs no network and no registry; the same as `python -m registry.verify FILE`."""
    from registry.cli.file_access import read_regular_file, read_small_file
    from registry.verify.errors import VerificationError
    from registry.verify.note import VerifierKey
    from registry.verify.receipt import LARGEST_RECEIPT, verify_receipt

    if verifier_key is not None:
        try:
            VerifierKey.parse(verifier_key)
        except VerificationError as error:
            raise typer.BadParameter(f"this is no verifier key. {error}", param_hint="--key") from error
    content = read_regular_file(file, LARGEST_RECEIPT)
    original = None if work is None else read_small_file(work, LARGEST_ORIGINAL)
    report = verify_receipt(content, work=original, verifier_key=verifier_key)
    Output(as_json=as_json).record(report.to_json())
    if not as_json:
        typer.echo(report.to_text())
    if report.verdict != "proven":
        raise typer.Exit(ExitCode.CHECK_FAILED)
