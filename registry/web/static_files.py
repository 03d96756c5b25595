"""Styles, scripts and drawings: served under the digest of all of them, so that browsers may keep them for ever."""

import hashlib
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from registry import errors
from registry.web.public_content import FOR_EVER, PublicContent

FOLDER = Path(__file__).parent / "static"


class StaticFiles:
    """The files of the folder, read once. One digest for all: a style names the drawings beside it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._contents = {
            file.name: PublicContent(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "text/plain")
            for file in sorted(folder.iterdir())
            if file.is_file()
        }
        digest = hashlib.sha256()
        for name, one in self._contents.items():
            digest.update(f"{name}\0{len(one.content)}\0".encode() + one.content)
        self.version = digest.hexdigest()[:16]

    def address(self, name: str) -> str:
        """Where the file lies. KeyError if there is none."""
        if name not in self._contents:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    async def answer(self, request: Request) -> Response:
        """The file that is asked for. NotFound (``route_not_found``), also under the digest of another version."""
        found = self._contents.get(request.path_params["name"])
        if found is None or request.path_params["version"] != self.version:
            raise errors.NotFound(
                "route_not_found",
                "There is nothing at this address.",
                hint="Load the page again: it names the files of this version.",
            )
        return found.answer(request, {"Cache-Control": FOR_EVER})
