"""`registry register`: files and folders, again and again, refused ones beside good ones, findings, signatures."""

import os
import signal
from pathlib import Path

import pytest
from PIL import ImageOps

from registry.verify import ed25519
from registry.verify.receipt import Receipt
from registry.works.owner_signature import message_to_sign
from registry.works.schemas import ClaimInput
from tests.cli.command import PATIENCE_SECONDS, Answer, run, started
from tests.drawn_pictures import design, encoded

CONTRACT = ["path", "status", "work_id", "index", "sha256", "code"]
ADDED = ["findings", "notes", "message"]
SQLITE_ONLY = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def ledger_size(home: Path) -> int:
    size: int = run("ledger", "show", "--home", home, "--json").line["size"]
    return size


def test_a_folder_is_registered_in_sorted_order(registered_once: tuple[Path, Answer], designs: Path) -> None:
    _, answer = registered_once
    assert answer.code == 0
    assert answer.stderr == ""
    assert [list(line) for line in answer.lines] == [CONTRACT + ADDED] * 5
    assert [line["path"] for line in answer.lines] == [str(file) for file in sorted(designs.iterdir())]
    assert {line["status"] for line in answer.lines} == {"registered"}
    assert sorted(line["index"] for line in answer.lines) == [0, 1, 2, 3, 4]


def test_a_second_run_says_so_and_appends_nothing(
    registered_once: tuple[Path, Answer], studio_home: Path, designs: Path
) -> None:
    again = run("register", designs, "--creator", "Studio", "--home", studio_home, "--json")
    assert again.code == 0
    assert again.lines == [{**line, "status": "already_registered"} for line in registered_once[1].lines]
    assert ledger_size(studio_home) == 5


def test_what_is_registered_verifies_on_both_databases(environment: dict[str, str], designs: Path) -> None:
    file = designs / "design-1.png"
    answer = run("register", file, "--creator", "Studio", "--json", environment=environment)
    assert (answer.line["status"], answer.line["index"]) == ("registered", 0)
    verified = run("ledger", "verify", "--json", environment=environment).line
    assert (verified["ok"], verified["size"]) == (True, 1)


