"""What happens when the folder, the disk or the S3 server fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry import errors
from registry.storage.objects import ObjectStore

ROOT = Path(__file__).parents[2]

PUT_WITH_LITTLE_ROOM = """
import resource, signal, sys
from registry.storage.objects import ObjectStore
from registry.errors import Unavailable
objects = ObjectStore.open(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    objects.put(bytes(5000))
except Unavailable as error:
    sys.exit(error.code)
"""


def test_a_disk_without_room_is_said_and_leaves_no_object(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PUT_WITH_LITTLE_ROOM, tmp_path.as_uri()],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.stderr.strip() == "disk_full"
    assert list(ObjectStore.open(tmp_path.as_uri()).digests()) == []


def test_an_object_and_its_name_are_on_the_disk_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = ObjectStore.open(tmp_path.as_uri())
    synced: list[str] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    digest = objects.put(b"an original")
    file = tmp_path / digest[:2] / digest
    assert synced == [str(file), str(file.parent), str(tmp_path)]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(errors.Unavailable) as caught:
        ObjectStore.open((tmp_path / "file" / "objects").as_uri())
    assert caught.value.code == "objects_unreachable"


def test_a_folder_with_odd_characters_in_its_name_works(tmp_path: Path) -> None:
    folder = tmp_path / "Ünïcode ? # % & 版权"
    objects = ObjectStore.open(folder.as_uri())
    digest = objects.put(b"an original")
    assert (folder / digest[:2] / digest).read_bytes() == b"an original"
    assert list(objects.digests()) == [digest]


def test_wrong_credentials_are_denied(s3_objects_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    objects = ObjectStore.open(s3_objects_url)
    with pytest.raises(errors.Unavailable) as caught:
        objects.put(b"an original")
    assert caught.value.code == "objects_denied"


def test_a_server_that_nobody_runs_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cret")
    objects = ObjectStore.open("s3://originals")
    with pytest.raises(errors.Unavailable) as caught:
        objects.put(b"an original")
    assert caught.value.code == "objects_unreachable"
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"
