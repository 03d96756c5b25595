"""Errors on the wire: RFC 9457 problem details, and the one table that relates them to the error family.

The server turns an error into a problem and the client turns the problem back into the same error.
"""

from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry import errors

MEDIA_TYPE = "application/problem+json"

STATUS_OF_CLASS: dict[type[errors.RegistryError], HTTPStatus] = {
    errors.Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Broken: HTTPStatus.INTERNAL_SERVER_ERROR,
}

STATUS_OF_CODE: dict[str, HTTPStatus] = {
    # What HTTP itself has a status for, before any verb is reached.
    "request_malformed": HTTPStatus.BAD_REQUEST,
    "form_malformed": HTTPStatus.BAD_REQUEST,
    "json_malformed": HTTPStatus.BAD_REQUEST,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "body_too_slow": HTTPStatus.REQUEST_TIMEOUT,
    "body_too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "content_type_unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "sign_in_too_often": HTTPStatus.TOO_MANY_REQUESTS,
}
"""Codes whose status says more than that of their class."""


class Fault(BaseModel):
    """One of several things that are wrong with a request."""

    model_config = ConfigDict(extra="forbid")

    pointer: Annotated[str, Field(description="JSON pointer (RFC 6901) to the offending part.")]
    code: Annotated[str, Field(description="What kind of fault it is; stable.")]
    detail: Annotated[str, Field(description="What is wrong with it, for people.")]


class Problem(BaseModel):
    """Why a request was not done (RFC 9457). Every error of this API has this shape."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no work with this id.",
                    "code": "work_not_found",
                    "hint": "List the works to see their ids.",
                    "pointer": None,
                    "faults": [],
                    "request_id": "req_3c6gkyt2tftjmx0k14jr7bvgn9",
                }
            ]
        },
    )

    type: Annotated[str, Field(description="Always `about:blank`: `code` tells the errors apart.")]
    title: Annotated[str, Field(description="The status in words.")]
    status: Annotated[int, Field(ge=400, le=599, description="The HTTP status again.")]
    detail: Annotated[str, Field(description="One sentence that says what happened, for people; may change.")]
    code: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", description="Stable name of the error, for programs.")]
    hint: Annotated[str, Field(description="One sentence that says what to do next.")]
    pointer: Annotated[
        str | None,
        Field(
            description=(
                "JSON pointer (RFC 6901) to the offending part of the request, if one is. It points into the body, "
                "where a form is an object with a member for each field; a parameter outside of the body is "
                "`/query/...`, `/path/...` or `/header/...`."
            )
        ),
    ]
    faults: Annotated[list[Fault], Field(description="Everything that is wrong, when it can be told part by part.")]
    request_id: Annotated[str, Field(description="The `X-Request-Id` of the answer; quote it when asking for help.")]


def status_of(error: errors.RegistryError) -> HTTPStatus:
    """The HTTP status for ``error``."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(STATUS_OF_CLASS[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS_OF_CLASS)


def problem_of(error: errors.RegistryError, request_id: str, faults: list[Fault]) -> Problem:
    """``error`` as it goes over the wire."""
    status = status_of(error)
    return Problem(
        type="about:blank",
        title=status.phrase,
        status=status,
        detail=error.message,
        code=error.code,
        hint=error.hint,
        pointer=error.pointer,
        faults=faults,
        request_id=request_id,
    )


def error_of(problem: Problem) -> errors.RegistryError:
    """The error that the server met."""
    made = _class_of(problem.status)
    return made(problem.code, problem.detail, hint=problem.hint, pointer=problem.pointer)


def _class_of(status: int) -> type[errors.RegistryError]:
    for made, its_status in STATUS_OF_CLASS.items():
        if status == its_status:
            return made
    return errors.Broken if status >= HTTPStatus.INTERNAL_SERVER_ERROR else errors.Refused
