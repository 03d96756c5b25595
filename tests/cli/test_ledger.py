"""`registry ledger`: the public log, shown, proven, compared and verified."""

from pathlib import Path

import pytest
from sqlalchemy import text

from registry.installation import Installation
from registry.ledger.group_call import Wanted
from registry.verify.note import VerifierKey
from registry.verify.tlog_proof import TlogProof
from registry.verify.tree import leaf_hash
from tests.cli.command import run, run_as_process

SQLITE_ONLY = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def append(installation: Installation, count: int) -> None:
    """Entries of a kind that has no rows beside the ledger's own."""
    for _ in range(count):
        with installation.database.write() as session:
            installation.ledger.append(session, "decide", "case_1", {"verdict": "copy"})


def test_show_answers_with_the_keys_of_the_contract(opened: Installation, environment: dict[str, str]) -> None:
    append(opened, 3)
    line = run("ledger", "show", "--json", environment=environment).line
    assert list(line) == ["origin", "size", "root", "verifier_key"]
    assert (line["origin"], line["size"]) == (opened.ledger.origin, 3)
    assert line["verifier_key"] == opened.ledger.verifier_key


@SQLITE_ONLY
def test_people_see_every_character_of_root_and_key_in_a_narrow_terminal(
    opened: Installation, environment: dict[str, str]
) -> None:
    answer = run("ledger", "show", environment={**environment, "COLUMNS": "60"})
    assert answer.stdout == ""
    shown = "".join(answer.stderr.split())
    with opened.database.read() as session:
        assert opened.ledger.head(session).root in shown
    assert opened.ledger.verifier_key in shown


def test_verify_answers_that_all_is_in_order(opened: Installation, environment: dict[str, str]) -> None:
    append(opened, 5)
    answer = run("ledger", "verify", "--json", environment=environment)
    with opened.database.read() as session:
        root = opened.ledger.head(session).root
    assert answer.line == {"size": 5, "root": root, "ok": True, "errors": []}
    assert answer.code == 0


def test_verify_names_the_entry_that_was_changed(opened: Installation, environment: dict[str, str]) -> None:
    append(opened, 5)
    with opened.database.write() as session:
        entry = opened.ledger.entry(session, 3)
        session.execute(
            text('UPDATE ledger_entry SET encoded = :encoded WHERE "index" = 3'),
            {"encoded": entry.replace(b"case_1", b"case_2")},
        )
    answer = run("ledger", "verify", "--json", environment=environment)
    assert answer.code == 1
    assert answer.line["ok"] is False
    assert {error["index"] for error in answer.line["errors"]} == {3}
    assert all(set(error) == {"index", "what"} for error in answer.line["errors"])
    for_people = run("ledger", "verify", environment=environment)
    assert for_people.code == 1
    assert answer.line["errors"][0]["what"] in for_people.stderr


def test_verify_answers_in_its_form_also_when_the_home_cannot_be_opened(
    opened: Installation, environment: dict[str, str]
) -> None:
    append(opened, 2)
    with opened.database.write() as session:
        session.execute(text("UPDATE ledger_head SET origin = 'registry.example/another'"))
    answer = run("ledger", "verify", "--json", environment=environment)
    assert answer.code == 1
    assert (answer.line["ok"], answer.line["errors"][0]["index"]) == (False, None)
    assert "registry.example/another" in answer.line["errors"][0]["what"]
    for_people = run("ledger", "verify", environment=environment)
    assert for_people.code == 1
    assert "ledger_key_differs" in for_people.stderr


def test_verify_names_a_work_that_lost_its_rows(environment: dict[str, str], opened: Installation) -> None:
    with opened.database.write() as session:
        opened.ledger.append(session, "register", "wrk_1", {"title": "Harbour"})
    answer = run("ledger", "verify", "--json", environment=environment)
    assert answer.code == 1
    assert [error["index"] for error in answer.line["errors"]] == [0]


@SQLITE_ONLY
def test_verify_starts_no_process_that_reads_pictures(opened: Installation, environment: dict[str, str]) -> None:
    program_that_fails = {"PYTHONPATH": "", "PATH": ""}
    append(opened, 1)
    assert run_as_process("ledger", "verify", "--json", environment={**environment, **program_that_fails}).line["ok"]


def test_verify_from_afar_says_what_to_do_instead() -> None:
    answer = run("ledger", "verify", "--server", "http://127.0.0.1:1", "--json")
    assert answer.code == 3
    assert answer.error["code"] == "needs_the_home"


