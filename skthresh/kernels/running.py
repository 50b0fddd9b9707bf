"""Running totals of differences, several of them to an instruction.

A sum that slides is the one before it and a difference, so that each waits for the one before: no
compiler finds anything to be done side by side. But the totals of few neighbours take few steps,
each of which adds half of them to the other half, and only the last of them is waited for.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

__all__ = ["running_totals"]

BITS = 256  # of the vectors; processors that have shorter ones take two

INDEX = ir.IntType(32)


def running_totals(incoming: Any, outgoing: Any, s: Any, totals: Any) -> int:  # noqa: ARG001
    """Write ``s + cumsum(incoming - outgoing)`` for whole vectors; give how many numbers that are.

    The others, which are fewer than a vector has, are the caller's. Without a compiler that is all.

    Parameters
    ----------
    incoming, outgoing, totals : ndarray of one dtype, integers
        1-D; `totals` is not longer than the others.
    s : int
        The total before the first one.
    """
    return 0


@overload(running_totals)
def _running_totals(incoming: Any, outgoing: Any, s: Any, totals: Any) -> Any:  # noqa: ARG001
    arrays = incoming, outgoing, totals
    alike = all(a.layout == "C" and a.dtype == totals.dtype for a in arrays)

    def vectors(incoming: Any, outgoing: Any, s: Any, totals: Any) -> Any:
        return _vectors(incoming, outgoing, s, totals)  # type: ignore[call-arg]

    def nothing(incoming: Any, outgoing: Any, s: Any, totals: Any) -> Any:  # noqa: ARG001
        return 0

    return vectors if alike else nothing


@intrinsic
def _vectors(typing: Any, incoming: Any, outgoing: Any, s: Any, totals: Any) -> Any:  # noqa: ARG001
    signature = types.intp(incoming, outgoing, s, totals)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        new, old, out = (
            context.make_array(signature.args[k])(context, builder, args[k]) for k in (0, 1, 3)
        )
        number = context.get_data_type(signature.args[3].dtype)
        lanes, size = BITS // number.width, number.width // 8
        vector = ir.VectorType(number, lanes)
        zero = ir.Constant(vector, [0] * lanes)

        def chosen(values: Any, places: list[int]) -> Any:
            """Give the values at some places; behind them there are zeros."""
            mask = ir.Constant(ir.VectorType(INDEX, lanes), places)
            return builder.shuffle_vector(values, zero, mask)

        def place(array: Any, i: Any) -> Any:
            return builder.bitcast(builder.gep(array.data, [i]), vector.as_pointer())

        start = context.cast(builder, args[2], signature.args[2], signature.args[3].dtype)
        first = builder.insert_element(zero, start, ir.Constant(INDEX, 0))
        before = cgutils.alloca_once_value(builder, chosen(first, [0] * lanes))
        n = builder.extract_value(out.shape, 0)
        step = ir.Constant(n.type, lanes)
        count = builder.udiv(n, step)
        with cgutils.for_range(builder, count) as loop:
            i = builder.mul(loop.index, step)
            total = builder.sub(
                builder.load(place(new, i), align=size), builder.load(place(old, i), align=size)
            )
            half = 1
            while half < lanes:  # the last of each first half is added to all of the second one
                last = [(j // half * half - 1) if j // half % 2 else lanes for j in range(lanes)]
                total = builder.add(total, chosen(total, last))
                half *= 2
            s = builder.load(before)
            builder.store(builder.add(s, total), place(out, i), align=size)
            builder.store(builder.add(s, chosen(total, [lanes - 1] * lanes)), before)
        return builder.mul(count, step)

    return signature, generate
