"""How commands answer: tables and progress on stderr for people, one JSON object a line on stdout for programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from registry.cli.terminal_text import shown
from registry.errors import Broken, Conflict, Forbidden, NotFound, Refused, RegistryError, Unauthenticated, Unavailable

if TYPE_CHECKING:  # rich is imported when something is drawn: `registry --help` and `--json` are quicker without it
    from rich.console import Console, RenderableType
    from rich.text import Text

NOT_LOST: Mapping[type[RegistryError], str] = {
    Refused: "Nothing was stored; what was registered before is untouched.",
    NotFound: "Nothing was changed.",
    Conflict: "Nothing was changed; what is recorded stands.",
    Unauthenticated: "Nothing was changed.",
    Forbidden: "Nothing was changed.",
    Unavailable: "Nothing of this step was recorded; the same command may be run again.",
    Broken: "Nothing was written; everything is left as it was found, for a person to look at.",
    RegistryError: "What was answered before stands: every work is recorded whole or not at all.",
}
"""The second thing a person wants to know about a failure. The most general class stands last."""


class Progress(Protocol):
    """A long piece of work that tells how far it is."""

    def advance(self, done: int = 1) -> None: ...

    def reached(self, done: int, total: int) -> None: ...


class Output:
    """The two channels of one command. ``as_json`` silences what is for people and turns records into lines."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    @cached_property
    def people(self) -> "Console":
        """The terminal of whoever started the command (stderr)."""
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def record(self, record: Mapping[str, object]) -> None:
        """One JSON line, sent at once: a reader at the other end of a pipe need not wait for the next."""
        self.records([record])

    def records(self, records: Iterable[Mapping[str, object]]) -> None:
        """JSON lines, sent together. ASCII, whatever the locale."""
        if self.as_json:
            sys.stdout.write("".join(f"{json.dumps(record)}\n" for record in records))
            sys.stdout.flush()

    def say(self, text: "str | RenderableType" = "", *, style: str = "") -> None:
        """Something for people. A string is shown as it stands: no markup is read from it."""
        if not self.as_json:
            self.people.print(_as_it_stands(text) if isinstance(text, str) else text, style=style)

    def line(self, text: str, *, style: str = "") -> None:
        """One line for people, however narrow the terminal: it can be searched for and copied whole."""
        if not self.as_json:
            self.people.print(_as_it_stands(text), style=style, soft_wrap=True)

    def table(
        self,
        columns: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        title: str = "",
        fold: Sequence[str] = (),
        styles: Sequence[str] = (),
    ) -> None:
        """Rows for people. Cells of the columns named in ``fold`` go on on the next line rather than lose their end.

        ``styles`` has one for each row, or none.
        """
        if self.as_json:
            return
        from rich.table import Table

        table = Table(title=title or None, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
        for column in columns:
            overflow: Literal["fold", "ellipsis"] = "fold" if column in fold else "ellipsis"
            table.add_column(column, overflow=overflow, no_wrap=column not in fold, header_style="dim")
        for number, row in enumerate(rows):
            style = styles[number] if styles else None
            table.add_row(*(_as_it_stands(str(cell)) for cell in row), style=style)
        self.people.print(table)

    def facts(self, facts: Mapping[str, object]) -> None:
        """Names and values, one a line. Values keep every character, so that they can be copied."""
        if self.as_json:
            return
        from rich.table import Table

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in facts.items():
            grid.add_row(name, _as_it_stands(str(value)))
        self.people.print(grid)

    def panel(self, body: "str | RenderableType", *, title: str, style: str) -> None:
        """A framed message that must not be overlooked."""
        if self.as_json:
            return
        from rich.panel import Panel

        content = _as_it_stands(body) if isinstance(body, str) else body
        self.people.print(
            Panel(content, title=_as_it_stands(title), title_align="left", border_style=style, padding=(0, 1))
        )

    def failure(self, error: RegistryError) -> None:
        """What happened, what was not lost, what to do next.

        For programs one JSON line on stderr: stdout carries only the command's own records.
        """
        if self.as_json:
            problem = {"code": error.code, "message": error.message, "hint": error.hint}
            sys.stderr.write(json.dumps({"error": problem}) + "\n")
            return
        from rich.text import Text

        not_lost = next(text for kind, text in NOT_LOST.items() if isinstance(error, kind))
        body = Text.assemble((shown(error.message), "bold"), f"\n{not_lost}\n", ("Next: ", "bold"), shown(error.hint))
        if error.pointer:
            body.append(f"\nIn the request: {shown(error.pointer)}", style="dim")
        self.panel(body, title=error.code, style="red")

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Progress]:
        """A bar on stderr; nothing at all when stderr is not a terminal."""
        if not sys.stderr.isatty():
            yield _NoTerminal()
            return
        from registry.cli.progress_bar import ProgressBar

        with ProgressBar(self.people, what, total) as bar:
            yield bar


class _NoTerminal:
    def advance(self, done: int = 1) -> None: ...

    def reached(self, done: int, total: int) -> None: ...


def _as_it_stands(text: str) -> "Text":
    from rich.text import Text

    return Text("\n".join(shown(line) for line in text.split("\n")))
