"""`registry anchor`: independent witnesses of the time, authorities, calendars and chains, by hand or as a loop."""

import time
from typing import Annotated

import typer

from registry.cli.anchor_calendars import calendar_round, show_promises
from registry.cli.anchor_networks import deploy, make_key, make_round, show_status
from registry.cli.exit_codes import ExitCode
from registry.cli.moments import in_words
from registry.cli.options import AsJson, Home
from registry.cli.output import Output

app = typer.Typer(no_args_is_help=True, help="Have the ledger witnessed by timestamp authorities and chains.")
app.command()(deploy)
app.command("key")(make_key)


@app.command()
def run(
    *,
    every: Annotated[
        int | None, typer.Option(metavar="SECONDS", min=1, help="Go on until Ctrl-C. Default: once.")
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Have the newest checkpoint witnessed: by each timestamp authority, by each calendar and in each network that the
    settings name."""
    from registry.anchoring.stamping import no_time_witness
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        stamping, calendars = installation.stamping, installation.calendars
        if not stamping.witnesses and not calendars.calendars and not installation.anchoring.networks:
            raise no_time_witness()
        while True:
            outcomes = stamping.round()
            for outcome in outcomes:
                failure = None if outcome.error is None else outcome.error.code
                output.record({"witness": outcome.witness, "size": outcome.size, "time": outcome.time, "code": failure})
                if outcome.error is not None:
                    output.failure(outcome.error)
                elif outcome.time is not None:
                    seen = "stamped" if outcome.new else "had stamped already"
                    output.say(f"{outcome.witness} {seen} the first {outcome.size} entries: {in_words(outcome.time)}.")
            whole = calendar_round(calendars, output)
            quiet = make_round(installation, output)
            if every is None:
                break
            time.sleep(every)
    if not quiet or not whole or any(outcome.error is not None for outcome in outcomes):
        raise typer.Exit(ExitCode.REFUSED)


@app.command()
def status(*, home: Home = None, as_json: AsJson = False) -> None:
    """Show what each witness of time has seen last, how many entries came after it, and what to look at."""
    from registry.anchoring.stored import newest
    from registry.cli.backend import open_home

    output = Output(as_json=as_json)
    with open_home(home, must_exist=True) as installation:
        asked = {witness.name for witness in installation.stamping.witnesses}
        asked |= {calendar.name for calendar in installation.calendars.calendars}
        with installation.database.read() as session:
            size = installation.ledger.head(session).size
            stamps = {stamp.witness: stamp for stamp in newest(session)}
        promises = show_promises(installation, output)
        networks = show_status(installation, output)
    rows = []
    for name in sorted(asked | stamps.keys()):
        stamp = stamps.get(name)
        stamped, moment = (0, None) if stamp is None else (stamp.checkpoint_size, stamp.time)
        output.record(
            {"witness": name, "asked": name in asked, "size": stamped, "time": moment, "behind": size - stamped}
        )
        when = "never" if moment is None else in_words(moment)
        rows.append((name, stamped, when, size - stamped, "yes" if name in asked else "no longer"))
    if not rows and not networks and not promises:
        output.say("No witness of time is named in the settings, and none has stamped anything.")
    if not rows:
        return
    output.table(("witness", "entries stamped", "at", "since then", "is asked"), rows, fold=("at",))
