"""The process that reads pictures, run as ``python -m registry.imaging.sandbox_process FD``.

It imports every decoder once and then only forks: one confined child for each picture, which reads the file from one
pipe, answers on another, and ends. While none reads, one that has its memory already waits for the next picture.
Requests come over the socket ``FD``:

- the value of a ``Purpose`` with two descriptors (file in, answer out): read; the reply is the process id of the child
  that does, u32 big-endian;
- ``E`` and a process id: end that child, if it has not ended; the reply is its wait status, u32 big-endian.

The end of the socket is the end of this process, which ends its children and waits for them; where it is killed, they
are too. Of pictures that take much memory one is decoded at a time: its child holds a record lock, which ends with it.
"""

import io
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import cv2
import numpy as np
from PIL import Image

from registry.imaging.decoding import decode
from registry.imaging.file_type import media_type
from registry.imaging.reading import read
from registry.imaging.sandbox_child import PURPOSES, Practice, give_back_memory, practice_pictures, serve_one, wait_warm

READY, END = b"F", b"E"


def main() -> None:
    """Serve requests until the socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the socket
    cv2.setNumThreads(0)  # a thread that holds a lock while this process forks would hold it for ever in the child
    _import_everything()
    practice = practice_pictures()
    give_back_memory()
    control.sendall(READY)
    with tempfile.TemporaryFile() as turn_of_large_pictures:
        sandbox = _Sandbox(control, turn_of_large_pictures.fileno(), practice)
        try:
            sandbox.serve()
        finally:
            sandbox.end_children()


@dataclass(frozen=True)
class _Child:
    """``alive`` can be read, to its end, when the child has ended."""

    number: int
    alive: int


@dataclass(frozen=True)
class _Spare:
    """A child that waits for what to read, which comes over ``socket``."""

    child: _Child
    socket: socket.socket


class _Sandbox:
    """Answers the requests that come over ``control``, with a child for each picture.

    ``turn`` is locked by who decodes a large picture; ``practice`` are picture files for a waiting child to read, the
    second when it has waited for a while.
    """

    def __init__(self, control: socket.socket, turn: int, practice: Practice) -> None:
        self._control = control
        self._turn = turn
        self._practice = practice
        self._unwaited: set[int] = set()
        self._reading: set[int] = set()  # what is ``alive`` of them
        self._spare: _Spare | None = None
        # With one processor, getting memory early would keep others from theirs.
        self._keeps_spare = len(os.sched_getaffinity(0)) > 1 if hasattr(os, "sched_getaffinity") else True
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Until the socket closes."""
        while True:
            ready = [descriptor for descriptor, _ in self._poll.poll(0)]
            if not ready:
                if self._keeps_spare and self._spare is None and not self._reading:
                    self._fork_spare()
                ready = [descriptor for descriptor, _ in self._poll.poll()]
            for descriptor in ready:
                if descriptor != self._control.fileno():
                    self._ended(descriptor)
            if self._control.fileno() in ready and not self._answered():
                return

    def end_children(self) -> None:
        """Those that still read, the one that waits, and what is left of those that ended."""
        for number in tuple(self._unwaited):
            self._end(number)

    def _end(self, number: int) -> int:
        """The wait status of a child that has ended by itself, or is ended; no other process has its number, as it is
        waited for nowhere but here. Raises OSError for a number that is no child's.
        """
        if number not in self._unwaited:
            raise ProcessLookupError(number)
        os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        self._unwaited.remove(number)
        return status

    def _answered(self) -> bool:
        """Answer one request; whether there was one."""
        try:
            request, descriptors, _, _ = socket.recv_fds(self._control, 5, 2)
        except ConnectionResetError:
            return False  # the parent was killed in the middle of a request
        if request in PURPOSES and len(descriptors) == 2:
            file_in, answer_out = descriptors
            child = self._taken_spare(request, file_in, answer_out) or self._forked(
                lambda: serve_one(file_in, answer_out, PURPOSES[request], self._turn)
            )
            self._reading.add(child.alive)
            for descriptor in descriptors:
                os.close(descriptor)
            self._control.sendall(child.number.to_bytes(4, "big"))
        elif request[:1] == END and len(request) == 5:
            self._control.sendall(self._end(int.from_bytes(request[1:], "big")).to_bytes(4, "big"))
        else:
            return False
        return True

    def _ended(self, alive: int) -> None:
        """A child ended. One that read a picture is waited for when its end is asked for."""
        if self._spare is not None and self._spare.child.alive == alive:
            self._lose(self._spare)
            return
        self._poll.unregister(alive)
        os.close(alive)
        self._reading.remove(alive)

    def _taken_spare(self, request: bytes, file_in: int, answer_out: int) -> _Child | None:
        """The waiting child, told what to read; None where there is none."""
        spare = self._spare
        if spare is None:
            return None
        try:
            socket.send_fds(spare.socket, [request], [file_in, answer_out])
        except OSError:
            self._lose(spare)
            return None
        spare.socket.close()
        self._spare = None
        return spare.child

    def _lose(self, spare: _Spare) -> None:
        """It cannot be asked. Where that happens it would happen again: from now on each picture gets a new child."""
        self._poll.unregister(spare.child.alive)
        os.close(spare.child.alive)
        spare.socket.close()
        self._end(spare.child.number)
        self._spare, self._keeps_spare = None, False

    def _fork_spare(self) -> None:
        try:
            ours, theirs = socket.socketpair()
            child = self._forked(lambda: wait_warm(ours, theirs, self._practice, self._turn))
        except OSError:  # no memory or no process to spare: pictures are read without
            self._keeps_spare = False
            return
        theirs.close()
        self._spare = _Spare(child, ours)

    def _forked(self, live: Callable[[], NoReturn]) -> _Child:
        """A child that does nothing but ``live``."""
        alive, held = os.pipe()
        number = os.fork()
        if number == 0:
            self._control.close()
            live()
        os.close(held)
        self._unwaited.add(number)
        self._poll.register(alive, select.POLLHUP)
        return _Child(number, alive)


def _import_everything() -> None:
    """Decode a picture of each kind and read one to the end, so that nothing needs a file once it is confined."""
    drawn = Image.fromarray((np.indices((32, 32)).sum(0) * 4).astype(np.uint8)).convert("RGB")
    for name in ("PNG", "JPEG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "PDF"):
        written = io.BytesIO()
        drawn.save(written, name)
        _decode(written.getvalue())
    path = "M0 0L9 0L4 9Z"
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="{path}"/></svg>'.encode()
    _decode(picture)
    read(picture)


def _decode(content: bytes) -> None:
    decode(content, media_type(content), wait_for_memory=lambda: None)


if __name__ == "__main__":
    main()
