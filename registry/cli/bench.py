"""`registry bench`: what this installation can do, measured on this machine, with other tools beside it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from registry.cli.options import AsJson
from registry.cli.output import Output
from registry.errors import Refused

app = typer.Typer(no_args_is_help=True, help="Measure this installation, with other tools beside it.")

LARGEST_FAMILIES_FILE = 16 * 1024 * 1024
"""Bytes; a pair has about a hundred."""
DEFAULT_SEED = 7
DEFAULT_SAMPLE = 20
Seed = Annotated[int, typer.Option(metavar="N", min=0, help="Everything that is left to chance follows from it.")]


@app.command()
def quality(
    *,
    designs: Annotated[Path, typer.Option(metavar="DIR", exists=True, help="Folder with original designs.")],
    photos: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, help="Folder with photographs to put products in. Default: drawn."),
    ] = None,
    seed: Seed = DEFAULT_SEED,
    sample: Annotated[int, typer.Option(metavar="N", min=1, help="Registered designs to steal.")] = DEFAULT_SAMPLE,
    thefts: Annotated[str, typer.Option(metavar="NAME,...", help="Only these thefts. Default: all.")] = "",
    severities: Annotated[str, typer.Option(metavar="N,...", help="Of 1 (mild), 2 and 3 (hard).")] = "1,2,3",
    half: Annotated[
        int | None,
        typer.Option(
            metavar="0|1", min=0, max=1, help="Only this half of the pictures: tune on one, report the other."
        ),
    ] = None,
    families: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, help="Reviewed pairs of designs that share art.")
    ] = None,
    peers: Annotated[
        str | None,
        typer.Option(metavar="NAME,...", help="phash, dhash, pdq, sift, sscd or none. Default: all there are."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write pictures of hits and misses there.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Steal designs in many ways and count what is found: thefts by severity and kind of design, false alarms, peers."""
    from registry.benchmark.collection import collect
    from registry.benchmark.families import find_families, read_pairs
    from registry.benchmark.firstmark import Firstmark, throw_away_installation
    from registry.benchmark.peers import PEERS, installed
    from registry.benchmark.quality import Plan, QualityBenchmark
    from registry.benchmark.thefts import NAMES, SEVERITIES
    from registry.cli.file_access import read_small_file
    from registry.cli.picture_files import select

    output = Output(as_json=as_json)
    plan = Plan(
        seed=seed,
        sample=sample,
        thefts=_chosen(thefts, NAMES, "theft"),
        severities=[
            one for one in SEVERITIES if str(one) in _chosen(severities, [str(one) for one in SEVERITIES], "severity")
        ],
        save=save,
    )
    contenders = [] if peers == "none" else installed(_chosen(peers or "", list(PEERS), "peer"))
    decided = read_pairs(read_small_file(families, LARGEST_FAMILIES_FILE)) if families else []
    if save:
        save.mkdir(parents=True, exist_ok=True)
    design_files, photo_files = select([designs]).files, select([photos]).files if photos else []
    with output.progress("Reading", len(design_files) + len(photo_files)) as progress:
        collection = collect(design_files, photo_files, seed=seed, half=half, advance=progress.advance)
    with output.progress("Looking for families", len(collection.designs)) as progress:
        related = find_families(collection.designs, decided, advance=progress.advance)
    rows = []
    with throw_away_installation() as installation:
        benchmark = QualityBenchmark(collection, related, [Firstmark(installation), *contenders], plan)
        with output.progress("Stealing", plan.listings(collection)) as progress:
            for row in benchmark.run(progress):
                output.record(row)
                rows.append(row)
    _tabulate(output, rows)
    if save:
        output.say(f"Pictures of hits and misses: {save}")


def _chosen(listed: str, known: Iterable[str], what: str) -> tuple[str, ...]:
    """The names in a list with commas; all that are known for an empty one. Refused (``bench_name_unknown``)."""
    known = tuple(known)
    named = tuple(name.strip() for name in listed.split(",") if name.strip())
    for name in named:
        if name not in known:
            raise Refused(
                "bench_name_unknown",
                f"There is no {what} called {name}.",
                hint=f"Choose from: {', '.join(known)}.",
            )
    return named or known


def _tabulate(output: Output, rows: list[Mapping[str, object]]) -> None:
    """One table for each set of columns, in the order of the rows."""
    tables: dict[tuple[str, ...], list[list[object]]] = {}
    for row in rows:
        tables.setdefault(tuple(row), []).append(["-" if value is None else value for value in row.values()])
    for columns, cells in tables.items():
        output.table([column.replace("_", " ") for column in columns], cells)
        output.say()
