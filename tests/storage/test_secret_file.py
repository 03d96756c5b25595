"""Secrets in files of their own."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from registry import errors
from registry.storage.secret_file import read_or_create


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "ledger.key"


def test_a_secret_is_made_once_and_read_from_then_on(file: Path) -> None:
    assert read_or_create(file, lambda: "first\n", missing_is_broken=False) == "first\n"
    assert read_or_create(file, lambda: "second\n", missing_is_broken=False) == "first\n"
    assert read_or_create(file, lambda: "second\n", missing_is_broken=True) == "first\n"


def test_only_its_owner_may_read_it_whatever_the_umask(file: Path) -> None:
    before = os.umask(0)
    try:
        read_or_create(file, lambda: "secret", missing_is_broken=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_many_who_start_at_once_agree_on_one_secret_and_leave_nothing_beside_it(file: Path) -> None:
    numbers = count()
    with ThreadPoolExecutor(16) as threads:
        agreed = set(
            threads.map(lambda _: read_or_create(file, lambda: str(next(numbers)), missing_is_broken=False), range(64))
        )
    assert len(agreed) == 1
    assert list(file.parent.iterdir()) == [file]


def test_a_lost_secret_that_was_in_use_is_not_replaced(file: Path) -> None:
    with pytest.raises(errors.Broken) as caught:
        read_or_create(file, lambda: "another", missing_is_broken=True)
    assert caught.value.code == "secret_missing"
    assert not file.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o777])
def test_a_secret_that_others_may_read_or_change_is_refused(file: Path, mode: int) -> None:
    read_or_create(file, lambda: "secret", missing_is_broken=False)
    file.chmod(mode)
    with pytest.raises(errors.Broken) as caught:
        read_or_create(file, lambda: "another", missing_is_broken=False)
    assert caught.value.code == "secret_exposed"
    assert "secret" not in caught.value.message.replace(str(file), "")


def test_a_link_that_leads_nowhere_is_said_and_kept(file: Path) -> None:
    file.parent.mkdir()
    file.symlink_to("/media/not/plugged/in")
    with pytest.raises(errors.Unavailable) as caught:
        read_or_create(file, lambda: "another", missing_is_broken=False)
    assert caught.value.code == "secret_unreachable"
    assert file.is_symlink()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.Unavailable) as caught:
        read_or_create(tmp_path / "missing" / "keys" / "ledger.key", lambda: "secret", missing_is_broken=False)
    assert caught.value.code == "secret_unreachable"
