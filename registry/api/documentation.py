"""The API's documentation, served by the service itself: no other host is asked for anything, no script runs."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from registry.api.openapi import Api
from registry.api.reference.page import page

REFERENCE = Path(__file__).parent / "reference"
ASK_AGAIN = {"Cache-Control": "no-cache"}
"""Another version of the service may stand at the same address tomorrow."""


def add_documentation(app: Api) -> None:
    """``/docs`` for people, ``/openapi.json`` for programs."""

    @cache
    def reference() -> str:
        return page(app.openapi(), (REFERENCE / "introduction.html").read_text(encoding="utf-8"))

    def openapi() -> JSONResponse:
        return JSONResponse(app.openapi(), headers=ASK_AGAIN)

    def docs() -> HTMLResponse:
        return HTMLResponse(reference(), headers=ASK_AGAIN)

    pages = APIRouter(include_in_schema=False)
    pages.add_api_route("/openapi.json", openapi)
    pages.add_api_route("/docs", docs)
    app.include_router(pages)
    app.mount("/docs/static", StaticFiles(directory=REFERENCE / "static"), name="static")
