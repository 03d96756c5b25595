"""The application: every resource, the frame around requests, the documentation."""

import asyncio
from importlib.metadata import version

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from registry.api.documentation import add_documentation
from registry.api.openapi import Api
from registry.api.problem_response import answer_errors_as_problems
from registry.api.query import only_known_parameters
from registry.api.request_frame import RequestFrame
from registry.api.routes import checks, evidence, health, keys, ledger, log, metrics, works
from registry.installation import Installation

DESCRIPTION = (
    "Firstmark registers original designs in an append-only ledger that anyone can verify, and finds copies of "
    "them in listing pictures."
)
CHAPTERS = {
    "works": "Register designs, read them, give evidence of them, withdraw or erase them.",
    "checks": "Ask whether a listing picture contains a registered work.",
    "ledger": "Read the ledger and get proofs from it. Public.",
    "log": "The static resources of the log, for witnesses and monitors. Public.",
    "keys": "Make, list and end the API keys of your account.",
    "health": "For whoever runs the service. Public.",
}
PICTURES_PER_WORKER = 2
"""Uploads worked on at once for each picture process: one is decoded while the other is recorded or compared."""


def create_app(installation: Installation) -> Api:
    """The HTTP API of ``installation``, which stays the caller's to close."""
    app = Api(
        title="Firstmark API",
        version=version("firstmark"),
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=[{"name": name, "description": text} for name, text in CHAPTERS.items()],
        servers=[{"url": "/"}],
        generate_unique_id_function=_operation_id,
        separate_input_output_schemas=False,
        redirect_slashes=False,
        openapi_url=None,  # served with the documentation, under the same rules
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(RequestFrame)],
        dependencies=[Depends(only_known_parameters)],
    )
    app.state.installation = installation
    app.state.picture_turns = asyncio.Semaphore(PICTURES_PER_WORKER * installation.settings.picture_workers)
    answer_errors_as_problems(app)
    for resource in (works, evidence, checks, ledger, log, keys, health, metrics):
        app.include_router(resource.router)
    add_documentation(app)
    return app


def _operation_id(route: APIRoute) -> str:
    """The function's own name, as generated clients call it."""
    return route.name
