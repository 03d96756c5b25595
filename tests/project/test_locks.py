"""The locks pin every package by version and hash, and agree with each other and with the project."""

import re
import tomllib

import pytest

from tests.project.tree import ROOT

LOCKS = ["requirements.lock", "requirements-test.lock"]


def requirements(lock: str) -> list[str]:
    """One string for each requirement, its continuation lines joined."""
    joined = (ROOT / lock).read_text().replace("\\\n", " ")
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def pinned(lock: str) -> set[str]:
    return {requirement.split("--hash")[0].strip() for requirement in requirements(lock)}


def names(lock: str) -> set[str]:
    return {normalised(requirement) for requirement in requirements(lock)}


def normalised(requirement: str) -> str:
    """The package's name as PEP 503 normalises it."""
    matched = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert matched is not None
    return re.sub(r"[-_.]+", "-", matched[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    shape = re.compile(r"[a-z0-9._-]+==[^\s;]+( ; [^-].*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")

    assert [requirement for requirement in requirements(lock) if not shape.fullmatch(requirement)] == []


def test_the_test_lock_holds_everything_of_the_runtime_lock_at_the_same_versions() -> None:
    assert pinned("requirements.lock") - pinned("requirements-test.lock") == set()


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["build"]), ("requirements-test.lock", ["build", "test"])]
)
def test_a_lock_names_everything_that_the_project_asks_for(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]

    assert {normalised(requirement) for requirement in asked} - names(lock) == set()


def test_the_changelog_names_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert f"\n## [{version}]" in (ROOT / "CHANGELOG.md").read_text()
