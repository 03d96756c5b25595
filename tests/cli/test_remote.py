"""`--server`: the same commands on a server give the same answers as on its own home."""

from pathlib import Path

import pytest
from PIL import ImageOps

from registry.installation import Installation
from tests.cli.command import Answer, run
from tests.drawn_pictures import design, encoded

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


def without_what_differs(answer: Answer) -> list[dict[str, object]]:
    """The lines without ids and durations."""
    return [
        {name: value for name, value in line.items() if name not in ("work_id", "ms", "id", "matches")}
        for line in answer.lines
    ]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Two designs, one of them again under another name, and a file that is no picture."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(design(70)))
    (folder / "b.png").write_bytes(encoded(design(71)))
    (folder / "c-broken.png").write_bytes(b"no picture")
    return folder


def test_registering_checking_and_receipts_are_the_same(
    server: dict[str, str], opened: Installation, environment: dict[str, str], mixed: Path, tmp_path: Path
) -> None:
    there = run("register", mixed, "--creator", "Studio", "--json", environment=server)
    home = {"REGISTRY_HOME": str(tmp_path / "other-home")}
    here = run("register", mixed, "--creator", "Studio", "--json", environment=home)
    assert there.code == here.code == 3
    assert [line["status"] for line in there.lines] == ["registered", "registered", "refused"]
    # Files go through in an order of their own, so entries may be numbered the other way round.
    assert [{**line, "index": None} for line in without_what_differs(there)] == [
        {**line, "index": None} for line in without_what_differs(here)
    ]
    again = run("register", mixed, "--creator", "Studio", "--json", environment=server)
    assert [line["status"] for line in again.lines] == ["already_registered", "already_registered", "refused"]
    # What the server holds is seen alike through it and in its home.
    works = run("works", "list", "--json", environment=server)
    assert works == run("works", "list", "--json", environment=environment)
    for command in (["works", "show"], ["works", "receipt"]):
        arguments = [*command, works.lines[0]["id"]]
        assert run(*arguments, environment=server).stdout == run(*arguments, environment=environment).stdout
    listing = tmp_path / "listing.png"
    listing.write_bytes(encoded(ImageOps.mirror(design(71))))
    seen = [
        run("check", listing, "--report", tmp_path / name, "--json", environment=where)
        for name, where in (("there", server), ("here", environment))
    ]
    assert without_what_differs(seen[0]) == without_what_differs(seen[1])
    matches = [[{**match, "evidence": None} for match in answer.line["matches"]] for answer in seen]
    assert matches[0] == matches[1]
    assert matches[0][0]["path"] == "b.png"
    evidence = [sorted(file.name for file in (tmp_path / name).iterdir()) for name in ("there", "here")]
    assert evidence[0] == evidence[1]
    assert len(evidence[0]) == 2


def test_amending_a_work_on_the_server_is_seen_in_its_home(
    server: dict[str, str], environment: dict[str, str], mixed: Path, tmp_path: Path
) -> None:
    work_id = run("register", mixed / "a.png", "--creator", "Studio", "--json", environment=server).line["work_id"]
    picture = tmp_path / "final.png"
    picture.write_bytes(encoded(design(73)))
    arguments = ["works", "amend", work_id, picture, "--draft", mixed / "b.png", "--json"]
    added = run(*arguments, environment=server).line
    assert (added["status"], added["index"]) == ("amended", 1)
    here = run(*arguments, environment=environment).line
    assert here == {**added, "status": "already_registered"}
    for command in (["works", "show", work_id], ["works", "receipt", work_id, "--entry", "1"]):
        assert run(*command, environment=server).stdout == run(*command, environment=environment).stdout


def test_ending_a_work_on_the_server_is_seen_in_its_home(
    server: dict[str, str], environment: dict[str, str], mixed: Path
) -> None:
    lines = run("register", mixed, "--creator", "Studio", "--json", environment=server).lines
    assert run("works", "withdraw", lines[0]["work_id"], "--yes", "--json", environment=server).code == 0
    assert run("works", "erase", lines[1]["work_id"], "--yes", "--json", environment=server).code == 0
    states = [work["state"] for work in run("works", "list", "--json", environment=environment).lines]
    assert sorted(states) == ["erased", "withdrawn"]
    assert run("ledger", "verify", "--json", environment=environment).line["ok"]


def test_the_owner_on_a_server_is_the_keys(server: dict[str, str], mixed: Path) -> None:
    assert run("register", mixed, "--creator", "Studio", "--owner", "Other", environment=server).code == 2


def test_without_a_key_nothing_is_registered_and_the_batch_ends_at_once(server: dict[str, str], mixed: Path) -> None:
    nobody = {"REGISTRY_SERVER": server["REGISTRY_SERVER"]}
    answer = run("register", mixed, "--creator", "Studio", "--json", environment=nobody)
    assert (answer.code, answer.stdout) == (3, "")
    assert answer.error["code"]


def test_file_names_that_are_no_text_are_refused_alike(
    server: dict[str, str], environment: dict[str, str], tmp_path: Path
) -> None:
    undecodable = tmp_path / "undecodable\udce9.png"
    undecodable.write_bytes(encoded(design(72)))
    for where in (server, environment):
        answer = run("register", undecodable, "--creator", "Studio", "--json", environment=where)
        assert (answer.code, answer.line["code"]) == (3, "file_name")
        assert answer.line["path"] == str(undecodable)
