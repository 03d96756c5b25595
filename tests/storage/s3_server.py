"""A real S3 server on this machine, from a package that pip installs: one for a whole test run."""

import fcntl
import json
import os
import signal
import socket
import sysconfig
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ACCESS_KEY = "firstmark"
SECRET_KEY = "for-tests-only"
BUCKET = "originals"
LOOKED_EVERY = 0.05
"""Seconds between two questions whether a starting server answers."""
_PORTS = [f"{part}.port{kind}" for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")]


def endpoint(folder: Path) -> str:
    """Address of the server in ``folder``, started if no other process of this run has done so."""
    folder.mkdir(exist_ok=True)
    with (folder / "starting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ports").exists():
            _start(folder)
    ports = json.loads((folder / "ports").read_text())
    return f"http://127.0.0.1:{ports['s3.port']}"


def stop(folder: Path) -> None:
    """Ends the server at once (asked politely it takes half a minute) and removes the sockets it leaves behind."""
    if not (folder / "process").exists():
        return
    process = int((folder / "process").read_text())
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with suppress(ChildProcessError):  # a worker's child
        os.waitpid(process, 0)
    for port in json.loads((folder / "ports").read_text()).values():
        for left_behind in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # the server knows no other folder
            left_behind.unlink(missing_ok=True)


def _start(folder: Path) -> None:
    identity = {
        "name": "test",
        "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}],
        "actions": ["Admin"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    ports = _free_ports()
    weed = Path(sysconfig.get_path("scripts")) / "weed"
    arguments = [
        str(weed),
        f"-logdir={folder}",
        "server",
        "-filer",
        "-s3",
        f"-dir={folder / 'data'}",
        f"-s3.config={folder / 's3.json'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-volume.max=8",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]
    # Not through subprocess: the server outlives the pytest-xdist worker that starts it.
    log = (os.POSIX_SPAWN_OPEN, 1, str(folder / "log"), os.O_WRONLY | os.O_CREAT, 0o600)
    actions = [log, (os.POSIX_SPAWN_DUP2, 1, 2)]
    process = os.posix_spawn(weed, arguments, os.environ, file_actions=actions, setsid=True)
    (folder / "process").write_text(str(process))
    while not _answers(ports["s3.port"]):
        if os.waitpid(process, os.WNOHANG) != (0, 0):
            raise RuntimeError(f"the S3 server did not start:\n{(folder / 'log').read_text()}")
        time.sleep(LOOKED_EVERY)
    (folder / "ports").write_text(json.dumps(ports))


def _free_ports() -> dict[str, int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in _PORTS]
    numbers = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return dict(zip(_PORTS, numbers, strict=True))


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=1):
            return True
    except HTTPError as refusal:  # it wants a signature, so it is there
        refusal.close()
        return True
    except (URLError, ConnectionError, TimeoutError):
        return False
