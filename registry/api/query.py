"""Query parameters: those that the documentation lists, each once, and no others."""

from fastapi import FastAPI, Request

from registry.api.faults import faulty


async def only_known_parameters(request: Request) -> None:
    """Refuses a misspelled or repeated parameter instead of quietly ignoring it."""
    if not request.scope["query_string"]:
        return
    known = _known(request.app, request.scope["route"].path, request.method)
    for name in request.query_params:
        if name not in known:
            raise faulty("field_unknown", ["query", name], "There is no such parameter.")
        if len(request.query_params.getlist(name)) > 1:
            raise faulty("field_invalid", ["query", name], "It stands twice in the query.")


def _known(app: FastAPI, path: str, method: str) -> set[str]:
    operation = app.openapi()["paths"].get(path, {}).get(method.lower(), {})
    return {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
