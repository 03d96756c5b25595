"""API keys of the caller's own account."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response, Security

from registry import errors
from registry.accounts import keys
from registry.accounts.caller import Caller, Scope
from registry.accounts.models import Account, ApiKey
from registry.api.authentication import caller
from registry.api.openapi import json_request, problems
from registry.api.opened import Opened
from registry.api.request_body import json_body
from registry.client.schemas import KeyList, KeyRequest, KeyView, NewKey

router = APIRouter(prefix="/v1/keys", tags=["keys"])

Administrator = Annotated[Caller, Security(caller, scopes=[Scope.KEYS_ADMIN])]
KeyId = Annotated[str, Path(pattern="^key_[0-9a-hjkmnp-tv-z]{26}$", examples=["key_3c6gkyt2tftjmx0k14jr7bvgn9"])]


async def wanted_key(request: Request) -> KeyRequest:
    return await json_body(request, KeyRequest)


@router.post(
    "",
    operation_id="create_key",
    summary="Make an API key",
    status_code=HTTPStatus.CREATED,
    response_description="The key and its secret.",
    responses={201: {"headers": {"Location": {"schema": {"type": "string"}}}}},
    openapi_extra=json_request(KeyRequest),
)
def create_key(
    installation: Opened,
    who: Administrator,
    wanted: Annotated[KeyRequest, Depends(wanted_key)],
    response: Response,
) -> NewKey:
    """The answer shows the key's secret for the only time."""
    with installation.database.write() as session:
        made = keys.create_key(
            session,
            session.get_one(Account, who.account_id),
            wanted.name,
            scopes=frozenset(wanted.scopes),
            expires_at=wanted.expires_at,
            secret=installation.key_secret,
            clock=installation.clock,
            randomness=installation.randomness,
        )
        # A crash here leaves no key; one after the commit leaves a key whose secret nobody has: revoke it.
    response.headers["Location"] = f"{router.prefix}/{made.id}"
    return NewKey(
        id=made.id,
        name=made.name,
        scopes=sorted(made.scopes),
        created_at=made.created_at,
        expires_at=made.expires_at,
        last_used_at=None,
        revoked_at=None,
        token=made.token,
    )


@router.get("", operation_id="list_keys", summary="The account's API keys", response_description="Every key.")
def list_keys(installation: Opened, who: Administrator) -> KeyList:
    """Oldest first, revoked and expired ones too; their secrets are kept nowhere."""
    with installation.database.read() as session:
        found = keys.list_keys(session, session.get_one(Account, who.account_id))
    return KeyList(items=[_view(key) for key in found])


@router.delete(
    "/{key_id}",
    operation_id="revoke_key",
    summary="End an API key",
    response_description="The key, ended.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def revoke_key(installation: Opened, who: Administrator, key_id: KeyId) -> KeyView:
    """Ends it now and for ever. Ending it again changes nothing."""
    with installation.database.write() as session:
        key = session.get(ApiKey, key_id)
        if key is None or key.account_id != who.account_id:
            raise errors.NotFound(
                "key_not_found", "Your account has no such key.", hint="List the keys to see their ids."
            )
        return _view(keys.revoke_key(session, key_id, installation.clock))


def _view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.id,
        name=key.name,
        scopes=[Scope(name) for name in key.scopes.split()],
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
