"""Every command that a page shows is run, in order, in a throw-away folder, and prints what the page says."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contracts.local_chain import environment
from tests.project.console_blocks import Command, commands
from tests.project.drawn_pictures import draw_pictures
from tests.project.tree import pages, relative

PAGES_WITH_COMMANDS = [page for page in pages() if commands(page)]
SECONDS_FOR_A_PAGE = 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def session(shown: list[Command], folder: Path) -> str:
    """One bash script for the whole page; each command's output goes to a file of its own, what still runs is ended."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT"]
    for number, command in enumerate(shown):
        lines += [f"exec >'{folder}/output-{number}' 2>&1", command.script]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=relative)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    working, outputs = tmp_path / "session", tmp_path / "outputs"
    working.mkdir()
    outputs.mkdir()
    draw_pictures(working / "pictures")
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRY_", "COV_"))}
    set_here = settings | {
        "PATH": environment()["PATH"],
        "REGISTRY_HOME": str(tmp_path / "home"),
        "REGISTRY_PORT": str(free_port()),
        "CHAIN_PORT": str(free_port()),
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    shown = commands(page)
    script = tmp_path / "session.sh"
    script.write_text(session(shown, outputs))

    # A session of its own: what a page starts may start others in turn, and all of them have to end.
    with subprocess.Popen(["bash", str(script)], cwd=working, env=set_here, start_new_session=True) as running:
        try:
            code = running.wait(SECONDS_FOR_A_PAGE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)

    for number, command in enumerate(shown):
        file = outputs / f"output-{number}"
        where = f"{relative(page)}:{command.line}: {command.script}"
        assert file.exists(), f"the session ended before {where}"
        is_last = not (outputs / f"output-{number + 1}").exists()
        if is_last and code != 0:
            pytest.fail(f"{where}\nended with {code} and printed\n{file.read_text()}")
        assert command.explains(file.read_text()), f"{where}\nprinted\n{file.read_text()}"
