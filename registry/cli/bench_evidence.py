"""`registry bench evidence`: what evidence files cost on this machine."""

from typing import Annotated

import typer

from registry.cli.options import AsJson
from registry.cli.output import Output


def evidence(
    *,
    entries: Annotated[int, typer.Option(metavar="N", min=10, help="Entries of the ledger.")] = 5_000,
    files: Annotated[int, typer.Option(metavar="N", min=1, help="Evidence files to build.")] = 200,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="What the drawn pictures follow from.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Build evidence files beside a ledger that is thrown away, and verify one in a bare Python."""
    from registry.benchmark.evidence import measure_evidence
    from registry.cli.bench_report import plain_tables

    output = Output(as_json=as_json)
    rows = []
    with output.progress("Appending", entries) as progress:
        for row in measure_evidence(entries, files, seed, progress.advance):
            output.record(row)
            rows.append(row)
    plain_tables(output, rows)
