"""Two machine instructions that compiled loops have no words for: counting bits, and asking the memory early."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

AHEAD = 12
"""Places that are asked of the memory before they are needed: about what one core fetches at a time."""


def _count_bits(_: Any, word: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.ctpop(arguments[0])

    del word
    return types.uint64(types.uint64), generate


def _prefetch(_: Any, array: Any, row: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        start = builder.ptrtoint(held.data, ir.IntType(64))
        step = builder.extract_value(held.strides, 0)
        address = builder.inttoptr(builder.add(start, builder.mul(step, arguments[1])), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, *[ir.IntType(32)] * 3])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
        builder.call(fetch, [address, *(ir.Constant(ir.IntType(32), number) for number in (0, 1, 1))])
        return context.get_dummy_value()

    del row
    return types.void(array, types.int64), generate


ones = cast(Callable[[np.uint64], np.uint64], intrinsic(_count_bits))
"""How many bits of a 64-bit word are set."""
soon = cast(Callable[[NDArray[Any], np.int64], None], intrinsic(_prefetch))
"""Has the memory bring line ``row`` of an array, which is read later. A place that is not there does no harm."""