def test_one_refused_file_stops_no_other(studio_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a-text.png").write_text("This is no picture.")
    (folder / "b-empty.png").write_bytes(b"")
    (folder / "c-good.png").write_bytes(encoded(design(50)))
    (folder / "notes.txt").write_text("not looked at")
    os.mkfifo(folder / "pipe.png")
    answer = run("register", folder, "--creator", "Studio", "--home", studio_home, "--json")
    assert answer.code == 3
    assert [line["status"] for line in answer.lines] == ["refused", "refused", "registered"]
    assert [list(line) for line in answer.lines] == [CONTRACT + ADDED] * 3
    for line in answer.lines[:2]:
        assert line["code"]
        assert line["message"]
        assert line["work_id"] is line["index"] is line["sha256"] is None
    assert ledger_size(studio_home) == 6
    for_people = run("register", folder, "--creator", "Studio", "--home", studio_home)
    assert for_people.stdout == ""
    assert "Left out: 1 not pictures by their names, 1 pipes, sockets or devices." in for_people.stderr
    assert "1 registered before, 2 refused" in for_people.stderr


def test_a_file_above_the_limit_is_refused(studio_home: Path, tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(encoded(design(51)) + bytes(2000))
    small = {"REGISTRY_MAX_UPLOAD_BYTES": "1024"}
    arguments: list[str | Path] = [
        "register",
        tmp_path / "large.png",
        "--creator",
        "Studio",
        "--home",
        studio_home,
        "--json",
    ]
    assert run(*arguments, environment=small).line["code"] == "body_too_large"


def test_a_pipe_named_on_the_command_line_is_refused_at_once(studio_home: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    answer = run("register", tmp_path / "pipe.png", "--creator", "Studio", "--home", studio_home, "--json")
    assert (answer.code, answer.line["code"]) == (3, "not_a_regular_file")


def test_a_name_that_could_steer_the_terminal_is_refused_and_shown_escaped(studio_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "evil\x1b[2J.png"
    file.write_bytes(encoded(design(52)))
    answer = run("register", file, "--creator", "Studio", "--home", studio_home)
    assert answer.code == 3
    assert "\x1b" not in answer.stderr
    assert "evil\\x1b[2J.png" in answer.stderr


def test_another_owners_earlier_work_is_told_prominently(studio_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "stolen.png"
    file.write_bytes(encoded(ImageOps.mirror(design(2))))
    for_people = run("register", file, "--creator", "Thief", "--home", studio_home)
    assert for_people.code == 0
    assert "Another owner registered this before" in for_people.stderr
    assert "mirrored" in for_people.stderr
    line = run("register", file, "--creator", "Thief", "--home", studio_home, "--json").line
    works = {work["index"]: work for work in run("works", "list", "--home", studio_home, "--json").lines}
    finding = line["findings"][0]
    assert (finding["own"], finding["verdict"]) == (False, "match")
    assert works[line["index"]]["creator"] == "Thief"
    original = next(work for work in works.values() if work["versions"][0]["original_name"] == "design-2.png")
    assert finding["work_id"] == original["id"]


def test_ones_own_earlier_work_is_only_noted(studio_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "variant.png"
    file.write_bytes(encoded(ImageOps.mirror(design(3))))
    answer = run("register", file, "--creator", "Studio", "--home", studio_home)
    assert "Another owner" not in answer.stderr
    assert "your own earlier work" in answer.stderr


def test_the_account_is_the_owners_and_without_one_the_creators(studio_home: Path, designs: Path) -> None:
    file = designs / "design-0.png"
    by_studio = run("register", file, "--creator", "Apprentice", "--owner", "Studio", "--home", studio_home, "--json")
    assert by_studio.line["status"] == "already_registered"
    by_apprentice = run("register", file, "--creator", "Apprentice", "--home", studio_home, "--json")
    assert by_apprentice.line["status"] == "registered"
    assert by_apprentice.line["findings"][0]["relation"] == "identical_file"


def test_a_signed_claim_can_be_proven_from_its_receipt_alone(tmp_path: Path) -> None:
    home, key_file, file = tmp_path / "home", tmp_path / "owner.pem", tmp_path / "harbour.png"
    file.write_bytes(encoded(design(53)))
    made = run("signing-key", "create", key_file, "--json").line
    declared: list[str | Path] = [
        "--title",
        "Harbour",
        "--created-on",
        "2024-05-31",
        "--licence",
        "CC-BY-4.0",
        "--sign-with",
        key_file,
    ]
    line = run("register", file, "--creator", "Studio", *declared, "--home", home, "--json").line
    receipt = run("works", "receipt", line["work_id"], "--home", home).stdout.encode()
    fields = Receipt.parse(receipt).disclosure.values()
    assert fields["owner_public_key"] == made["public_key"]
    names = ("creator", "title", "created_on", "licence", "owner_public_key")
    claim = ClaimInput.model_validate({name: fields[name] for name in names})
    assert (claim.title, claim.created_on, claim.licence) == ("Harbour", "2024-05-31", "CC-BY-4.0")
    message = message_to_sign(claim, line["sha256"])
    key, signature = bytes.fromhex(made["public_key"]), bytes.fromhex(str(fields["owner_signature"]))
    assert ed25519.verifies(key, message, signature)


@pytest.mark.parametrize(
    "arguments",
    [
        ["/nowhere/at/all.png", "--creator", "Studio"],
        ["."],
        ["--creator", "Studio"],
        [".", "--creator", "Studio", "--created-on", "yesterday"],
    ],
)
def test_wrong_usage_makes_no_home(tmp_path: Path, arguments: list[str]) -> None:
    assert run("register", *arguments, "--home", tmp_path / "home").code == 2
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        (["--creator", ""], "claim_invalid"),
        (["--creator", "Stu\x1bdio"], "claim_invalid"),
        (["--creator", "x" * 1000], "claim_invalid"),
        (["--creator", "Studio", "--title", "\u202e"], "claim_invalid"),
    ],
)
def test_a_claim_that_cannot_be_one_is_refused_before_anything_is_done(
    tmp_path: Path, designs: Path, claim: list[str], code: str
) -> None:
    answer = run("register", designs / "design-0.png", *claim, "--home", tmp_path / "home", "--json")
    assert (answer.code, answer.error["code"], answer.stdout) == (3, code, "")
    assert not (tmp_path / "home").exists()


def test_a_decomposed_name_from_a_mac_is_composed(tmp_path: Path, designs: Path) -> None:
    home = tmp_path / "home"
    run("register", designs / "design-0.png", "--creator", "Ame\u0301lie", "--home", home)
    assert run("works", "list", "--home", home, "--json").line["creator"] == "Am\u00e9lie"


def test_one_title_for_several_pictures_is_wrong_usage(tmp_path: Path, designs: Path) -> None:
    assert run("register", designs, "--creator", "Studio", "--title", "One", "--home", tmp_path / "home").code == 2


def test_a_folder_without_pictures_is_said_to_have_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = run("register", tmp_path / "empty", "--creator", "Studio", "--home", tmp_path / "home")
    assert answer.code == 0
    assert "There is no picture there." in answer.stderr


def test_after_an_interrupt_the_ledger_verifies_and_the_same_command_goes_on(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "many"
    folder.mkdir()
    for seed in range(60):
        (folder / f"{seed:02}.png").write_bytes(encoded(design(100 + seed, 120)))
    arguments: list[str | Path] = ["register", folder, "--creator", "Studio", "--home", home, "--json"]
    with started(*arguments) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        # Not communicate(): it would miss what readline has buffered beyond the first line.
        rest = process.stdout.read()
        process.wait(PATIENCE_SECONDS)
    answered = Answer(process.returncode, first + rest, "")
    assert answered.code == 130
    assert 1 <= len(answered.lines) < 60
    verified = run("ledger", "verify", "--home", home, "--json").line
    assert (verified["ok"], verified["size"]) == (True, len(answered.lines))
    again = run(*arguments)
    assert again.code == 0
    assert [line["status"] for line in again.lines].count("already_registered") == len(answered.lines)
    assert ledger_size(home) == 60
