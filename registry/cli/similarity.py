"""`registry similarity`: the decision on what a listing shows, suited to this registry's own listings."""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output

app = typer.Typer(no_args_is_help=True, help="Suit the decision on listings to what people decided.")


@app.command()
def calibrate(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS", help="Decided pairs, one JSON object a line.")],
    *,
    model: Annotated[str, typer.Option(metavar="NAME", help="What answers shall call the new one.")] = "parts/own",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Refit weights and thresholds of the decision on parts of listings to PAIRS; used from the next start on."""
    from registry.cli.backend import open_home
    from registry.cli.file_access import read_regular_file, read_small_file
    from registry.listings.calibrate import LARGEST_FILE, LARGEST_LISTING, read_pairs
    from registry.listings.calibrate import calibrate as refit

    output = Output(as_json=as_json)
    decided = read_pairs(read_small_file(pairs, LARGEST_FILE))
    with (
        open_home(home, must_exist=True) as installation,
        output.progress("Looking", len({pair.listing for pair in decided})) as progress,
    ):
        found, copies, strangers = refit(
            installation,
            decided,
            lambda path: read_regular_file(pairs.parent / path, LARGEST_LISTING),
            model,
            progress.advance,
        )
    row = {"model": found.model, "copies": copies, "strangers": strangers, "match": found.match, "review": found.review}
    output.record(row)
    output.facts(row)
    output.say("Services use it when they start again; answers name it.")
