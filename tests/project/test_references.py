import re

from registry.settings import Settings
from tests.project.error_codes import codes_in
from tests.project.tree import ROOT


def test_every_error_code_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `([a-z0-9_]+)` \|", (ROOT / "docs/reference/errors.md").read_text(), re.MULTILINE)
    )

    assert codes_in((ROOT / "registry").rglob("*.py")) - documented == set()


def test_every_setting_is_documented_as_the_code_describes_it() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()

    missing = [
        name
        for name, field in Settings.model_fields.items()
        if f"| `REGISTRY_{name.upper()}` | {field.description} |" not in page
    ]

    assert missing == []
