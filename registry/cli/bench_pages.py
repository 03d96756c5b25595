"""`registry bench pages`: what the server spends on each page, with many works."""

from typing import Annotated

import typer

from registry.cli.options import AsJson
from registry.cli.output import Output


def pages(
    *,
    works: Annotated[int, typer.Option(metavar="N", min=10, help="Works of one person, and as many checks.")] = 100_000,
    visits: Annotated[int, typer.Option(metavar="N", min=1, help="How often each page is asked for.")] = 20,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="What the drawn pictures follow from.")] = 7,
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An empty database to measure in. Default: SQLite in a temporary home."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for every page of a site with many works, which is thrown away."""
    from registry.benchmark.pages import Plan, measure_pages
    from registry.cli.bench_report import plain_tables
    from registry.web.application import create_application

    output = Output(as_json=as_json)
    plan = Plan(works, visits, seed, database)
    rows = []
    with output.progress("Recording works", works) as progress:
        for row in measure_pages(plan, create_application, progress.advance):
            output.record(row)
            rows.append(row)
    plain_tables(output, rows)
