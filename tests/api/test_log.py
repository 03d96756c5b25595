"""The static log over HTTP: the same bytes as in an exported folder, and how long they may be kept."""

import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.installation import Installation
from registry.publication.export import export
from registry.verify.tiles import tiles_between
from tests.api.appended import append

only_sqlite = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
FOR_EVER = "public, max-age=31536000, immutable"
PLAIN = {"Accept-Encoding": "identity"}


def test_what_is_served_is_what_is_exported(installation: Installation, stranger: TestClient, tmp_path: Path) -> None:
    append(installation, 3)
    export(installation.publication, tmp_path / "log")
    for path in ("checkpoint", *(tile.path for tile in tiles_between(0, 3))):
        answer = stranger.get(f"/log/{path}", headers=PLAIN)
        assert answer.content == (tmp_path / "log" / path).read_bytes(), path
        assert answer.headers["Content-Type"] == (
            "text/plain; charset=utf-8" if path == "checkpoint" else "application/octet-stream"
        )
        assert answer.headers["Cache-Control"] == ("public, max-age=5" if path == "checkpoint" else FOR_EVER)


@only_sqlite
def test_every_smaller_partial_tile_is_served_too(installation: Installation, stranger: TestClient) -> None:
    append(installation, 4)
    whole = stranger.get("/log/tile/0/000.p/4").content
    for width in range(1, 5):
        assert stranger.get(f"/log/tile/0/000.p/{width}").content == whole[: 32 * width]


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",
        "tile/0/000.p/4",
        "tile/1/000.p/1",
        "tile/0/001.p/1",
        "tile/entries/000.p/4",
        "tile/0/000.p/0",
        "tile/0/0",
        "tile/8/000.p/1",
        "tile/0/%2E%2E/%2E%2E/checkpoint",
        "tile/0/x999/x999/x999/x999/x999/999",
    ],
)
@only_sqlite
def test_what_the_tree_does_not_have_is_not_found(installation: Installation, stranger: TestClient, path: str) -> None:
    append(installation, 3)
    answer = stranger.get(f"/log/{path}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@only_sqlite
def test_a_tile_known_already_is_not_sent_again(installation: Installation, stranger: TestClient) -> None:
    append(installation, 2)
    for path in ("/log/tile/0/000.p/2", "/log/tile/entries/000.p/2"):
        known = stranger.get(path).headers["ETag"]
        again = stranger.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, identity", "gzip"),
        ("identity, GZIP;q=0.5", "gzip"),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip; q=0.0", None),
        ("", None),
    ],
)
@only_sqlite
def test_bundles_are_compressed_for_who_takes_it(
    installation: Installation, stranger: TestClient, accepted: str, sent: str | None
) -> None:
    append(installation, 2)
    plain = stranger.get("/log/tile/entries/000.p/2", headers=PLAIN)
    answer = stranger.get("/log/tile/entries/000.p/2", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == sent
    assert answer.content == plain.content  # the client has undone the compression
    assert answer.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(gzip.compress(plain.content)) < len(plain.content)
