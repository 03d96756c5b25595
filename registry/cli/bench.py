"""`registry bench`: what this installation can do, measured on this machine, with other tools beside it."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry.cli.bench_evidence import evidence
from registry.cli.bench_pages import pages
from registry.cli.options import AsJson, Home
from registry.cli.output import Output
from registry.errors import Refused

if TYPE_CHECKING:
    from registry.benchmark.collection import Collection
    from registry.benchmark.families import Families

app = typer.Typer(no_args_is_help=True, help="Measure this installation, with other tools beside it.")
app.command()(evidence)
app.command()(pages)

LARGEST_FAMILIES_FILE = 16 * 1024 * 1024
"""Bytes; a pair has about a hundred."""
DEFAULT_SEED = 7
DEFAULT_SAMPLE = 20
DRAWN_TO_VARY = 24
SMALLEST_GROWTH = 10_000
"""Entries: of a smaller ledger there would be nothing to measure but its beginning."""
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
    without: Annotated[
        str, typer.Option(metavar="NAME,...", help="Switch off whole_pictures, local_features, regions or outlines.")
    ] = "",
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", file_okay=False, help="Write pictures of hits and misses there.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the result in the home, for the page of numbers.")
    ] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Steal designs in many ways and count what is found, by theft, severity and kind of design; and false alarms."""
    from registry.benchmark.firstmark import Firstmark, throw_away_installation
    from registry.benchmark.peers import PEERS, installed
    from registry.benchmark.quality import Plan, QualityBenchmark
    from registry.benchmark.thefts import NAMES, SEVERITIES
    from registry.cli.bench_report import quality_tables
    from registry.clock import SystemClock
    from registry.listings import measured_quality

    output = Output(as_json=as_json)
    quality_file = _quality_file(home) if record else None
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
    if save:
        save.mkdir(parents=True, exist_ok=True)
    collection, related = _collected(output, designs, photos, families, seed=seed, half=half)
    rows: list[dict[str, object]] = []
    with throw_away_installation(without) as installation:
        benchmark = QualityBenchmark(collection, related, [Firstmark(installation), *contenders], plan)
        with output.progress("Stealing", plan.listings(collection)) as progress:
            for row in benchmark.run(progress):
                output.record(row)
                rows.append(row)
    quality_tables(output, rows)
    if quality_file:
        measured_quality.record(quality_file, measured_quality.of_rows(rows, SystemClock().milliseconds()))
        output.say(f"Recorded for the page of numbers: {quality_file}")
    if save:
        output.say(f"Pictures of hits and misses: {save}")


def _quality_file(home: Path | None) -> Path:
    """Where the measurement goes: into a registry that is there before hours are spent. NotFound."""
    from registry.cli.backend import open_home

    with open_home(home, must_exist=True) as installation:
        return installation.settings.quality_file


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the calibration.")],
    *,
    designs: Annotated[Path, typer.Option(metavar="DIR", exists=True, help="Folder with original designs.")],
    photos: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, help="Folder with photographs to put products in. Default: drawn."),
    ] = None,
    seed: Seed = DEFAULT_SEED,
    per_theft: Annotated[int, typer.Option(metavar="N", min=1, help="Designs to steal in each way.")] = 12,
    thefts: Annotated[str, typer.Option(metavar="NAME,...", help="Only these thefts. Default: all.")] = "",
    half: Annotated[
        int | None, typer.Option(metavar="0|1", min=0, max=1, help="Only this half of the pictures.")
    ] = None,
    families: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, help="Reviewed pairs of designs that share art.")
    ] = None,
    model: Annotated[str, typer.Option(metavar="NAME", help="What answers shall call it.")] = "parts/own",
    as_json: AsJson = False,
) -> None:
    """Fit the decision on parts of listings to thefts of these designs."""
    from registry.benchmark.calibrating import Labeller
    from registry.benchmark.firstmark import Firstmark, throw_away_installation
    from registry.benchmark.thefts import NAMES
    from registry.similarity.fitting import fit
    from registry.storage.durable_file import replace

    output = Output(as_json=as_json)
    chosen = _chosen(thefts, NAMES, "theft")
    collection, related = _collected(output, designs, photos, families, seed=seed, half=half)
    with throw_away_installation() as installation:
        labeller = Labeller(collection, related, Firstmark(installation), seed=seed, per_theft=per_theft, thefts=chosen)
        with output.progress("Stealing", labeller.steps) as progress:
            listings = list(labeller.listings(progress.advance))
    found = fit(listings, model)
    replace(out, found.to_json())
    row = {
        "case": "calibration",
        "path": str(out),
        "model": found.model,
        "copies": sum(int(one.copies.sum()) for one in listings),
        "strangers": sum(one.stranger for one in listings),
        "match": found.match,
        "review": found.review,
    }
    output.record(row)
    output.facts(row)


