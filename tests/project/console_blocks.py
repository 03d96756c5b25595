"""The commands that a page shows, and what it says they print.

A page's ``console`` blocks are one session: a line that begins with ``$ `` is a command, ``> ``
continues it, every other line is what it prints. In what is printed, ``...`` stands for any text
within a line, and a line of only ``...`` for any lines.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """``line`` is where it stands in the page, from 1."""

    line: int
    script: str
    printed: list[str] = field(default_factory=list)

    def explains(self, output: str) -> bool:
        """Whether ``output`` is what the page shows; a page that shows nothing leaves it open."""
        if not self.printed:
            return True
        pattern = ""
        for line in self.printed:
            if line.strip() == "...":
                pattern += r"(?:.*\n)*?"
            else:
                pattern += ".*".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ ]*\n"
        return re.fullmatch(pattern, output if output.endswith("\n") else output + "\n") is not None


def commands(page: Path) -> list[Command]:
    text = page.read_text()
    found: list[Command] = []
    for block in BLOCK.finditer(text):
        first_line = text.count("\n", 0, block.start(1)) + 1
        for line, shown in enumerate(block[1].splitlines(), first_line):
            if shown.startswith("$ "):
                found.append(Command(line, shown[2:]))
            elif shown.startswith("> "):
                found[-1].script += "\n" + shown[2:]
            else:
                found[-1].printed.append(shown)
    return found
