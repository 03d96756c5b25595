"""`registry works`: listed, shown, amended, withdrawn, erased; and receipts written."""

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from registry.cli.main import app
from tests.cli.command import Answer, run
from tests.drawn_pictures import design, encoded


def test_works_are_listed_oldest_first(registered_once: tuple[Path, Answer]) -> None:
    home, registered = registered_once
    lines = run("works", "list", "--home", home, "--json").lines
    assert [line["index"] for line in lines] == [0, 1, 2, 3, 4]
    assert {line["id"] for line in lines} == {line["work_id"] for line in registered.lines}
    assert {line["state"] for line in lines} == {"registered"}
    assert run("works", "list", "--limit", "2", "--home", home, "--json").lines == lines[:2]


def test_people_see_whole_ids_in_a_terminal_of_80_columns(registered_once: tuple[Path, Answer]) -> None:
    home, registered = registered_once
    answer = run("works", "list", "--home", home, environment={"COLUMNS": "80"})
    for line in registered.lines:
        assert line["work_id"] in answer.stderr


def test_one_work_is_shown_with_its_versions(registered_once: tuple[Path, Answer]) -> None:
    home, registered = registered_once
    expected = registered.lines[3]
    work = run("works", "show", expected["work_id"], "--home", home, "--json").line
    assert (work["id"], work["title"], work["creator"]) == (expected["work_id"], "design-3", "Studio")
    assert [version["sha256"] for version in work["versions"]] == [expected["sha256"]]
    for_people = run("works", "show", expected["work_id"], "--home", home).stderr
    assert "design-3.png" in for_people


@pytest.mark.parametrize("command", ["show", "receipt", "withdraw", "erase"])
def test_a_work_that_does_not_exist_is_refused(registered_once: tuple[Path, Answer], command: str) -> None:
    yes = ["--yes"] if command in ("withdraw", "erase") else []
    answer = run("works", command, "wrk_nothing", *yes, "--home", registered_once[0], "--json")
    assert (answer.code, answer.error["code"]) == (3, "no_such_work")


def test_a_receipt_file_verifies_and_so_does_its_original(
    registered_once: tuple[Path, Answer], designs: Path, tmp_path: Path
) -> None:
    home, registered = registered_once
    line, file = registered.lines[1], tmp_path / "receipt.json"
    written = run("works", "receipt", line["work_id"], "-o", file, "--home", home, "--json")
    assert written.line == {"work_id": line["work_id"], "path": str(file)}
    on_stdout = run("works", "receipt", line["work_id"], "--home", home)
    assert on_stdout.stdout.encode() == file.read_bytes()
    key = run("ledger", "show", "--home", home, "--json").line["verifier_key"]
    report = run("verify", file, "--work", line["path"], "--key", key, "--json")
    assert (report.code, report.line["verdict"]) == (0, "proven")


def test_a_new_picture_is_added_and_its_receipt_verifies(studio_home: Path, tmp_path: Path) -> None:
    work_id = run("works", "list", "--home", studio_home, "--json").lines[1]["id"]
    picture, file = tmp_path / "final.png", tmp_path / "receipt.json"
    picture.write_bytes(encoded(design(9)))
    arguments = ["works", "amend", work_id, picture, "--description", "Final", "--home", studio_home]
    added = run(*arguments, "--json").line
    assert (added["status"], added["index"], added["path"]) == ("amended", 5, str(picture))
    again = run(*arguments, "--json")
    assert (again.code, again.line["status"], again.line["index"]) == (0, "already_registered", 5)
    run("works", "receipt", work_id, "--entry", "5", "-o", file, "--home", studio_home)
    assert run("verify", file, "--work", picture).code == 0
    match = run("check", picture, "--home", studio_home, "--json").line["matches"][0]
    assert (match["work_id"], match["path"]) == (work_id, "final.png")
    assert run("ledger", "verify", "--home", studio_home, "--json").line["ok"]


