"""What must not stand in any tracked file: download addresses, and paths of the machine that wrote it."""

import re

import pytest

from tests.project.tree import ROOT, relative, text_files

PACKAGE_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
]
MACHINE_PATH = re.compile(r"(?<![\w.:/-])(?:/home/|/Users/|/root/|/work/|[A-Z]:\\Users\\)\w+")


@pytest.mark.parametrize("host", PACKAGE_HOSTS)
def test_no_file_names_a_package_host(host: str) -> None:
    assert [relative(path) for path, text in text_files() if host in text] == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert [(relative(path), found[0]) for path, text in text_files() if (found := MACHINE_PATH.search(text))] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_a_lock_holds_no_address(lock: str) -> None:
    assert "://" not in (ROOT / lock).read_text()


def test_lines_end_as_they_do_on_unix_and_files_end_with_a_line() -> None:
    assert [relative(path) for path, text in text_files() if "\r\n" in text or (text and text[-1] != "\n")] == []
