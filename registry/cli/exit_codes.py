"""What the command tells the shell that started it."""

from enum import IntEnum

from registry.errors import Broken, RegistryError


class ExitCode(IntEnum):
    """0 to 3 are the contract with scripts; the others are what shells and sysexits.h already mean by them."""

    DONE = 0
    CHECK_FAILED = 1
    """A ledger, a receipt or what is stored does not verify."""
    WRONG_USAGE = 2
    REFUSED = 3
    """Some input was refused, or the request could not be carried out; everything else was done."""
    INTERNAL_ERROR = 70
    """EX_SOFTWARE: a mistake in this program. Never 1, which would accuse the ledger."""
    INTERRUPTED = 130
    """128 + SIGINT, as shells report it."""
    READER_LEFT = 141
    """128 + SIGPIPE: whoever read the output has gone, so the rest was not done."""


def exit_code_of(error: RegistryError) -> ExitCode:
    """``Broken`` is a failed check of what is stored; every other error means that the request was not carried out."""
    return ExitCode.CHECK_FAILED if isinstance(error, Broken) else ExitCode.REFUSED
