"""A fair sample of the faults that ``make torture-publication`` injects at every system call of a publication."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EVERY = 17
"""A prime: the sample goes through all kinds of calls and both faults."""


def test_a_kill_or_an_error_at_any_system_call_leaves_a_log_that_verifies_and_goes_on(dialect: str) -> None:
    if shutil.which("strace") is None:
        pytest.fail("Faults are injected with strace, and it is not there. Install it with: apt-get install strace")
    done = subprocess.run(
        [sys.executable, "-m", "tests.publication.fault_injection", "--database", dialect, "--every", str(EVERY)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"(\d+) faults, all of them harmless", done.stdout)
    assert told is not None
    assert int(told[1]) >= 20
