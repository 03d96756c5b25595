"""The OpenAPI document: what the framework writes from the routes, completed by what it cannot know.

That is: errors are problem details, and bodies are read by functions of our own instead of the framework.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from registry.api import form
from registry.client import problem
from registry.client.schemas import KeyRequest
from registry.works.schemas import AmendmentInput, ClaimInput

Document = dict[str, Any]

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM_CONTENT = {problem.MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
_MODELS: dict[JsonSchemaMode, tuple[type[BaseModel], ...]] = {
    "validation": (KeyRequest, ClaimInput, AmendmentInput),
    "serialization": (problem.Problem,),
}
"""Shapes that no route's signature names: bodies that are read, and errors that are written."""
_EVERYWHERE = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_WITH_KEY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_WITH_BODY = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_MEANING = {
    HTTPStatus.BAD_REQUEST: "The body is malformed.",
    HTTPStatus.UNAUTHORIZED: "There is no valid API key with the request.",
    HTTPStatus.FORBIDDEN: "The API key does not allow this.",
    HTTPStatus.NOT_FOUND: "It does not exist, or is not the caller's to see.",
    HTTPStatus.NOT_ACCEPTABLE: "None of the media types in Accept is on offer.",
    HTTPStatus.REQUEST_TIMEOUT: "The body stopped coming.",
    HTTPStatus.CONFLICT: "It contradicts what is recorded already; nothing was changed.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body's content type is another one.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request was read and cannot be accepted; `code` says why.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service met something that a person must look at.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now; nothing was recorded. Repeat the same request after `Retry-After`.",
}


class Api(FastAPI):
    """A FastAPI application whose OpenAPI document is complete."""

    def openapi(self) -> Document:
        document = super().openapi()  # made once, then kept
        schemas: Document = document.setdefault("components", {}).setdefault("schemas", {})
        if "Problem" not in schemas:
            _complete(document, schemas)
        return document


def problems(*statuses: HTTPStatus) -> dict[int | str, Document]:
    """For a route's ``responses``: errors it answers with beside those that every such route can answer with."""
    return {int(status): _problem(status) for status in statuses}


def json_request(model: type[BaseModel]) -> Document:
    """For a route's ``openapi_extra``: the body is JSON of this shape."""
    return _request("application/json", {"$ref": _REFERENCE.format(model=model.__name__)})


def form_request(*, optional: frozenset[str] = frozenset(), **parts: Document) -> Document:
    """For a route's ``openapi_extra``: the body is a form with exactly these fields, all needed but the optional."""
    required = sorted(parts.keys() - optional)
    return _request(
        form.MEDIA_TYPE,
        {"type": "object", "properties": parts, "required": required, "additionalProperties": False},
    )


def file_part(description: str) -> Document:
    """A form's field that is a file."""
    return {"type": "string", "format": "binary", "description": description}


def json_part(model: type[BaseModel]) -> Document:
    """A form's field that is JSON text."""
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _request(media_type: str, schema: Document) -> Document:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


def _problem(status: HTTPStatus) -> Document:
    return {"description": _MEANING[status], "content": _PROBLEM_CONTENT}


def _complete(document: Document, schemas: Document) -> None:
    models = [(model, mode) for mode, group in _MODELS.items() for model in group]
    _, definitions = models_json_schema(models, ref_template=_REFERENCE)
    schemas.update(definitions["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete_operation(operation)


def _complete_operation(operation: Document) -> None:
    responses: Document = operation["responses"]
    statuses = list(_EVERYWHERE)
    if "security" in operation:
        statuses += _WITH_KEY
    if "requestBody" in operation:
        statuses += _WITH_BODY
    for status in statuses:
        responses[str(int(status))] = _problem(status)
    operation["responses"] = dict(sorted(responses.items()))
    for parameter in operation.get("parameters", []):
        parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: Document) -> Document:
    """A parameter that may be left out is left out: there is no way to write null into an address or a header."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{key: value for key, value in schema.items() if key != "anyOf"}}
