"""Whatever a page can say went wrong, it says in Chinese too."""

import ast
import re
from pathlib import Path

from registry.imaging.picture import Note
from registry.web.languages import catalogue
from tests.project.error_codes import codes_in
from tests.project.tree import ROOT

SHOWN_BY_NO_PAGE = {
    "while the home is opened, before there are pages": """
        database_newer database_url home_unusable key_history_unreadable ledger_origin_differs ml_dsa_unavailable
        objects_url secret_exposed secret_malformed secret_missing secret_unreachable setting_invalid
        timestamp_authorities opentimestamps_calendars ethereum_networks witness_policy ethereum_key_unusable""",
    "to programs alone, by the API": """
        idempotency_key idempotency_key_reused json_malformed key_expired key_expiry key_malformed key_missing
        key_revoked key_unknown migration_missing no_such_tile not_acceptable owner_signature_incomplete
        owner_signature_wrong request_malformed scope_missing sizes_reversed""",
    "at the command line alone": """
        erasure_unfinished identity_of_another key_change_under_way no_key_change no_such_account password_weak
        quality_not_recorded""",
    "in rounds that nobody waits for": """
        peer_address peer_answer peer_unreachable witness_contradicts calendar_refused calendar_unusable
        bitcoin_header""",
}


def modules_behind_the_pages() -> set[Path]:
    """Every file that the pages import, or that is imported by one of those."""
    files = {_name(file): file for file in (ROOT / "registry").rglob("*.py")}
    found: set[str] = set()
    waiting = [name for name in files if name.startswith("registry.web")]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [one for one in _imported_by(files[name]) if one in files]
    return {files[name] for name in found}


def test_every_error_of_the_pages_has_a_chinese_sentence_and_a_chinese_hint() -> None:
    kept_from_pages = {code for codes in SHOWN_BY_NO_PAGE.values() for code in codes.split()}
    raised = codes_in(modules_behind_the_pages()) | {"field_missing", "field_unknown", "field_invalid"}
    assert "no_such_work" in raised
    say = catalogue("zh")
    wanted = raised - kept_from_pages
    assert sorted(code for code in wanted if not say.has(f"errors.{code}")) == []
    assert sorted(code for code in wanted if not say.has(f"hints.{code}")) == []
    assert sorted(kept_from_pages - raised) == [], "nothing raises these any more"
    assert sorted(code for code in kept_from_pages if say.has(f"errors.{code}")) == []


def test_every_note_on_how_a_file_was_read_is_told_in_chinese() -> None:
    codes = {
        code
        for file in (ROOT / "registry").rglob("*.py")
        for code in re.findall(rf"\b{Note.__name__}\(\s*\"([a-z_]+)\"", file.read_text())
    }
    assert len(codes) > 3
    assert sorted(code for code in codes if not catalogue("zh").has(f"notes.{code}")) == []


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported_by(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return names
