"""The caller's works: register them, amend them, read them, withdraw them, have them erased."""

import json
from collections.abc import AsyncIterator
from contextlib import closing
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, Security
from starlette.concurrency import run_in_threadpool

from registry.accounts.caller import Caller, Scope
from registry.api.authentication import caller
from registry.api.faults import faulty
from registry.api.form import Form, read_form
from registry.api.openapi import file_part, form_request, json_part, problems
from registry.api.opened import Opened
from registry.api.pagination import USUAL_PER_PAGE, Cursor, Limit, cursor_at, index_of, link_to_next
from registry.api.routes.numbers import LARGEST, Canonical
from registry.works import end, read
from registry.works.amend import amend
from registry.works.register import register
from registry.works.schemas import (
    AmendmentInput,
    ClaimInput,
    Ended,
    Registered,
    Upload,
    WorkPage,
    WorkView,
    parse_amendment,
    parse_claim,
)

CLAIM_BYTES = 256 * 1024
"""The longest claim that its members' own limits allow, with room for escapes."""
WORK_ID_PATTERN = "^wrk_[0-9a-hjkmnp-tv-z]{26}$"

router = APIRouter(prefix="/v1/works", tags=["works"])

Reader = Annotated[Caller, Security(caller, scopes=[Scope.WORKS_READ])]
Writer = Annotated[Caller, Security(caller, scopes=[Scope.WORKS_WRITE])]
WorkId = Annotated[str, Path(pattern=WORK_ID_PATTERN, examples=["wrk_3c6gkyt2tftjmx0k14jr7bvgn9"])]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{1,200}$",
        description="Makes the request repeatable: the same key gets the identical answer.",
    ),
]


VersionIndex = Annotated[
    int | None,
    Query(ge=0, le=LARGEST, description="Entry of the version; left out: the first."),
    Canonical,
]


async def registration_form(request: Request, installation: Opened, _: Writer) -> AsyncIterator[Form]:
    with closing(await _form(request, installation)) as form:
        yield form


async def amendment_form(request: Request, installation: Opened, _: Writer) -> AsyncIterator[Form]:
    with closing(await _form(request, installation, optional=frozenset({"file"}))) as form:
        yield form


@router.post(
    "",
    operation_id="register_work",
    summary="Register a picture",
    status_code=HTTPStatus.CREATED,
    response_description="The entry with its proof, and the receipt to keep.",
    responses={
        200: {"model": Registered, "description": "This account registered this file before; its first receipt."},
        201: {"headers": {"Location": {"schema": {"type": "string"}}}},
        **problems(HTTPStatus.NOT_FOUND),
    },
    openapi_extra=form_request(file=file_part("The picture."), claim=json_part(ClaimInput)),
)
async def register_work(
    request: Request,
    response: Response,
    installation: Opened,
    who: Writer,
    *,
    form: Annotated[Form, Depends(registration_form)],
    idempotency_key: IdempotencyKey = None,
) -> Registered:
    """Answers when the ledger holds the entry. A picture that matches earlier works is registered with that finding."""
    upload = _upload(form)
    claim = parse_claim(_claim(form))
    async with request.app.state.picture_turns:
        answer = await run_in_threadpool(register, installation, who, upload, claim, idempotency_key)
    response.headers["Location"] = f"{router.prefix}/{answer.work_id}"
    if answer.status == "already_registered":
        response.status_code = HTTPStatus.OK
    return answer


@router.post(
    "/{work_id}/versions",
    operation_id="amend_work",
    summary="Add a picture or drafts to a work",
    status_code=HTTPStatus.CREATED,
    response_description="The entry with its proof, and the receipt to keep.",
    responses={
        200: {"model": Registered, "description": "The work has this picture or these drafts already; their receipt."},
        201: {"headers": {"Location": {"schema": {"type": "string"}}}},
        **problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
    openapi_extra=form_request(
        file=file_part("The new picture; left out: drafts alone."),
        claim=json_part(AmendmentInput),
        optional=frozenset({"file"}),
    ),
)
async def amend_work(
    request: Request,
    response: Response,
    installation: Opened,
    who: Writer,
    work_id: WorkId,
    *,
    form: Annotated[Form, Depends(amendment_form)],
    idempotency_key: IdempotencyKey = None,
) -> Registered:
    """Checks find the work by its new picture too. A file belongs to one work of its owner."""
    upload = _upload(form) if "file" in form.parts else None
    amendment = parse_amendment(_claim(form))

    def run() -> Registered:
        return amend(
            installation,
            work_id,
            amendment,
            upload,
            account_id=who.account_id,
            idempotency_key=idempotency_key,
        )

    async with request.app.state.picture_turns:
        answer = await run_in_threadpool(run)
    response.headers["Location"] = f"{router.prefix}/{answer.work_id}"
    if answer.status == "already_registered":
        response.status_code = HTTPStatus.OK
    return answer


@router.get("", operation_id="list_works", summary="The caller's works", response_description="A page, oldest first.")
def list_works(
    response: Response, installation: Opened, who: Reader, cursor: Cursor = None, limit: Limit = USUAL_PER_PAGE
) -> WorkPage:
    """The header Link names the next page, if there is one."""
    page = read.list_works(installation, who.account_id, index_of(cursor) or 0, limit)
    if page.next_index is not None:
        page = page.model_copy(update={"next": cursor_at(page.next_index)})
        response.headers["Link"] = link_to_next(router.prefix, cursor=cursor_at(page.next_index or 0), limit=limit)
    return page


@router.get(
    "/{work_id}",
    operation_id="get_work",
    summary="One work",
    response_description="The work with its versions.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def get_work(installation: Opened, who: Reader, work_id: WorkId) -> WorkView:
    """As its owner sees it."""
    return read.get_work(installation, work_id, who.account_id)


@router.get(
    "/{work_id}/receipt",
    operation_id="get_receipt",
    summary="The receipt once more",
    response_description="The answer to the registration or amendment.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def get_receipt(installation: Opened, who: Reader, work_id: WorkId, index: VersionIndex = None) -> Registered:
    """The same receipt as then."""
    return read.get_receipt(installation, work_id, who.account_id, index)


@router.post(
    "/{work_id}/withdraw",
    operation_id="withdraw_work",
    summary="Withdraw a work from the search",
    response_description="The entry that says so.",
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def withdraw_work(installation: Opened, who: Writer, work_id: WorkId) -> Ended:
    """Listings match it no more; its registration and its proof stay."""
    return end.withdraw(installation, work_id, who.account_id)


@router.post(
    "/{work_id}/erase",
    operation_id="erase_work",
    summary="Erase what is private of a work",
    response_description="The entry that says so.",
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def erase_work(installation: Opened, who: Writer, work_id: WorkId) -> Ended:
    """Claim, salts and originals are destroyed for ever; every other proof still verifies."""
    return end.erase(installation, work_id, who.account_id)


async def _form(request: Request, installation: Opened, *, optional: frozenset[str] = frozenset()) -> Form:
    limits = {"file": installation.settings.max_upload_bytes, "claim": CLAIM_BYTES}
    return await read_form(request, limits, optional=optional)


def _upload(form: Form) -> Upload:
    return Upload(form.parts["file"].bytes(), form.parts["file"].filename or "upload")


def _claim(form: Form) -> dict[str, Any]:
    try:
        value = json.loads(form.parts["claim"].bytes())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise faulty("field_invalid", ["claim"], "It is no JSON object.")
    return value
