"""What holds for every command: help, quick start, tidy errors, exit codes, options before or after the name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from registry.cli.guarded_group import GuardedGroup
from registry.cli.main import app
from registry.cli.options import AsJson
from registry.errors import Broken, Conflict, Forbidden, NotFound, Refused, RegistryError, Unauthenticated, Unavailable
from tests.cli.command import run, run_as_process

ROOT = Path(__file__).parents[2]
HEAVY = ("PIL", "alembic", "cryptography", "fastapi", "httpx2", "numpy", "pydantic", "rich.progress", "sqlalchemy")
FOR_OTHERS = ("PIL", "alembic", "httpx2", "numpy", "psycopg")
"""What only commands on pictures, servers or PostgreSQL need."""


def command_that_raises(error: BaseException) -> typer.Typer:
    broken = typer.Typer(cls=GuardedGroup)

    @broken.callback()
    def root() -> None: ...

    @broken.command()
    def fail(as_json: AsJson = False) -> None:
        raise error

    return broken


def test_help_names_every_command() -> None:
    answer = run("--help")
    assert answer.code == 0
    for name in ("ledger", "verify", "keys", "serve", "signing-key"):
        assert f" {name} " in answer.stdout


def test_every_command_and_option_is_explained() -> None:
    def unexplained(command: object, path: str) -> list[str]:
        own = [] if getattr(command, "help", None) else [path]
        options = [
            f"{path} {parameter.name}"
            for parameter in getattr(command, "params", [])
            if not getattr(parameter, "help", None) and not getattr(parameter, "hidden", False)
        ]
        below = [
            one
            for name, child in getattr(command, "commands", {}).items()
            for one in unexplained(child, f"{path} {name}")
        ]
        return own + options + below

    assert unexplained(typer.main.get_command(app), "registry") == []


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\nfrom registry.cli.main import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_command_that_asks_the_ledger_in_sqlite_loads_no_other_driver_no_client_and_nothing_of_pictures(
    tmp_path: Path,
) -> None:
    run("keys", "create", "robot", "--account", "Studio", "--home", tmp_path)
    program = (
        "import sys\nfrom registry.cli.main import app\n"
        f"try:\n    app(['ledger', 'show', '--json', '--home', {str(tmp_path)!r}])\n"
        "except SystemExit as ended:\n    assert not ended.code\n"
        f"print([name for name in {FOR_OTHERS!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_matrices_are_multiplied_in_one_thread_unless_the_operator_asks_for_more() -> None:
    program = (
        "import sys, os\nfrom registry.cli.main import run\nsys.argv = ['registry', '--version']\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        "import numpy\nprint(len(os.listdir('/proc/self/task')), os.environ['OPENBLAS_NUM_THREADS'], file=sys.stderr)"
    )

    def told(**set_here: str) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"} | set_here
        command = [sys.executable, "-c", program]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stderr.strip()

    assert told() == "1 1"
    assert told(OPENBLAS_NUM_THREADS="2").endswith(" 2")


def test_the_version_is_told() -> None:
    assert run("--version").stdout.startswith("firstmark 0")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nonsense"], ["ledger", "entry", "first"], ["verify"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert run(*arguments).code == 2


@pytest.mark.parametrize(
    ("kind", "code"),
    [(Refused, 3), (NotFound, 3), (Conflict, 3), (Unauthenticated, 3), (Forbidden, 3), (Unavailable, 3), (Broken, 1)],
)
def test_an_error_says_what_happened_what_was_not_lost_and_what_to_do(kind: type[RegistryError], code: int) -> None:
    error = kind("some_code", "This happened.", hint="Do that.", pointer="/claim/title")
    answer = CliRunner().invoke(command_that_raises(error), ["fail"], env={"COLUMNS": "120"})
    assert answer.exit_code == code
    assert answer.stdout == ""
    for part in ("some_code", "This happened.", "Nothing ", "Next: Do that.", "/claim/title"):
        assert part in answer.stderr
    assert "Traceback" not in answer.stderr


def test_with_json_an_error_is_one_line_on_stderr_and_nothing_on_stdout() -> None:
    error = Refused("some_code", "This happened.", hint="Do that.")
    answer = CliRunner().invoke(command_that_raises(error), ["fail", "--json"])
    assert answer.stdout == ""
    assert answer.stderr == '{"error": {"code": "some_code", "message": "This happened.", "hint": "Do that."}}\n'


def test_an_error_cannot_steer_the_terminal() -> None:
    error = Refused("some_code", "No \x1b[2J such \u202e file [bold]x[/bold].", hint="Do\nthat.")
    answer = CliRunner().invoke(command_that_raises(error), ["fail"], env={"COLUMNS": "120"})
    assert "No \\x1b[2J such \\u202e file [bold]x[/bold]." in answer.stderr


def test_a_mistake_of_the_program_is_told_without_traceback_and_never_with_the_exit_code_of_a_failed_check() -> None:
    answer = CliRunner().invoke(command_that_raises(ZeroDivisionError("by zero")), ["fail"], env={"COLUMNS": "120"})
    assert answer.exit_code == 70
    assert "ZeroDivisionError: by zero" in answer.stderr
    assert "REGISTRY_DEBUG=1" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), Refused("some_code", "This.", hint="That.")])
def test_the_traceback_is_shown_to_who_asks(error: Exception) -> None:
    answer = CliRunner().invoke(command_that_raises(error), ["fail"], env={"REGISTRY_DEBUG": "1"})
    assert "Traceback" in answer.stderr


def test_an_interrupt_is_exit_code_130() -> None:
    answer = CliRunner().invoke(command_that_raises(KeyboardInterrupt()), ["fail"])
    assert answer.exit_code == 130
    assert "Stopped." in answer.stderr


def test_options_may_stand_before_the_command_or_after_it(tmp_path: Path) -> None:
    run("keys", "create", "robot", "--account", "Studio", "--home", tmp_path)
    before = run("--home", tmp_path, "--json", "ledger", "show")
    after = run("ledger", "show", "--json", "--home", tmp_path)
    assert before.line == after.line


def test_the_option_after_the_command_wins(tmp_path: Path) -> None:
    run("keys", "create", "robot", "--account", "Studio", "--home", tmp_path / "right")
    assert run("--home", tmp_path / "wrong", "ledger", "show", "--home", tmp_path / "right").code == 0


def test_a_reader_that_left_gets_no_complaint(tmp_path: Path) -> None:
    run("keys", "create", "robot", "--account", "Studio", "--home", tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "registry.cli.main", "ledger", "show", "--json", "--home", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("command", [["ledger", "show"], ["ledger", "verify"], ["keys", "list"]])
def test_a_mistyped_home_is_not_taken_for_an_empty_registry(tmp_path: Path, command: list[str]) -> None:
    answer = run(*command, "--home", tmp_path / "typo", "--json")
    assert answer.code == 3
    assert answer.error["code"] == "no_registry_here"
    assert not (tmp_path / "typo").exists()


def test_the_installed_entry_point_answers() -> None:
    assert run_as_process("--version").code == 0
