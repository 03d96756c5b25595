"""The folder that `registry check --report` writes: evidence pictures and one page that shows them."""

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

from registry.cli.check import match_in_words
from registry.cli.file_access import write_document
from registry.cli.terminal_text import shown
from registry.errors import Refused

if TYPE_CHECKING:
    from registry.listings.schemas import CheckView

PAGE = "index.html"
LONGEST_STEM = 60
"""Characters of a listing's name in the name of its evidence, so that any file system takes it."""
_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<title>Check report</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
img{max-width:100%;border:1px solid #999}h2{border-top:1px solid #999;padding-top:1rem;overflow-wrap:anywhere}
.match{color:#a00}.review{color:#850}.clear{color:#060}</style>
<h1>Check report</h1>
"""


class CheckReport:
    """Collects what was found; ``finish`` writes the page. Evidence pictures are written at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[str] = []

    @classmethod
    def begin(cls, folder: Path) -> Self:
        """Makes ``folder`` if it is not there. Refused: ``unwritable_file``."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(
                "unwritable_file",
                f"The folder {folder} cannot be made: {error.strerror or error}.",
                hint="Name a folder that you may write to.",
            ) from error
        return cls(folder)

    def add(self, path: Path, answer: "CheckView", evidence: list[bytes]) -> None:
        """One listing picture with the evidence for its matches, best first."""
        number = len(self._parts) + 1
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem)[:LONGEST_STEM]
        lines = [f'<h2>{_escaped(str(path))}: <span class="{answer.verdict}">{answer.verdict}</span></h2>']
        lines += [f"<p>{_escaped(match_in_words(match))}</p>" for match in answer.matches]
        for place, picture in enumerate(evidence, start=1):
            name = f"{number:04}-{stem}-{place}.png"
            write_document(self._folder / name, picture)
            lines.append(f'<img src="{name}" alt="Evidence {place} for {_escaped(path.name)}">')
        self._parts.append("\n".join(lines))

    def finish(self) -> Path:
        """Writes the page and answers where it is."""
        page = self._folder / PAGE
        write_document(page, _HEAD + "\n".join(self._parts or ["<p>No picture was checked.</p>"]) + "\n</html>\n")
        return page


def _escaped(text: str) -> str:
    return html.escape(shown(text))
