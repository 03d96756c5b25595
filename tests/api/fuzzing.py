"""Schemathesis against a served application: every operation, every check, every phase."""

import subprocess
import sys
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
ROOT = CONFIGURATION.parents[2]


def fuzz(
    address: str, token: str, *, examples: int, seed: int | None, capture: bool
) -> "subprocess.CompletedProcess[str]":
    """Runs it until it has tried ``examples`` requests for each operation; the exit code is 0 if it found nothing."""
    command = [Path(sys.executable).with_name("st"), "--config-file", CONFIGURATION]
    command += ["run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {token}", "--checks", "all"]
    command += ["--max-examples", str(examples)]
    if seed is not None:
        command += ["--seed", str(seed)]
    return subprocess.run(
        [*map(str, command)], cwd=ROOT, text=True, check=False, capture_output=capture, stdin=subprocess.DEVNULL
    )
