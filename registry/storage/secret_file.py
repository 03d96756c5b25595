"""A secret in a file of its own, made once and readable by its owner alone."""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from registry import errors
from registry.storage.durability import sync

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


def read_or_create(file: Path, make: Callable[[], str], *, missing_is_broken: bool) -> str:
    """The text in ``file``; if there is none, what ``make`` says, from now on for every process.

    ``missing_is_broken`` says that the secret is in use already, so that a new one would be wrong:
    Broken (``secret_missing``) then. Broken (``secret_exposed``) if others may read the file,
    Unavailable (``secret_unreachable``) if we may not.
    """
    try:
        if not os.path.lexists(file):
            if missing_is_broken:
                raise _missing(file)
            _create(file, make())
        # Read also what was just made: another process may have been first, and then its secret counts.
        return _read(file)
    except OSError as error:
        raise errors.Unavailable(
            "secret_unreachable",
            f"The key file {file} cannot be read or made: {error.strerror}.",
            hint="Check that the home folder exists and belongs to the user that runs this.",
        ) from error


def _create(file: Path, text: str) -> None:
    """Writes beside ``file`` and links it into place, which succeeds for one process only.

    A crash leaves either no file or the whole one, and at most a ``.new`` file beside it that nobody reads
    and that may be deleted.
    """
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
    beside = file.with_name(f"{file.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with open(descriptor, "w", encoding="ascii") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(descriptor)
        try:
            os.link(beside, file)
        except FileExistsError:
            return
        sync(file.parent)
        sync(file.parent.parent)
    finally:
        beside.unlink()


def _read(file: Path) -> str:
    with open(file, encoding="ascii", errors="strict") as opened:
        mode = os.fstat(opened.fileno()).st_mode
        if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise errors.Broken(
                "secret_exposed",
                f"Other users of this machine may read or change the key file {file}.",
                hint=f"Find out who did; if nobody, run: chmod 600 {file}",
            )
        return opened.read()


def _missing(file: Path) -> errors.Broken:
    return errors.Broken(
        "secret_missing",
        f"The key file {file} is gone, but the database was made with it.",
        hint="Restore it from your backup; it cannot be made again.",
    )