def test_drafts_are_added_by_their_digest_alone(studio_home: Path, tmp_path: Path) -> None:
    work_id = run("works", "list", "--home", studio_home, "--json").lines[0]["id"]
    sketch, layers = tmp_path / "sketch.txt", tmp_path / "layers.bin"
    sketch.write_bytes(b"a pencil sketch")
    layers.write_bytes(bytes(3_000_000))
    added = run("works", "amend", work_id, "--draft", sketch, "--draft", layers, "--home", studio_home, "--json")
    assert (added.code, added.line["sha256"], added.line["path"]) == (0, None, None)
    receipt = run("works", "receipt", work_id, "--entry", "5", "--home", studio_home).line
    values = {field["name"]: field["value"] for field in receipt["disclosure"]["disclosed"]}
    assert values["drafts"] == [{"sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in (sketch, layers)]
    assert "(drafts)" in run("works", "show", work_id, "--home", studio_home).stderr


def test_a_signed_amendment_holds_the_key_and_its_signature(studio_home: Path, tmp_path: Path) -> None:
    work_id = run("works", "list", "--home", studio_home, "--json").lines[0]["id"]
    key, picture = tmp_path / "owner.pem", tmp_path / "final.png"
    public = run("signing-key", "create", key, "--json").line["public_key"]
    picture.write_bytes(encoded(design(9)))
    assert run("works", "amend", work_id, picture, "--sign-with", key, "--home", studio_home).code == 0
    receipt = run("works", "receipt", work_id, "--entry", "5", "--home", studio_home).line
    values = {field["name"]: field["value"] for field in receipt["disclosure"]["disclosed"]}
    assert values["owner_public_key"] == public


def test_an_amendment_of_nothing_is_wrong_usage(studio_home: Path) -> None:
    work_id = run("works", "list", "--home", studio_home, "--json").lines[0]["id"]
    assert run("works", "amend", work_id, "--home", studio_home).code == 2


def test_a_picture_of_another_work_is_refused(studio_home: Path, designs: Path) -> None:
    works = run("works", "list", "--home", studio_home, "--json").lines
    arguments = ["works", "amend", works[0]["id"], designs / works[1]["versions"][0]["original_name"]]
    refused = run(*arguments, "--home", studio_home, "--json")
    assert (refused.code, refused.error["code"]) == (3, "file_of_another_work")


def test_withdrawing_is_recorded_and_the_receipt_still_verifies(studio_home: Path, tmp_path: Path) -> None:
    work_id = run("works", "list", "--home", studio_home, "--json").lines[2]["id"]
    ended = run("works", "withdraw", work_id, "--yes", "--home", studio_home, "--json").line
    assert ended == {"work_id": work_id, "state": "withdrawn", "index": 5}
    assert run("works", "show", work_id, "--home", studio_home, "--json").line["state"] == "withdrawn"
    file = tmp_path / "receipt.json"
    run("works", "receipt", work_id, "-o", file, "--home", studio_home)
    assert run("verify", file).code == 0
    assert run("ledger", "verify", "--home", studio_home, "--json").line["ok"]
    again = run("works", "withdraw", work_id, "--yes", "--home", studio_home, "--json")
    assert (again.code, again.error["code"]) == (3, "work_ended")


def test_erasing_destroys_what_is_personal_and_the_ledger_still_verifies(studio_home: Path) -> None:
    work = run("works", "list", "--home", studio_home, "--json").lines[0]
    sha256 = work["versions"][0]["sha256"]
    assert run("works", "erase", work["id"], "--yes", "--home", studio_home).code == 0
    erased = run("works", "show", work["id"], "--home", studio_home, "--json").line
    assert (erased["state"], erased["title"], erased["creator"]) == ("erased", None, None)
    assert erased["versions"][0]["sha256"] is None
    assert not [file for file in (studio_home / "objects").rglob("*") if sha256 in file.name]
    assert run("ledger", "verify", "--home", studio_home, "--json").line["ok"]
    assert run("works", "list", "--home", studio_home).code == 0


@pytest.mark.parametrize("command", ["withdraw", "erase"])
def test_what_cannot_be_taken_back_is_asked_for(studio_home: Path, command: str) -> None:
    work = run("works", "list", "--home", studio_home, "--json").lines[0]
    arguments = ["works", command, work["id"], "--home", str(studio_home)]
    declined = CliRunner().invoke(app, arguments, input="n\n")
    assert declined.exit_code == 3
    assert "design-" in declined.stderr
    assert run(*arguments, "--json").code == 2
    assert run("works", "show", work["id"], "--home", studio_home, "--json").line == work
    assert CliRunner().invoke(app, arguments, input="y\n").exit_code == 0
