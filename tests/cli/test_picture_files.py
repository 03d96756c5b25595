"""Which files a path on the command line stands for."""

import os
from pathlib import Path

import pytest

from registry.cli.file_access import read_regular_file
from registry.cli.picture_files import select
from registry.errors import Refused


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def test_a_folder_stands_for_its_pictures_in_sorted_order(tmp_path: Path) -> None:
    make(tmp_path, "b.png", "a.JPG", "c/d.webp", "c/a.svg")
    assert select([tmp_path]).files == [tmp_path / name for name in ("a.JPG", "b.png", "c/a.svg", "c/d.webp")]


def test_what_is_left_out_of_a_folder_is_counted(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "notes.txt", ".DS_Store", ".git/b.png", "Makefile")
    (tmp_path / "link.png").symlink_to(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")
    selection = select([tmp_path])
    assert selection.files == [tmp_path / "a.png"]
    assert selection.left_out() == (
        "2 hidden, 2 not pictures by their names, 1 symbolic links, 1 pipes, sockets or devices"
    )


def test_nothing_left_out_is_no_words(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    assert select([tmp_path]).left_out() == ""


def test_a_file_that_is_named_is_taken_whatever_its_name(tmp_path: Path) -> None:
    make(tmp_path, ".hidden", "noextension")
    (tmp_path / "link").symlink_to(tmp_path / "noextension")
    assert select([tmp_path / ".hidden", tmp_path / "link"]).files == [tmp_path / ".hidden", tmp_path / "link"]


def test_a_file_named_twice_is_taken_once(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    assert select([tmp_path / "a.png", tmp_path, tmp_path / "." / "a.png"]).files == [tmp_path / "a.png"]


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert select([tmp_path]).files == [tmp_path / "a.png"]


def test_one_byte_more_than_the_limit_is_read_so_that_the_registry_can_refuse_it(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(b"123456789")
    assert read_regular_file(tmp_path / "big.png", 4) == b"12345"


@pytest.mark.parametrize("name", ["pipe", "folder", "absent", "dangling"])
def test_what_cannot_be_read_is_refused_at_once(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Refused) as refusal:
        read_regular_file(tmp_path / name, 100)
    assert refusal.value.code == ("not_a_regular_file" if name == "pipe" else "unreadable_file")
