"""What a monitor keeps between two looks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Refused, Unavailable
from registry.ledger.note_signer import NoteSigner
from registry.monitor.followed import Followed, keep, load
from registry.verify.checkpoint import Checkpoint
from registry.verify.errors import VerificationError
from tests.ledger.leaves_in_memory import LeavesInMemory

SIGNER = NoteSigner("example.com/log", bytes(32))


def followed(size: int) -> Followed:
    frontier = LeavesInMemory([b"%d" % number for number in range(size)]).frontier
    note = SIGNER.sign(Checkpoint("example.com/log", size, frontier.root).to_text())
    return Followed(note, size, frontier.peak_hashes)


@given(st.integers(0, 300))
def test_what_is_kept_is_read_again(size: int) -> None:
    assert Followed.parse(followed(size).to_bytes()) == followed(size)


def test_without_a_file_it_begins(tmp_path: Path) -> None:
    assert load(tmp_path / "none") == Followed()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        followed(5).to_bytes()[:-1],
        followed(5).to_bytes() + b"\n",
        followed(5).to_bytes().replace(b"/v1", b"/v2"),
        Followed(followed(5).note, 5, followed(5).peaks[::-1]).to_bytes(),
        Followed(followed(5).note, 5, followed(6).peaks).to_bytes(),
        Followed(followed(4).note, 4, followed(5).peaks).to_bytes(),
    ],
)
def test_everything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state").write_bytes(content)
    with pytest.raises(Refused) as caught:
        load(tmp_path / "state")
    assert caught.value.code == "monitor_state"


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_else(content: bytes) -> None:
    with pytest.raises(VerificationError):
        Followed.parse(content)


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        keep(tmp_path / "no" / "folder" / "state", followed(1))
    assert caught.value.code == "state_not_kept"
