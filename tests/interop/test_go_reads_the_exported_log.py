"""Go's own implementation verifies all of an exported folder, from the folder alone."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.publication.export import export
from registry.storage.database import Database
from registry.verify.tiles import Tile
from tests.interop.go_programs import compiled
from tests.publication.growing_log import KEY, GrowingLog

SIZES = (0, 1, 2, 3, 7, 8, 100, 255, 256, 257, 300, 511, 512, 513, 600)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled."""
    return compiled("go_tile_reader", tmp_path_factory.mktemp("go"))


def said(reader: Path, key: str, folder: Path, *older: Path) -> str:
    done = subprocess.run(
        [str(reader), key, str(folder), *map(str, older)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_go_verifies_every_entry_and_every_pair_of_checkpoints(
    database: Database, reader: Path, tmp_path: Path
) -> None:
    log, folder, kept = GrowingLog(database, tmp_path / "home"), tmp_path / "log", []
    for size in SIZES:
        log.grow(size)
        export(log.publication, folder)
        kept.append(Path(shutil.copyfile(folder / "checkpoint", tmp_path / f"checkpoint-{size}")))
    pairs = (len(SIZES) + 1) * (len(SIZES) + 2) // 2
    assert said(reader, str(KEY), folder, *kept) == (f"ok: {SIZES[-1]} entries, {pairs} pairs of checkpoints")


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-3])


CORRUPTIONS: dict[str, tuple[Callable[[Path], None], str]] = {
    "an entry": (lambda folder: flip(folder / "tile/entries/000", 50), "entry 0 is not in the tree"),
    "an entry of the last bundle": (
        lambda folder: flip(folder / "tile/entries/001.p/44", -5),
        "entry 299 is not in the tree",
    ),
    "a leaf's hash": (lambda folder: flip(folder / Tile(0, 0).path, 320), "is not in the tree"),
    "a hash above": (lambda folder: flip(folder / Tile(1, 0, 1).path, 0), "is not in the tree"),
    "a bundle without its end": (lambda folder: shorten(folder / "tile/entries/000"), "ends within entry 255"),
    "a missing tile": (lambda folder: (folder / "tile/0/000").unlink(), "no such file"),
    "the checkpoint": (lambda folder: flip(folder / "checkpoint", 20), "checkpoint"),
}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_go_refuses_every_corrupted_folder(database: Database, reader: Path, tmp_path: Path) -> None:
    """So that its agreement means something."""
    log = GrowingLog(database, tmp_path / "home")
    log.grow(300)
    export(log.publication, tmp_path / "log")
    for name, (corrupt, complaint) in CORRUPTIONS.items():
        folder = Path(shutil.copytree(tmp_path / "log", tmp_path / name))
        corrupt(folder)
        answer = said(reader, str(KEY), folder)
        assert answer.startswith("failed: "), name
        assert complaint in answer, (name, answer)
