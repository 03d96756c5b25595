"""A secret in a file of its own, made once and readable by its owner alone."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

from registry import errors
from registry.storage import durable_file
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
        return read_owned(file)
    except OSError as error:
        raise errors.Unavailable(
            "secret_unreachable",
            f"The key file {file} cannot be read or made: {error.strerror}.",
            hint="Check that the home folder exists and belongs to the user that runs this.",
        ) from error


def _create(file: Path, text: str) -> None:
    """Of several processes that make ``file`` at once one does. A crash leaves no file or the whole one."""
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
    if durable_file.create(file, text.encode("ascii"), mode=OWNER_ONLY):
        sync(file.parent)
        sync(file.parent.parent)


def read_owned(file: Path) -> str:
    """The text in ``file``. Broken (``secret_exposed``) if others may read or change it, OSError if we may not."""
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
