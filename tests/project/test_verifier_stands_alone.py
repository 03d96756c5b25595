"""The offline verifier imports nothing but Python's standard library."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.project.tree import ROOT

VERIFIER = ROOT / "registry" / "verify"


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "registry.verify" if node.level == 1 else str(node.module)


def test_the_verifier_imports_only_the_standard_library_and_itself() -> None:
    files = list(VERIFIER.rglob("*.py"))
    foreign = {
        (file.name, module)
        for file in files
        for module in imported_modules(file)
        if module.split(".")[0] not in sys.stdlib_module_names and not f"{module}.".startswith("registry.verify.")
    }

    assert len(files) > 5
    assert foreign == set()
