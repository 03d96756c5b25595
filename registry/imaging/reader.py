"""The parent's side of the sandbox: hands a file over, waits for the answer, survives whatever the file does."""

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from types import TracebackType
from typing import Self

from registry.errors import Refused, Unavailable
from registry.imaging import refusals, wire
from registry.imaging.confinement import CPU_SECONDS
from registry.imaging.picture import Reading
from registry.imaging.purpose import Purpose
from registry.imaging.sandbox_process import END, READY

WALL_SECONDS = 3 * CPU_SECONDS
"""A confined child computes all the time, so on a machine with other work this allows for a third of one core."""
START_SECONDS = 60
END_SECONDS = 5
"""A sandbox kills its children and waits for them, which takes milliseconds; then it is killed itself."""
_CHUNK = 1 << 18
_SANDBOX_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}
"""Two threads compute, none of OpenBLAS; an arena for each would take 64 MB of the address space. A child gets its
memory in pages of 2 MB, where glibc and kernel have them: by 4 kB, a tenth of a reading was spent on getting it."""


class PictureReader:
    """Reads pictures in confined child processes, at most ``workers`` at a time. Thread-safe.

    The sandbox starts with the first picture and starts anew should it ever end.
    """

    def __init__(self, workers: int = 2) -> None:
        self._free = threading.BoundedSemaphore(workers)
        self._patience = WALL_SECONDS * workers  # a large picture may wait for one of each of the others
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._answered: list[int] = []  # children of this sandbox that nobody has waited for yet

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, content: bytes, purpose: Purpose = Purpose.LISTING) -> Reading:
        """What the picture file holds. Raises Refused for a picture that cannot be accepted, with its own code
        for each reason, and Unavailable (``sandbox_unavailable``) when no decoding process can be had."""
        with self._free:
            return self._read(content, purpose)

    def close(self) -> None:
        """End the sandbox and every child in it."""
        with self._lock:
            self._end()

    def _read(self, content: bytes, purpose: Purpose) -> Reading:
        control, file_out, answer_in, child = self._fork(purpose)
        deadline = time.monotonic() + self._patience
        try:
            answer = _exchange(file_out, answer_in, content, deadline)
        finally:
            os.close(answer_in)
        reading = _parsed(answer) if answer else None
        if reading is None:
            raise self._failure(control, child, answer)
        with self._lock:
            if control is self._control:  # and not the sandbox after it, whose children are others
                self._answered.append(child)
        if isinstance(reading, Refused):
            raise reading
        return reading

    def _failure(self, control: socket.socket, child: int, answer: bytes | None) -> Refused:
        """Why ``child`` gave no answer that can be understood; None: not in time."""
        status = self._ended(control, child)
        if answer is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)):
            return Refused(
                "decoder_time",
                "Reading the picture takes longer than any picture should.",
                hint="Open the picture in an editor and save it again, simpler or in another format.",
            )
        return _crashed() if answer or os.WIFSIGNALED(status) else refusals.needs_too_much_memory()

    def _fork(self, purpose: Purpose) -> tuple[socket.socket, int, int, int]:
        """The sandbox, ends of the pipes to and from a new child of it, and the child's process id.

        A dead sandbox is started again, once.
        """
        for attempt in (1, 2):
            file_in, file_out = os.pipe()
            answer_in, answer_out = os.pipe()
            try:
                with self._lock:
                    control = self._started()
                    self._reap(control)
                    socket.send_fds(control, [purpose.value], [file_in, answer_out])
                    return control, file_out, answer_in, _number(control)
            except OSError as error:
                os.close(file_out)
                os.close(answer_in)
                with self._lock:
                    self._end()
                if attempt == 2:
                    raise Unavailable(
                        "sandbox_unavailable",
                        "The process that reads pictures cannot be started; nothing was recorded.",
                        hint="See the service's log, free memory or processes, then send the picture again.",
                    ) from error
            finally:
                os.close(file_in)
                os.close(answer_out)
        raise AssertionError("unreachable")

    def _reap(self, control: socket.socket) -> None:
        """Have the children ended and waited for that had answered before: no picture waits for the end of its own."""
        while self._answered:
            _status_of(control, self._answered.pop())

    def _ended(self, control: socket.socket, child: int) -> int:
        """The wait status of a child of the sandbox behind ``control``, which may have ended, and it with that."""
        with self._lock:
            if control is not self._control:
                return signal.SIGKILL
            try:
                return _status_of(control, child)
            except OSError:
                self._end()
                return signal.SIGKILL

    def _started(self) -> socket.socket:
        if self._control is not None:
            return self._control
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "registry.imaging.sandbox_process", str(theirs.fileno())]
        environment = {**os.environ, **_SANDBOX_ENVIRONMENT}
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment
            )
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.settimeout(START_SECONDS)
        if ours.recv(1) != READY:
            ours.close()
            self._process.wait()
            raise OSError("the sandbox ended while it started")
        self._control = ours
        return ours

    def _end(self) -> None:
        self._answered.clear()  # they end with the sandbox
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(END_SECONDS)  # it ends its children first: killed, it would leave them to the system
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _exchange(file_out: int, answer_in: int, content: bytes, deadline: float) -> bytes | None:
    """Send the file, receive the answer; empty when the child ended without one, None when time ran out."""
    os.set_blocking(file_out, False)
    pending, received = memoryview(content), 0
    parts: list[bytes] = []
    poll = select.poll()
    poll.register(answer_in, select.POLLIN)
    poll.register(file_out, select.POLLOUT)
    sending = True
    try:
        while True:
            ready = dict(poll.poll(max(0, int(1000 * (deadline - time.monotonic())))))
            if not ready:
                return None
            if sending and file_out in ready:
                try:
                    pending = pending[os.write(file_out, pending[:_CHUNK]) :]
                except BrokenPipeError:
                    pending = pending[len(pending) :]
                if not pending:
                    poll.unregister(file_out)
                    os.close(file_out)
                    sending = False
            if answer_in in ready:
                part = os.read(answer_in, _CHUNK)
                received += len(part)
                if not part or received > wire.LARGEST_ANSWER:
                    return b"".join(parts)
                parts.append(part)
    finally:
        if sending:
            os.close(file_out)


def _parsed(answer: bytes) -> Reading | Refused | None:
    """None for what is not an answer."""
    try:
        return wire.answer_from_bytes(answer)
    except wire.UnreadableAnswer:
        return None


def _status_of(control: socket.socket, child: int) -> int:
    """The wait status of a child that has ended by itself, or is ended."""
    control.sendall(END + child.to_bytes(4, "big"))
    return _number(control)


def _number(control: socket.socket) -> int:
    received = b""
    while len(received) < 4:
        part = control.recv(4 - len(received))
        if not part:
            raise OSError("the sandbox ended")
        received += part
    return int.from_bytes(received, "big")


def _crashed() -> Refused:
    return Refused(
        "decoder_crashed",
        "The picture makes its decoder fail.",
        hint="Open the picture in an editor and save it again, or in another format.",
    )
