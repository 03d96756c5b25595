import ast
import re

from registry.settings import Settings
from tests.project.tree import ROOT

ERROR_CLASSES = {"Refused", "NotFound", "Conflict", "Unauthenticated", "Forbidden", "Unavailable", "Broken"}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def codes_in_the_code() -> set[str]:
    found = set()
    for file in (ROOT / "registry").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0].value
            if name in ERROR_CLASSES and isinstance(first, str) and CODE.fullmatch(first):
                found.add(first)
    return found


def test_every_error_code_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `([a-z0-9_]+)` \|", (ROOT / "docs/reference/errors.md").read_text(), re.MULTILINE)
    )

    assert codes_in_the_code() - documented == set()


def test_every_setting_is_documented_as_the_code_describes_it() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()

    missing = [
        name
        for name, field in Settings.model_fields.items()
        if f"| `REGISTRY_{name.upper()}` | {field.description} |" not in page
    ]

    assert missing == []
