"""Compiling the Go programs that check our log, with Go and golang.org/x/mod as Debian packages them."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = Path("/usr/share/gocode")


def compiled(program: str, folder: Path) -> Path:
    """The program in the folder of that name, compiled into ``folder``."""
    if shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.fail(
            "Proofs must be checked by Go's golang.org/x/mod, and it is not there. "
            "Install it with: apt-get install golang-go golang-golang-x-mod-dev"
        )
    built = folder / program
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(PACKAGES),
        "GOFLAGS": "",
        "GOCACHE": str(folder / "cache"),
        "GOTOOLCHAIN": "local",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    done = subprocess.run(
        ["go", "build", "-o", str(built), str(Path(__file__).parent / program / "main.go")],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built
