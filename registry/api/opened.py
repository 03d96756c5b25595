"""The installation that the application serves, as a dependency."""

from typing import Annotated

from fastapi import Depends, Request

from registry.installation import Installation


def _opened(request: Request) -> Installation:
    installation: Installation = request.app.state.installation
    return installation


Opened = Annotated[Installation, Depends(_opened)]
