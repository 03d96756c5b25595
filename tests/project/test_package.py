"""The built package is complete: it runs where there is no checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project.tree import ROOT, project_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unpacked wheel alone: what it imports of ours can come from nowhere else."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder)]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)
    return folder


def run(installed: Path, home: Path, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(installed), "REGISTRY_HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, str(installed / "bin" / "registry"), *arguments]
    finished = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_the_wheel_holds_every_file_of_the_package_and_the_migrations(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    inside = [path.relative_to(ROOT) for path in project_files() if path.relative_to(ROOT).parts[0] == "registry"]
    migrations = [path.relative_to(ROOT) for path in project_files() if path.relative_to(ROOT).parts[0] == "migrations"]

    assert [path for path in inside if path.as_posix() not in packed] == []
    assert [path for path in migrations if f"registry/{path.as_posix()}" not in packed] == []
    assert any(name.startswith("registry/migrations/versions/") for name in packed)
    assert any(name.endswith("/licenses/LICENSE") for name in packed)


def test_the_wheel_holds_nothing_of_the_tests_or_of_caches(wheel: Path) -> None:
    packed = zipfile.ZipFile(wheel).namelist()

    assert [name for name in packed if not name.startswith(("registry/", "firstmark-")) or "__pycache__" in name] == []


def test_the_installed_package_answers_help(installed: Path, tmp_path: Path) -> None:
    assert "register" in run(installed, tmp_path, "--help")


def test_the_installed_package_makes_a_home_and_verifies_its_empty_ledger(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "keys", "create", "robot", "--account", "Studio")

    assert '"ok":true' in run(installed, tmp_path, "ledger", "verify", "--json").replace(": ", ":")