@SQLITE_ONLY
def test_a_proof_file_verifies(opened: Installation, environment: dict[str, str], tmp_path: Path) -> None:
    append(opened, 7)
    file = tmp_path / "4.tlog-proof"
    assert run("ledger", "proof", "4", "-o", file, environment=environment).code == 0
    on_stdout = run("ledger", "proof", "4", environment=environment)
    assert on_stdout.stdout == file.read_text()
    with opened.database.read() as session:
        leaf = leaf_hash(opened.ledger.entry(session, 4))
    assert TlogProof.parse(file.read_text()).verify(leaf, VerifierKey.parse(opened.ledger.verifier_key)).size == 7
    line = run("ledger", "proof", "4", "--size", "5", "--json", environment=environment).line
    assert set(line) == {"index", "size", "root", "leaf_hash", "hashes", "tlog_proof"}
    assert (line["index"], line["size"], line["leaf_hash"]) == (4, 5, leaf.hex())


@SQLITE_ONLY
def test_a_proof_from_a_damaged_tree_is_not_handed_out(opened: Installation, environment: dict[str, str]) -> None:
    append(opened, 4)
    with opened.database.write() as session:
        session.execute(text("UPDATE ledger_entry SET leaf_hash = :hash"), {"hash": b"\1" * 32})
    answer = run("ledger", "proof", "0", "--json", environment=environment)
    assert answer.code == 1
    assert answer.stdout == ""


@SQLITE_ONLY
def test_the_ledger_continues_a_checkpoint_kept_earlier(
    opened: Installation, environment: dict[str, str], tmp_path: Path
) -> None:
    append(opened, 3)
    kept = tmp_path / "checkpoint"
    assert run("ledger", "checkpoint", "-o", kept, environment=environment).code == 0
    append(opened, 4)
    answer = run("ledger", "consistency", kept, "--json", environment=environment)
    assert answer.code == 0
    assert (answer.line["from_size"], answer.line["to_size"], answer.line["consistent"]) == (3, 7, True)


@SQLITE_ONLY
def test_a_size_that_nobody_signed_shows_nothing_of_a_checkpoint_kept_earlier(
    opened: Installation, environment: dict[str, str], tmp_path: Path
) -> None:
    append(opened, 3)
    kept = tmp_path / "checkpoint"
    run("ledger", "checkpoint", "-o", kept, environment=environment)
    opened.sequencer.append_all([Wanted("decide", f"cse_{number}", {}) for number in range(3)])
    answer = run("ledger", "consistency", kept, "--to", "5", "--json", environment=environment)
    assert (answer.code, answer.error["code"]) == (3, "no_such_checkpoint")
    assert run("ledger", "consistency", kept, "--to", "6", environment=environment).code == 0


@SQLITE_ONLY
@pytest.mark.parametrize("entries_of_the_other", [2, 9])
def test_a_ledger_that_was_rewritten_or_rolled_back_does_not_continue_the_checkpoint(
    opened: Installation, environment: dict[str, str], tmp_path: Path, entries_of_the_other: int
) -> None:
    kept = tmp_path / "checkpoint"
    append(opened, 3)
    run("ledger", "checkpoint", "-o", kept, environment=environment)
    other = {"REGISTRY_HOME": str(tmp_path / "other")}
    (tmp_path / "other").mkdir()
    (tmp_path / "home" / "keys").rename(tmp_path / "other" / "keys")  # the same key, another history
    run("keys", "create", "key", "--account", "Studio", environment=other)
    with_other_history = _open(tmp_path / "other")
    append(with_other_history, entries_of_the_other)
    with_other_history.close()
    answer = run("ledger", "consistency", kept, "--json", environment=other)
    assert answer.code == 1
    assert answer.line["consistent"] is False
    assert "rewritten" in run("ledger", "consistency", kept, environment=other).stderr


@SQLITE_ONLY
@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\xff\xfe", b"x" * 70_000])
def test_a_file_that_is_no_checkpoint_is_refused(
    opened: Installation, environment: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    append(opened, 1)
    file = tmp_path / "checkpoint"
    file.write_bytes(content)
    answer = run("ledger", "consistency", file, "--json", environment=environment)
    assert answer.code == 3
    assert answer.error["code"] in ("not_its_checkpoint", "file_too_large")


@SQLITE_ONLY
@pytest.mark.parametrize(
    "command",
    [["show"], ["entry", "2"], ["checkpoint"], ["proof", "1"], ["proof", "1", "--size", "2"], ["consistency", "2"]],
)
def test_a_server_answers_as_its_home_does(
    opened: Installation, environment: dict[str, str], server: dict[str, str], command: list[str]
) -> None:
    append(opened, 6)
    for form in ([], ["--json"]):
        here, there = (run("ledger", *command, *form, environment=where) for where in (environment, server))
        assert here == there
        assert here.code == 0


def _open(home: Path) -> Installation:
    from registry.settings import Settings

    return Installation.open(Settings.load(home=home))