def _collected(
    output: Output, designs: Path, photos: Path | None, families: Path | None, *, seed: int, half: int | None
) -> "tuple[Collection, Families]":
    """The pictures of two folders, and which designs share art: as people decided in ``families``, else by rule."""
    from registry.benchmark.collection import collect
    from registry.benchmark.families import find_families, read_pairs
    from registry.cli.file_access import read_small_file
    from registry.cli.picture_files import select

    decided = read_pairs(read_small_file(families, LARGEST_FAMILIES_FILE)) if families else []
    design_files, photo_files = select([designs]).files, select([photos]).files if photos else []
    with output.progress("Reading", len(design_files) + len(photo_files)) as progress:
        collection = collect(design_files, photo_files, seed=seed, half=half, advance=progress.advance)
    with output.progress("Looking for families", len(collection.designs)) as progress:
        return collection, find_families(collection.designs, decided, advance=progress.advance)


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


@app.command()
def register(
    *,
    designs: Annotated[
        Path | None, typer.Option(metavar="DIR", exists=True, help="Folder with pictures. Default: drawn ones.")
    ] = None,
    count: Annotated[int, typer.Option(metavar="N", min=1, help="Pictures to register.")] = 40,
    side: Annotated[int, typer.Option(metavar="PX", min=64, max=7000, help="Side of the drawn pictures.")] = 2000,
    seed: Seed = DEFAULT_SEED,
    as_json: AsJson = False,
) -> None:
    """Register pictures in a home that is thrown away: how many a second, and what each costs."""
    from registry.benchmark.registration import drawn_files, measure_registration
    from registry.cli.bench_report import plain_tables
    from registry.cli.picture_files import select

    output = Output(as_json=as_json)
    if designs is None:
        files = drawn_files(count, side, seed)
    else:
        files = ((path.name, path.read_bytes()) for path in select([designs]).files[:count])
    with output.progress("Registering", count) as progress:
        row = measure_registration(files, progress.advance)
    output.record(row)
    plain_tables(output, [row])


@app.command()
def search(
    *,
    hashes: Annotated[str, typer.Option(metavar="N,...", help="Numbers of hashes.")] = "10000,100000,1000000",
    works: Annotated[str, typer.Option(metavar="N,...", help="Numbers of works.")] = "1000,3000",
    designs: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, help="Folder with designs to vary. Default: drawn ones."),
    ] = None,
    queries: Annotated[int, typer.Option(metavar="N", min=4, help="Questions at each size.")] = 40,
    seed: Seed = DEFAULT_SEED,
    as_json: AsJson = False,
) -> None:
    """Search among many hashes and works: latency, throughput, memory, start, growth; numpy and FAISS beside it."""
    from registry.benchmark.hash_search import measure_hashes
    from registry.benchmark.registration import drawn_files
    from registry.benchmark.work_search import measure_works
    from registry.cli.bench_report import plain_tables
    from registry.cli.picture_files import select

    output = Output(as_json=as_json)
    if designs is None:
        contents = [content for _, content in drawn_files(DRAWN_TO_VARY, 600, seed)]
    else:
        contents = [path.read_bytes() for path in select([designs]).files]
    sizes, counts = _numbers(hashes), _numbers(works)
    rows: list[dict[str, object]] = []
    with output.progress("Searching", len(sizes) + len(counts)) as progress:
        for rows_of_part in (
            measure_hashes(sizes, contents, queries=queries, seed=seed, advance=progress.advance),
            measure_works(counts, contents, queries=queries, seed=seed, advance=progress.advance),
        ):
            for row in rows_of_part:
                output.record(row)
                rows.append(row)
    plain_tables(output, rows)


@app.command()
def ledger(
    *,
    entries: Annotated[int, typer.Option(metavar="N", min=2048, help="Entries to append in each case.")] = 200_000,
    growth: Annotated[
        str, typer.Option(metavar="N,...", help="Sizes to measure at; empty: none.")
    ] = "10000,100000,1000000",
    database: Annotated[
        str | None,
        typer.Option(metavar="URL", help="An empty database to measure in. Default: SQLite in a temporary home."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Append, prove and verify in a ledger that is thrown away; bare SQLite and the naive way beside it."""
    from registry.benchmark.ledger.measure import measure_ledger

    output = Output(as_json=as_json)
    rows = []
    for row in measure_ledger(entries, _growth(growth), database):
        output.record(row)
        rows.append(row)
        output.say(f"measured: {row['case']}", style="dim")
    columns = ("case", "entries", "entries_per_second", "p50_ms", "p99_ms")
    output.table(
        ("case", "entries", "entries/s", "p50 ms", "p99 ms", ""),
        [
            (
                *("" if row[column] is None else row[column] for column in columns),
                ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row.items() if name not in columns),
            )
            for row in rows
        ],
        title="The ledger",
        fold=("case",),
    )


def _growth(listed: str) -> list[int]:
    """Refused (``bench_number_malformed``) for anything but whole numbers with commas, none too small."""
    sizes = _numbers(listed)
    if sizes and sizes[0] < SMALLEST_GROWTH:
        raise Refused(
            "bench_number_malformed",
            f"A ledger of {sizes[0]} entries is too small to measure at.",
            hint=f"Name sizes from {SMALLEST_GROWTH}.",
        )
    return sizes


def _numbers(listed: str) -> list[int]:
    """Refused (``bench_number_malformed``) for anything but positive whole numbers with commas."""
    parts = [part.strip() for part in listed.split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise Refused(
            "bench_number_malformed",
            f"{listed} is no list of positive whole numbers.",
            hint="Write them like this: 10000,100000",
        )
    return sorted({int(part) for part in parts})
