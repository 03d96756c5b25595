"""The progress bar that people see on stderr. Imported only when there is a terminal to draw on."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.text import Text


class _RateColumn(ProgressColumn):
    """Finished pieces per second; seconds per piece when that is slower than one a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if not speed:
            return Text("-/s", style="dim")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each", style="dim")


class ProgressBar:
    """One bar with count, rate and remaining time, which disappears when the work is done."""

    def __init__(self, console: Console, what: str, total: int | None) -> None:
        self._drawing = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._drawing.add_task(what, total=total)

    def __enter__(self) -> "ProgressBar":
        self._drawing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._drawing.stop()

    def advance(self, done: int = 1) -> None:
        self._drawing.advance(self._task, done)

    def reached(self, done: int, total: int) -> None:
        self._drawing.update(self._task, completed=done, total=total)
