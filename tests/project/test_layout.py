"""The top level is fixed: a reader of any year knows where to look."""

from tests.project.tree import ROOT, project_files

FIXED = {
    ".ci",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "alembic.ini",
    "contracts",
    "docs",
    "migrations",
    "pyproject.toml",
    "registry",
    "requirements-test.lock",
    "requirements.lock",
    "tests",
}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "data", "process"}


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in project_files()}

    assert found == FIXED


def test_every_room_says_in_one_docstring_what_it_is() -> None:
    rooms = [path.parent for path in project_files() if path.name == "__init__.py" and "registry" in path.parts]

    silent = [room.name for room in rooms if not (room / "__init__.py").read_text().startswith('"""')]

    assert len(rooms) > 10
    assert silent == []


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    parts = {part.removesuffix(".py") for path in project_files() for part in path.relative_to(ROOT).parts}

    assert parts & SAYS_NOTHING == set()


def test_continuous_integration_runs_what_a_person_runs() -> None:
    script = (ROOT / ".ci" / "run").read_text()

    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert script.splitlines()[-1] == "make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
