"""Who asks: API keys in ``Authorization: Bearer`` (RFC 6750), and the scopes that routes ask for."""

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from registry import errors
from registry.accounts.caller import Caller, Scope
from registry.accounts.keys import authenticate_request
from registry.api.opened import Opened

_bearer = HTTPBearer(
    scheme_name="ApiKey",
    bearerFormat="fmk_ and 65 more characters",
    description="An API key, as `registry keys create` shows it once. Each operation names the scope it needs.",
    auto_error=False,
)


def caller(
    needed: SecurityScopes,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    installation: Opened,
) -> Caller:
    """The holder of the key that came with the request, once it has every scope the route asks for."""
    if credentials is None:
        raise errors.Unauthenticated(
            "key_missing",
            "This needs an API key.",
            hint="Send the header Authorization: Bearer followed by the key.",
        )
    who = authenticate_request(
        installation.database, credentials.credentials, installation.key_secret, installation.clock
    )
    for scope in needed.scopes:
        who.require(Scope(scope))
    return who
