"""The caller's works: register them, amend them, read them, withdraw them, have them erased."""

import json
from collections.abc import AsyncIterator
from contextlib import closing, nullcontext
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, Security
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from registry.accounts.caller import Caller, Scope
from registry.api.authentication import caller
from registry.api.faults import faulty
from registry.api.form import Form, read_form
from registry.api.openapi import file_part, form_request, json_part, problems
from registry.api.opened import Opened
from registry.api.pagination import USUAL_PER_PAGE, Cursor, Limit, cursor_at, index_of, link_to_next
from registry.api.routes.numbers import LARGEST, Canonical
from registry.evidence.evidence_file import EvidenceFile
from registry.verify.container import MIMETYPE
from registry.works import certificate, end, evidence, read
from registry.works.amend import amend
from registry.works.evidence_material import ALL, Selection
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
PDF = "application/pdf"
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


Disclose = Annotated[
    str,
    Query(
        pattern="^[!-~]{1,4000}$",
        description="`all`, `none`, or names of the claim's fields with commas between them.",
        examples=["title,creator,file_sha256"],
    ),
]
IncludeOriginal = Annotated[
    bool | None,
    Query(description="Whether the registered file goes in; left out: if `file_sha256` is disclosed."),
]

Seal = Annotated[
    bool, Query(description="Whether every timestamp authority of the registry stamps the whole file, now.")
]

Certified = Annotated[
    bool, Query(description="Whether the certificate goes in, a signed PDF for people to read, in each language.")
]
ShowPicture = Annotated[
    bool | None, Query(description="Whether the picture is shown; left out: if `file_sha256` is disclosed.")
]
Language = Annotated[Literal["en", "zh"], Query(description="Language of the certificate.")]


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


@router.get(
    "/{work_id}/evidence",
    operation_id="get_evidence",
    summary="The evidence file",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One ZIP that verifies offline, without this service: an ASiC-E container and BagIt bag.",
            "content": {MIMETYPE.decode(): {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(HTTPStatus.NOT_FOUND),
    },
)
async def get_evidence(
    request: Request,
    installation: Opened,
    who: Reader,
    work_id: WorkId,
    *,
    index: VersionIndex = None,
    disclose: Disclose = ALL,
    original: IncludeOriginal = None,
    seal: Seal = False,
    certificate: Certified = False,
) -> StreamingResponse:
    """What its holder gives to a court. Choose what of the claim it discloses; the rest stays private and committed."""

    def run() -> EvidenceFile:
        selection = Selection.parse(disclose, original)
        return evidence.get_evidence(
            installation, work_id, who.account_id, index, selection, sealed=seal, certified=certificate
        )

    # A certificate shows the picture, which is decoded.
    async with request.app.state.picture_turns if certificate else nullcontext():
        made = await run_in_threadpool(run)
    return StreamingResponse(
        made.chunks(),
        media_type=MIMETYPE.decode(),
        headers={
            "Content-Length": str(made.size),
            "Content-Disposition": f'attachment; filename="{work_id}.evidence.zip"',
        },
    )


@router.get(
    "/{work_id}/certificate.pdf",
    operation_id="get_certificate",
    summary="The certificate",
    response_class=Response,
    responses={
        200: {
            "description": "A signed PDF (PAdES) for people to read.",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        **problems(HTTPStatus.NOT_FOUND),
    },
)
async def get_certificate(
    request: Request,
    installation: Opened,
    who: Reader,
    work_id: WorkId,
    *,
    index: VersionIndex = None,
    language: Language = "en",
    disclose: Disclose = ALL,
    original: ShowPicture = None,
) -> Response:
    """What the evidence file of the same choice proves, and what it does not. The evidence file is what proves."""

    def run() -> bytes:
        return certificate.get_certificate(
            installation,
            work_id,
            language,
            account_id=who.account_id,
            index=index,
            selection=Selection.parse(disclose, original),
        )

    async with request.app.state.picture_turns:
        made = await run_in_threadpool(run)
    name = f"{work_id}.certificate.{language}.pdf"
    return Response(made, media_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})


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
