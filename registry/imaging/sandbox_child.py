"""What a child of the sandbox does: get its memory early, read one picture confined, answer, and end."""

import ctypes
import fcntl
import io
import os
import select
import socket
from typing import NoReturn

import numpy as np
from PIL import Image

from registry.errors import Refused
from registry.imaging import confinement, refusals, wire
from registry.imaging.picture import Reading
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read

PURPOSES = {purpose.value: purpose for purpose in Purpose}
_CHUNK = 1 << 20
_PRACTICE_SIDE = 100
"""Pixels of what a waiting child reads at once. It spares a picture of 2,000 that comes right after it 22 of 130 ms.
With 700 it would be 5 more, for 140 ms of a core in place of 50, taken from whoever searches meanwhile."""
_LONG_PRACTICE_SIDE = 700
"""Likewise, once nothing has come for a while: of the 160 ms that a machine which slept then takes, it spares 10 to 40.
"""
_PATIENCE_MS = 300
"""How long a while is: searching and recording are done by then, and the next of a batch would have come. What comes
during the longer practice waits for the rest of it."""
Practice = tuple[bytes, bytes]


def practice_pictures() -> Practice:
    """What a waiting child reads at once, and what it reads when it has waited for a while."""
    return _sheet(_PRACTICE_SIDE), _sheet(_LONG_PRACTICE_SIDE)


def _sheet(side: int) -> bytes:
    """The file of a sheet of discs on a transparent ground."""
    across, down = np.indices((side, side))
    step = side // 10
    apart = np.hypot(across % step - step / 2, down % step - step / 2)
    drawn = np.stack([across % 256, down % 256, 37 * (across // step) % 256, 255 * (apart < step / 3)], axis=2)
    written = io.BytesIO()
    Image.fromarray(drawn.astype(np.uint8)).save(written, "PNG")
    return written.getvalue()


def wait_warm(ours: socket.socket, theirs: socket.socket, practice: Practice, turn: int) -> NoReturn:
    """In the child: get memory by reading pictures that are known to be harmless, and wait for another."""
    try:
        confinement.die_with_parent()
        ours.close()
        space = confinement.address_space()
        at_once, after_a_while = practice
        read(at_once, Purpose.WORK)
        if not _readable(theirs, _PATIENCE_MS):
            read(after_a_while, Purpose.WORK)
        request, descriptors, _, _ = socket.recv_fds(theirs, 1, 2)
        if len(descriptors) == 2:
            theirs.close()
            serve_one(descriptors[0], descriptors[1], PURPOSES[request], turn, space)
    finally:
        os._exit(1)


def _readable(channel: socket.socket, milliseconds: int) -> bool:
    """Whether something comes within that time, or the end."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return bool(poll.poll(milliseconds))


def serve_one(file_in: int, answer_out: int, purpose: Purpose, turn: int, space: int | None = None) -> NoReturn:
    """In the child: read one picture, answer, end. Whatever happens, this process never returns to the loop.

    ``space`` is the address space that it had when it was forked; None: now.
    """
    status = 1
    try:
        confinement.die_with_parent()
        content = _read_all(file_in)
        confinement.confine(len(content), space)
        try:
            answer = wire.reading_to_bytes(_read(content, purpose, turn))
        except Refused as refusal:
            answer = wire.refusal_to_bytes(refusal)
        except MemoryError:
            answer = wire.refusal_to_bytes(refusals.needs_too_much_memory())
        _write_all(answer_out, answer)
        os.close(answer_out)  # the end of the answer is told before this process's memory is taken apart
        status = 0
    finally:
        os._exit(status)


def _read(content: bytes, purpose: Purpose, turn: int) -> Reading:
    def wait_for_memory() -> None:
        give_back_memory()  # what a waiting child has got early
        fcntl.lockf(turn, fcntl.LOCK_EX)

    return read(content, purpose, wait_for_memory)


def give_back_memory() -> None:
    """Let the system have what reading left, some 20 MB, where the C library can (glibc's malloc_trim)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _read_all(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, _CHUNK):
        parts.append(part)
    os.close(descriptor)
    return b"".join(parts)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
