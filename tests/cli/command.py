"""The command line, run as a person or a program runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from registry.cli.main import app

PATIENCE_SECONDS = 120.0
WIDE = "200"
"""Columns: no line that a test looks for is broken in two."""
NOWHERE = "/nonexistent/home"
"""The home of a command that is given none: never that of whoever runs the tests."""


@dataclass(frozen=True)
class Answer:
    """What the command printed and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON objects on stdout: one a line, and nothing else."""
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        (only,) = self.lines
        return only

    @property
    def error(self) -> dict[str, str]:
        """The error on stderr of a command that was asked for JSON."""
        problem: dict[str, str] = json.loads(self.stderr)["error"]
        return problem


def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Answer:
    """In this process."""
    given = {"REGISTRY_HOME": NOWHERE, "COLUMNS": WIDE, "TERM": "dumb", **(environment or {})}
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env=given)
    return Answer(result.exit_code, result.stdout, result.stderr)


def started(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """In a process of its own, without any setting of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    return subprocess.Popen(
        [sys.executable, "-m", "registry.cli.main", *map(str, arguments)],
        env={**kept, "REGISTRY_HOME": NOWHERE, "COLUMNS": WIDE, **(environment or {})},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def run_as_process(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Answer:
    """In a process of its own, to its end."""
    with started(*arguments, environment=environment) as process:
        stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    return Answer(process.returncode, stdout, stderr)
