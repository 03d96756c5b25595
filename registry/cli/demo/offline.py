"""An evidence file verified the way a court would: by the verifier's file, in a Python that has nothing else."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from registry.evidence.offline_verifier import FILE_NAME, offline_verifier

ORIGINAL_NAME = "original"
PATIENCE_SECONDS = 60
"""It takes a fraction of one; a demo must end in any case."""


@dataclass(frozen=True)
class Verification:
    """The command as a person would type it, whether it said ``proven``, and its first line."""

    command: str
    proven: bool
    summary: str


def verify_elsewhere(folder: Path, name: str, evidence: bytes, original: bytes, key: str) -> Verification:
    """Writes evidence, original and verifier to ``folder`` and runs it isolated from everything installed.

    ``-I -S``: neither environment variables nor the user's or the machine's packages are seen.
    """
    (folder / name).write_bytes(evidence)
    (folder / ORIGINAL_NAME).write_bytes(original)
    (folder / FILE_NAME).write_bytes(offline_verifier())
    arguments = [FILE_NAME, name, "--work", ORIGINAL_NAME]
    done = subprocess.run(  # noqa: S603 - our own verifier on files that were just written
        [sys.executable, "-I", "-S", *arguments, "--key", key],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    first_line = (done.stdout or done.stderr).partition("\n")[0]
    # The digests that differ stand in the full report; a story goes without them.
    sentence, differs, _ = first_line.partition(" expected: ")
    return Verification(
        " ".join(["python3", *arguments, "--key ..."]), done.returncode == 0, f"{sentence})" if differs else sentence
    )
