"""`registry verify`: the offline verifier, the same code that runs without anything installed."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.exit_codes import ExitCode
from registry.cli.options import AsJson
from registry.cli.output import Output


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence file or receipt.")],
    *,
    work: Annotated[
        Path | None,
        typer.Option("--work", metavar="ORIGINAL", help="The original, to compare with what was registered."),
    ] = None,
    verifier_key: Annotated[
        str | None,
        typer.Option("--key", metavar="VKEY", help="The ledger's verifier key, as known from elsewhere."),
    ] = None,
    tsa_root: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PEM",
            help="Certificates of those who vouch for timestamp authorities, as known from elsewhere; repeatable.",
        ),
    ] = None,
    block: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHAIN:HASH",
            help="A block as known from elsewhere: 1:0x... of Ethereum, bitcoin:... of Bitcoin; repeatable.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Read the file as of this day, such as 2040-01-01. Default: now."),
    ] = None,
    distrust: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=DATE",
            help="An algorithm that proves nothing from this day on, such as sha256=2048-01-01; repeatable.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify an evidence file or a receipt. Needs no network and no registry; the same as `python3 verify.pyz FILE`."""
    from registry.cli.file_access import opened_regular_file, read_small_file
    from registry.verify.certificate import LARGEST_PEM, parse_certificates
    from registry.verify.errors import VerificationError
    from registry.verify.file import sha256_of, verify_file
    from registry.verify.known_block import KnownBlock
    from registry.verify.note import VerifierKey
    from registry.verify.reading import Reading

    if verifier_key is not None:
        try:
            VerifierKey.parse(verifier_key)
        except VerificationError as error:
            raise typer.BadParameter(f"this is no verifier key. {error}", param_hint="--key") from error
    roots = None
    try:
        for trusted in tsa_root or ():
            roots = (roots or []) + parse_certificates(read_small_file(trusted, LARGEST_PEM))
    except VerificationError as error:
        raise typer.BadParameter(f"no certificate to use. {error}", param_hint="--tsa-root") from error
    try:
        known_blocks = [KnownBlock.parse(text) for text in block or ()]
    except VerificationError as error:
        raise typer.BadParameter(str(error), param_hint="--block") from error
    try:
        reading = Reading.of(at, distrust or ())
    except VerificationError as error:
        raise typer.BadParameter(str(error), param_hint="--at, --distrust") from error
    original = None
    if work is not None:
        with opened_regular_file(work) as opened:
            original = sha256_of(opened)
    with opened_regular_file(file) as opened:
        report = verify_file(
            opened,
            work_sha256=original,
            verifier_key=verifier_key,
            authority_roots=roots,
            known_blocks=known_blocks,
            reading=reading,
        )
    Output(as_json=as_json).record(report.to_json())
    if not as_json:
        typer.echo(report.to_text())
    if report.verdict != "proven":
        raise typer.Exit(ExitCode.CHECK_FAILED)
