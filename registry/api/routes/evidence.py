"""What the caller gives to a court: the evidence file of a work, and its certificate."""

from contextlib import nullcontext
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from registry.api.openapi import problems
from registry.api.opened import Opened
from registry.api.routes.works import Reader, VersionIndex, WorkId
from registry.evidence.evidence_file import EvidenceFile
from registry.verify.container import MIMETYPE
from registry.works import certificate as certificates
from registry.works import evidence
from registry.works.evidence_material import ALL, Selection

PDF = "application/pdf"

router = APIRouter(prefix="/v1/works", tags=["works"])

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
        return certificates.get_certificate(
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
