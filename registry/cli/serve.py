"""`registry serve`: the service, until it is told to end."""

from typing import Annotated

import typer

from registry.cli.options import AsJson, Home
from registry.cli.output import Output


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: this machine only.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Default: 8000. 0 takes a free one.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Serve the pages for people, the API for programs and the public log, until Ctrl-C."""
    from registry.api.server import serve as answer_requests
    from registry.cli.backend import open_home
    from registry.web.application import create_application

    output = Output(as_json=as_json)

    def tell(address: str) -> None:
        output.record({"address": address, "docs": f"{address}/docs"})
        output.facts(
            {
                "pages for people": address,
                "API for programs": f"{address}/docs",
                "public log": f"{address}/log/checkpoint",
                "home": installation.settings.home,
            }
        )
        output.say("Make a key for a program with: registry keys create. End with Ctrl-C.", style="dim")

    with open_home(home) as installation:
        answer_requests(installation, create_application(installation), host, port, when_ready=tell)
    output.say("Ended; every request that was under way was answered.")
