"""Checks of listing pictures against the registered works."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response, Security
from starlette.concurrency import run_in_threadpool

from registry.accounts.caller import Caller, Scope
from registry.api.authentication import caller
from registry.api.form import Form, read_form
from registry.api.openapi import file_part, form_request, problems
from registry.api.opened import Opened
from registry.listings import check as checks
from registry.listings.schemas import CheckView
from registry.works.schemas import Upload

router = APIRouter(prefix="/v1/checks", tags=["checks"])

Checker = Annotated[Caller, Security(caller, scopes=[Scope.CHECKS_WRITE])]
CheckId = Annotated[str, Path(pattern="^chk_[0-9a-hjkmnp-tv-z]{26}$", examples=["chk_3c6gkyt2tftjmx0k14jr7bvgn9"])]
EntryIndex = Annotated[int, Path(ge=0, lt=2**63, description="`index` of the match.")]


async def check_form(request: Request, installation: Opened, _: Checker) -> AsyncIterator[Form]:
    form = await read_form(request, {"file": installation.settings.max_upload_bytes})
    try:
        yield form
    finally:
        form.close()


@router.post(
    "",
    operation_id="create_check",
    summary="Check a listing picture",
    status_code=HTTPStatus.CREATED,
    response_description="The verdict, and the matches, best first.",
    responses={201: {"headers": {"Location": {"schema": {"type": "string"}}}}},
    openapi_extra=form_request(file=file_part("The listing's picture.")),
)
async def create_check(
    request: Request,
    response: Response,
    installation: Opened,
    who: Checker,
    form: Annotated[Form, Depends(check_form)],
) -> CheckView:
    """The picture itself is not kept; the answer and the evidence pictures are."""
    upload = Upload(form.parts["file"].bytes(), form.parts["file"].filename or "upload")
    async with request.app.state.picture_turns:
        view = await run_in_threadpool(checks.check, installation, who, upload)
    response.headers["Location"] = f"{router.prefix}/{view.id}"
    return view


@router.get(
    "/{check_id}",
    operation_id="get_check",
    summary="A check once more",
    response_description="As it was answered.",
    responses=problems(HTTPStatus.NOT_FOUND),
)
def get_check(installation: Opened, who: Checker, check_id: CheckId) -> CheckView:
    """A check is never done again: this is what was answered then."""
    return checks.get_check(installation, check_id, who.account_id)


@router.get(
    "/{check_id}/evidence/{index}.png",
    operation_id="get_check_evidence",
    summary="The picture that shows a match",
    response_class=Response,
    response_description="Work, listing, and one laid over the other.",
    responses={
        200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(HTTPStatus.NOT_FOUND),
    },
)
def get_check_evidence(installation: Opened, who: Checker, check_id: CheckId, index: EntryIndex) -> Response:
    """Only the best matches have one; the check's answer names them."""
    return Response(checks.get_evidence(installation, check_id, index, who.account_id), media_type="image/png")
