"""The reading of console blocks that the documentation's test relies on."""

from pathlib import Path

import pytest

from tests.project.console_blocks import Command, commands


def test_commands_are_read_with_their_continuations_and_what_they_print(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Text.\n\n```console\n$ one \\\n>   more\nprinted\n$ two\n```\n\n```sh\n$ not this\n```\n")

    assert commands(page) == [Command(4, "one \\\n  more", ["printed"]), Command(7, "two")]


@pytest.mark.parametrize(
    ("printed", "output", "explained"),
    [
        ([], "anything\n", True),
        (["a 1"], "a 1\n", True),
        (["a 1"], "a 2\n", False),
        (["a ..."], "a 2\n", True),
        (["a ...", "c"], "a 2\nb\nc\n", False),
        (["a", "...", "c"], "a\nb\nb\nc\n", True),
        (["a", "..."], "a\n", True),
        (["a (1)"], "a (1)   \n", True),
    ],
)
def test_dots_stand_for_any_text(printed: list[str], output: str, explained: bool) -> None:
    assert Command(1, "run", printed).explains(output) is explained
