"""What is remembered outside the database holds up whoever appended it, and nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry import errors
from registry.ledger.group_call import Wanted
from registry.ledger.log import Ledger
from registry.ledger.memory import Forgetful
from registry.ledger.sequencer import Sequencer
from registry.storage.database import Database
from registry.verify.checkpoint import unverified_checkpoint
from tests.deterministic import SeededRandomness, SteppingClock
from tests.ledger.conftest import SIGNER


class Memory(Forgetful):
    """Holds up the first checkpoint until it is let go; refuses the one of size ``full``."""

    def __init__(self, full: int = 0) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.remembered: list[int] = []
        self._full = full

    def remember(self, note: str) -> None:
        size = unverified_checkpoint(note)[0].size
        if size == 1:
            self.reached.set()
            self.go_on.wait()
        if size == self._full:
            raise errors.Unavailable("checkpoint_not_remembered", "The disk is full.", hint="Make room.")
        self.remembered.append(size)


def sequencer_with(database: Database, memory: Memory) -> Sequencer:
    return Sequencer(database, Ledger(SIGNER, SteppingClock(), SeededRandomness(b"memory"), memory))


def wanted(number: int) -> Wanted:
    return Wanted("decide", f"cse_{number}", {"number": number}, f"key {number}")


def test_the_next_group_is_recorded_while_the_checkpoint_of_the_last_is_remembered(
    database: Database, ledger: Ledger
) -> None:
    memory = Memory()
    sequencer = sequencer_with(database, memory)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(sequencer.append, wanted(0))
        memory.reached.wait()
        second = sequencer.append(wanted(1))
        assert not first.done()  # it is answered when its checkpoint is remembered, and not before
        memory.go_on.set()
        assert (first.result().index, second.index) == (0, 1)
    assert memory.remembered == [2, 1]
    with database.read() as session:
        assert ledger.head(session).size == 2


def test_one_whose_checkpoint_cannot_be_remembered_gets_its_answer_when_it_asks_again(
    database: Database, ledger: Ledger
) -> None:
    memory = Memory(full=2)
    memory.go_on.set()
    sequencer = sequencer_with(database, memory)
    sequencer.append(wanted(0))
    with pytest.raises(errors.Unavailable) as caught:
        sequencer.append(wanted(1))
    assert caught.value.code == "checkpoint_not_remembered"
    assert [sequencer.append(wanted(number)).index for number in (2, 1)] == [2, 1]
    with database.read() as session:
        assert ledger.head(session).size == 3
