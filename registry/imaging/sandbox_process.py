"""The process that reads pictures, run as ``python -m registry.imaging.sandbox_process FD``.

It imports every decoder once and then only forks: one confined child for each picture, which
reads the file from one pipe, answers on another, and ends. Requests come over the socket ``FD``:

- the value of a ``Purpose`` with two descriptors (file in, answer out): fork; the reply is the child's process id,
  u32 big-endian;
- ``E`` and a process id: end that child, if it has not ended; the reply is its wait status, u32 big-endian.

The end of the socket is the end of this process, and its end is that of its children. Of pictures that
take much memory one is decoded at a time: its child holds a record lock, which ends with it.
"""

import ctypes
import fcntl
import io
import os
import signal
import socket
import sys
import tempfile

import cv2
import numpy as np
from PIL import Image

from registry.errors import Refused
from registry.imaging import confinement, refusals, wire
from registry.imaging.decoding import decode
from registry.imaging.file_type import media_type
from registry.imaging.picture import Reading
from registry.imaging.purpose import Purpose
from registry.imaging.reading import read

READY, END = b"F", b"E"
_PURPOSES = {purpose.value: purpose for purpose in Purpose}
_CHUNK = 1 << 20


def main() -> None:
    """Serve requests until the socket closes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the socket
    cv2.setNumThreads(0)  # a thread that holds a lock while this process forks would hold it for ever in the child
    _import_everything()
    _give_back_memory()
    control.sendall(READY)
    with tempfile.TemporaryFile() as turn_of_large_pictures:
        _serve(control, turn_of_large_pictures.fileno())


def _serve(control: socket.socket, turn: int) -> None:
    while True:
        try:
            request, descriptors, _, _ = socket.recv_fds(control, 5, 2)
        except ConnectionResetError:
            return  # the parent was killed in the middle of a request
        if request in _PURPOSES and len(descriptors) == 2:
            child = os.fork()
            if child == 0:
                control.close()
                _serve_one(descriptors[0], descriptors[1], _PURPOSES[request], turn)
            for descriptor in descriptors:
                os.close(descriptor)
            control.sendall(child.to_bytes(4, "big"))
        elif request[:1] == END and len(request) == 5:
            child = int.from_bytes(request[1:], "big")
            os.kill(child, signal.SIGKILL)  # no other process' number: it is waited for nowhere but here
            _, status = os.waitpid(child, 0)
            control.sendall(status.to_bytes(4, "big"))
        else:
            return


def _serve_one(file_in: int, answer_out: int, purpose: Purpose, turn: int) -> None:
    """In the child: read one picture, answer, end. Whatever happens, this process never returns to the loop."""
    status = 1
    try:
        confinement.die_with_parent()
        content = _read_all(file_in)
        confinement.confine(len(content))
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
    return read(content, purpose, wait_for_memory=lambda: fcntl.lockf(turn, fcntl.LOCK_EX))


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


def _give_back_memory() -> None:
    """Let the system have the 20 MB that decoding left, where the C library can (glibc's malloc_trim)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _decode(content: bytes) -> None:
    decode(content, media_type(content), wait_for_memory=lambda: None)


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


if __name__ == "__main__":
    main()
