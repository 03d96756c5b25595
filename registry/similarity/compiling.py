"""How the loops that must be quick are compiled.

Numba compiles each at its first call and keeps the result beside its file, or in the user's cache where
that folder is read-only.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """``function`` compiled for its first arguments' types; it lets go of the interpreter lock."""
    return cast(Function, njit(cache=True, nogil=True)(function))


def compiled_loosely(function: Function) -> Function:
    """Likewise; floating-point sums may be taken in any order, as their last digits do not matter.

    A division by zero gives infinity, as in numpy: a check at each would keep the loops from being vectorised.
    """
    return cast(Function, njit(cache=True, nogil=True, fastmath=True, error_model="numpy")(function))
