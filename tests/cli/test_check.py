"""`registry check`: verdicts, matches and evidence for listing pictures."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from tests.cli.command import Answer, run
from tests.drawn_pictures import design, encoded, flattened, inverted

CONTRACT = ["path", "verdict", "matches", "index_size", "ms"]
ADDED = ["code", "message"]
MATCH = {
    *("work_id", "title", "path", "relation", "score", "coverage_of_work", "share_of_listing", "transform", "region"),
}


@pytest.fixture(scope="module")
def listings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Listing pictures: each of the registered designs in another disguise, and one that is nobody's."""
    folder = tmp_path_factory.mktemp("listings")
    turned = design(3).transpose(Image.Transpose.ROTATE_90)
    pictures = {
        "0-untouched.png": encoded(design(0)),
        "1-saved-again.jpg": encoded(flattened(design(1)), "JPEG", quality=30),
        "2-<b>mirrored.png": encoded(ImageOps.mirror(design(2))),
        "3-turned.png": encoded(turned),
        "4-inverted.png": encoded(inverted(design(4))),
        "5-unrelated.png": encoded(design(99)),
        "6-broken.png": b"not a picture",
    }
    for name, content in pictures.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def home(registered_once: tuple[Path, Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registered designs. Each check is recorded, so the home is this module's own."""
    return Path(shutil.copytree(registered_once[0], tmp_path_factory.mktemp("checked") / "home"))


@pytest.fixture(scope="module")
def checked(home: Path, listings: Path) -> Answer:
    """All listings checked at once, with a report beside them."""
    return run("check", listings, "--home", home, "--report", listings.parent / "report", "--json")


def test_every_disguise_is_found_and_the_right_work_stands_first(checked: Answer) -> None:
    for number, line in enumerate(checked.lines[:5]):
        assert line["verdict"] in ("match", "review"), line["path"]
        assert line["matches"][0]["path"] == f"design-{number}.png"
        scores = [match["score"] for match in line["matches"]]
        assert scores == sorted(scores, reverse=True)


def test_a_picture_that_is_nobodys_is_clear(checked: Answer) -> None:
    line = checked.lines[5]
    assert (line["verdict"], line["matches"], line["index_size"]) == ("clear", [], 5)


def test_a_refused_file_stops_no_other_and_is_exit_code_3(checked: Answer) -> None:
    line = checked.lines[6]
    assert checked.code == 3
    assert (line["verdict"], line["matches"], line["index_size"]) == ("refused", [], None)
    assert line["code"]
    assert line["message"]


def test_lines_have_the_keys_of_the_contract(checked: Answer) -> None:
    assert [list(line) for line in checked.lines] == [CONTRACT + ADDED] * 7
    for line in checked.lines:
        assert isinstance(line["ms"], int)
        for match in line["matches"]:
            assert match.keys() >= MATCH


def test_the_transform_is_told_in_words(checked: Answer) -> None:
    words = {Path(line["path"]).name[0]: line["matches"][0]["transform"] for line in checked.lines[:5]}
    assert "mirrored" in words["2"]
    assert "rotated 270 degrees" in words["3"]
    assert "inverted" in words["4"]


def test_the_report_shows_every_match_and_lets_no_name_become_markup(checked: Answer, listings: Path) -> None:
    report = listings.parent / "report"
    page = (report / "index.html").read_text()
    pictures = sorted(file.name for file in report.glob("*.png"))
    assert len(pictures) == sum(len(line["matches"]) for line in checked.lines)
    for picture in pictures:
        assert f'src="{picture}"' in page
        with Image.open(report / picture) as shown:
            assert shown.width > 300
    assert "<b>" not in page
    assert "&lt;b&gt;mirrored" in page
    assert "<script" not in page


def test_people_read_one_line_for_each_picture_and_match(registered_once: tuple[Path, Answer], listings: Path) -> None:
    answer = run("check", listings / "0-untouched.png", listings / "5-unrelated.png", "--home", registered_once[0])
    assert answer.code == 0
    assert answer.stdout == ""
    lines = answer.stderr.splitlines()
    assert lines[0].split()[0] == "match"
    assert '"design-0"' in lines[1]
    assert lines[2].split()[0] == "clear"
    assert lines[-1] == "1 match, 1 clear"


def test_a_withdrawn_work_is_found_no_more(studio_home: Path, designs: Path) -> None:
    work = run("works", "list", "--home", studio_home, "--json").lines[0]
    file = designs / work["versions"][0]["original_name"]
    assert run("check", file, "--home", studio_home, "--json").line["verdict"] == "match"
    assert run("works", "withdraw", work["id"], "--yes", "--home", studio_home).code == 0
    assert run("check", file, "--home", studio_home, "--json").line["verdict"] == "clear"


def test_checking_against_a_registry_that_is_not_there_is_refused(tmp_path: Path, designs: Path) -> None:
    answer = run("check", designs, "--home", tmp_path / "typo", "--json")
    assert (answer.code, answer.error["code"]) == (3, "no_registry_here")


def test_a_report_folder_that_cannot_be_made_is_refused_before_anything_is_checked(
    studio_home: Path, designs: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = run("check", designs, "--home", studio_home, "--report", tmp_path / "file" / "report", "--json")
    assert (answer.code, answer.error["code"], answer.stdout) == (3, "unwritable_file", "")
