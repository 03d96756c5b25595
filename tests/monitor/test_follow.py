"""A log that is followed: what grows honestly passes, every lie is named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.ledger.note_signer import NoteSigner
from registry.ledger.tiles import content_of
from registry.monitor.follow import Inconsistent, follow
from registry.monitor.followed import Followed, keep, load
from registry.monitor.log_source import FolderSource, PublishedLog
from registry.verify.checkpoint import Checkpoint
from registry.verify.tiles import tiles_between
from tests.ledger.leaves_in_memory import LeavesInMemory
from tests.verify.known_answers import LOG_LEAVES, LOG_SIGNER

SIGNER = NoteSigner("example.com/log", bytes(32))
OTHER = NoteSigner("example.com/log", bytes(range(32)))
LEAVES = [b"leaf %d" % number for number in range(70_000)]


def publish(folder: Path, leaves: list[bytes], signer: NoteSigner = SIGNER, root: bytes | None = None) -> None:
    """A log of any leaves as files, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    tree = LeavesInMemory(leaves)
    for tile in tiles_between(0, len(leaves)):
        file = folder / tile.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content_of(tile, tree))
    folder.mkdir(exist_ok=True)
    text = Checkpoint(signer.verifier_key.name, len(leaves), root or tree.frontier.root).to_text()
    (folder / "checkpoint").write_text(signer.sign(text))


def look(folder: Path, before: Followed | None = None, *signers: NoteSigner) -> Followed:
    keys = tuple(signer.verifier_key for signer in signers or (SIGNER,))
    return follow(PublishedLog(FolderSource(folder)), keys, before or Followed())


def test_a_log_that_only_grows_is_followed(tmp_path: Path) -> None:
    seen = Followed()
    for size in (0, 1, 2, 255, 256, 257, 700, 700):
        publish(tmp_path / "log", LEAVES[:size])
        seen = look(tmp_path / "log", seen)
        assert seen.size == size


def test_a_large_log_is_read_at_once(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES)
    assert look(tmp_path / "log").size == len(LEAVES)


def test_another_programs_log_is_followed(tmp_path: Path) -> None:
    """Its leaves are not our entries."""
    signer = NoteSigner.from_private_key_text(LOG_SIGNER)
    seen = Followed()
    for size in range(len(LOG_LEAVES) + 1):
        publish(tmp_path / "log", LOG_LEAVES[:size], signer)
        seen = look(tmp_path / "log", seen, signer)
        keep(tmp_path / "state", seen)
        assert load(tmp_path / "state") == seen


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES[:600])
    seen = look(tmp_path / "log")
    publish(tmp_path / "log", LEAVES[:1100])
    for number in (0, 1):
        (tmp_path / f"log/tile/0/00{number}").unlink()
        (tmp_path / f"log/tile/entries/00{number}").unlink()
    assert look(tmp_path / "log", seen).size == 1100


def test_a_full_file_stands_for_a_partial_one_that_is_gone(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES[:300])
    old = (tmp_path / "log/checkpoint").read_text()
    publish(tmp_path / "log", LEAVES[:600])
    (tmp_path / "log/checkpoint").write_text(old)
    shutil.copy(tmp_path / "log/tile/1/000.p/2", tmp_path / "log/tile/1/000.p/1")
    (tmp_path / "log/tile/1/000.p/1").write_bytes((tmp_path / "log/tile/1/000.p/2").read_bytes()[:32])
    assert look(tmp_path / "log").size == 300


def test_either_key_will_do_while_a_log_changes_it(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES[:5])
    seen = look(tmp_path / "log", None, SIGNER, OTHER)
    publish(tmp_path / "log", LEAVES[:9], OTHER)
    assert look(tmp_path / "log", seen, SIGNER, OTHER).size == 9


def edit(file: Path, place: int = 0) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def shorten(file: Path) -> None:
    file.write_bytes(bytes(32))


def rewritten(folder: Path, size: int = 700, at: int = 5) -> None:
    publish(folder, [*LEAVES[:at], b"another", *LEAVES[at + 1 : size]])


LIES: dict[str, tuple[Callable[[Path], None], str, int | None]] = {
    "an entry is edited": (lambda log: edit(log / "tile/entries/002.p/188", -1), "Entry 699 does not have", 699),
    "a leaf's hash is edited": (lambda log: edit(log / "tile/0/002.p/188", 32 * 188 - 1), "Entry 699 does not", 699),
    "a hash above is edited": (lambda log: edit(log / "tile/1/000.p/2", 40), "tile/1/000.p/2", None),
    "the log is rewritten from its beginning": (rewritten, "entries 0 to 255 are others", 0),
    "the log is rewritten near its old end": (lambda log: rewritten(log, 700, 499), "entries 496 to 499", 496),
    "the log is cut": (lambda log: publish(log, LEAVES[:499]), "shows 499 entries and had shown 500", 499),
    "the log is cut and grows otherwise": (
        lambda log: publish(log, [*LEAVES[:400], *(b"other %d" % number for number in range(200))]),
        "entries 384 to 447 are others",
        384,
    ),
    "another root is signed": (
        lambda log: publish(log, LEAVES[:700], root=bytes(32)),
        "signs another root than its entries have",
        None,
    ),
    "another key signs": (lambda log: publish(log, LEAVES[:700], OTHER), "The checkpoint is not valid", None),
    "the checkpoint is gone": (lambda log: (log / "checkpoint").unlink(), "There is no checkpoint", None),
    "a bundle is gone": (lambda log: (log / "tile/entries/002.p/188").unlink(), "002.p/188 is missing", None),
    "a tile has another length": (
        lambda log: shorten(log / "tile/0/002.p/188"),
        "A tile of 188 hashes has 32 bytes",
        None,
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_every_lie_is_named(tmp_path: Path, lie: str) -> None:
    publish(tmp_path / "log", LEAVES[:500])
    seen = look(tmp_path / "log")
    publish(tmp_path / "log", LEAVES[:700])
    tell, complaint, index = LIES[lie]
    tell(tmp_path / "log")
    with pytest.raises(Inconsistent, match=complaint) as caught:
        look(tmp_path / "log", seen)
    assert caught.value.index == index


def test_two_checkpoints_prove_a_fork(tmp_path: Path) -> None:
    publish(tmp_path / "log", LEAVES[:600])
    seen = look(tmp_path / "log")
    rewritten(tmp_path / "log", 600)
    with pytest.raises(Inconsistent) as caught:
        look(tmp_path / "log", seen)
    assert caught.value.notes == (seen.note, (tmp_path / "log/checkpoint").read_text())
