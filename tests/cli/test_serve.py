"""`registry serve`: a service that says where it is, and ends when it is told to."""

import json
import logging
import signal
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.cli.command import PATIENCE_SECONDS, run, started


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_answers_and_leaves_no_process_behind(tmp_path: Path, end: signal.Signals) -> None:
    with started("serve", "--port", "0", "--home", tmp_path / "home", "--json") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert set(told) == {"address", "docs"}
        with urllib.request.urlopen(f"{told['address']}/livez", timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200
        with urllib.request.urlopen(told["docs"], timeout=PATIENCE_SECONDS) as answer:
            assert answer.status == 200
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(end)
        _, stderr = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in stderr
    assert not [child for child in children if child.is_running()]


def test_a_port_that_is_taken_is_told_in_one_panel(tmp_path: Path) -> None:
    with started("serve", "--port", "0", "--home", tmp_path / "home", "--json") as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["address"].rpartition(":")[2]
        answer = run("serve", "--port", port, "--home", tmp_path / "home")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)
    assert answer.code == 3
    assert "address_unusable" in answer.stderr
    assert "--port" in answer.stderr
    # It ran in this process, whose later lines must not go to the stream that was its stderr.
    assert not logging.getLogger("registry").handlers
