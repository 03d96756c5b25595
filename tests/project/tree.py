"""The files of the project, as they are tracked."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ROOMS_OF_FILES = (".ci", "contracts", "docs", "migrations", "registry", "tests")
"""Folders that hold everything which is not a file of the top level."""


@cache
def project_files() -> tuple[Path, ...]:
    """Absolute paths of the project's files: what git tracks, or, in an unpacked archive, what lies there."""
    if (ROOT / ".git").exists():
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).exists())
    top = [path for path in ROOT.iterdir() if path.is_file()]
    below = [path for room in ROOMS_OF_FILES for path in (ROOT / room).rglob("*") if path.is_file()]
    return tuple(path for path in top + below if "__pycache__" not in path.parts)


def text_files() -> list[tuple[Path, str]]:
    """Every project file that is UTF-8 text, with its text."""
    found = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode("utf-8")))
    return found


def pages() -> list[Path]:
    """Every page of documentation, the root's among them."""
    return [path for path in project_files() if path.suffix == ".md"]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
