import multiprocessing
import os
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import cv2
import pytest

from registry.imaging import sandbox_child, wire
from registry.imaging.picture import Reading
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read
from tests.drawn_pictures import design, encoded


def wait_and_read(ours: socket.socket, theirs: socket.socket, soon: bool) -> None:
    """In a process of its own, which ends with it."""
    cv2.setNumThreads(0)
    with tempfile.TemporaryFile() as turn, patch.object(sandbox_child, "_readable", return_value=soon):
        sandbox_child.wait_warm(ours, theirs, sandbox_child.practice_pictures(), turn.fileno())


@pytest.mark.parametrize("soon", [True, False], ids=["at once", "after a while"])
def test_a_waiting_child_reads_what_comes(soon: bool) -> None:
    file = encoded(design(1))
    ours, theirs = socket.socketpair()
    child = multiprocessing.get_context("spawn").Process(target=wait_and_read, args=(ours, theirs, soon))
    child.start()
    theirs.close()
    file_in, file_out = os.pipe()
    answer_in, answer_out = os.pipe()
    with ours, ThreadPoolExecutor(1) as beside:
        socket.send_fds(ours, [Purpose.WORK.value], [file_in, answer_out])
        os.close(file_in)
        os.close(answer_out)
        answered = beside.submit(lambda: b"".join(iter(lambda: os.read(answer_in, 1 << 20), b"")))
        with open(file_out, "wb") as into:
            into.write(file)
        reading = wire.answer_from_bytes(answered.result())
    os.close(answer_in)
    child.join()
    assert child.exitcode == 0
    assert isinstance(reading, Reading)
    assert reading.canonical_digest == read(file).canonical_digest
