"""What formulas need beside plain arithmetic, for numbers in kernels and for arrays alike.

Python sees the NumPy functions below; Numba compiles the overloads, whose loops vectorise.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from skthresh.kernels._jit import inlined_kernel

__all__ = [
    "LOWER",
    "as_float",
    "at",
    "choose",
    "exp",
    "fixed",
    "fixed_square",
    "hypot",
    "inverse",
    "like",
    "part",
    "small",
]

LOG2_E = 1.4426950408889634
# The logarithm of 2 in two parts: the first has so few digits that whole multiples are exact.
LN2_HIGH, LN2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6
# Between these the exponential is neither 0 nor infinity; on both sides they are whole powers.
LEAST, MOST = -709.2, 709.8
# What is left of it after 1 + r, divided by r**2: of all polynomials of this length, near enough
# the one that is least wrong (interpolated at Chebyshev's nodes).
EXP = (
    *(0.4999999999995511, 0.16666666666662586, 0.04166666678626573, 0.00833333334420298),
    *(0.0013888839110572009, 0.00019841224599656011),
    *(2.4867870179687727e-05, 2.7617564785876086e-06),
)

# Beyond this magnitude squares leave the range of float64, below that one their digits are lost.
HUGE, TINY = 2.0**500, 2.0**-480
DOWN, UP = 2.0**-600, 2.0**600

# The bits of 2**52; and those of 2**84, beside the sign bit of the upper half of an integer. What
# is added in the last digits of such numbers are whole numbers, and whole multiples of 2**32.
LOW_BITS, HIGH_BITS = np.int64(0x4330000000000000), np.int64(0x4530000080000000)
LOWER = np.int64(0xFFFFFFFF)
OFFSET = 2.0**84 + 2.0**63 + 2.0**52
ROUNDING, ROUNDING_BITS = 1.5 * 2.0**52, np.int64(0x4338000000000000)


def choose(condition: Any, a: Any, b: Any) -> Any:
    """Give a where the condition holds, else b; both are computed.

    Examples
    --------
    >>> choose(np.array([True, False]), 1.0, 2.0)
    array([1., 2.])
    """
    return np.where(condition, a, b)


@overload(choose)
def _choose(condition: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
    def scalar(condition: Any, a: Any, b: Any) -> Any:
        return a if condition else b

    return scalar


def hypot(a: Any, b: Any) -> Any:
    """Give ``sqrt(a * a + b * b)``, of all magnitudes.

    Examples
    --------
    >>> bool(4e200 < hypot(3e200, 4e200) < 6e200)
    True
    """
    return np.hypot(a, b)


@overload(hypot)
def _hypot(a: Any, b: Any) -> Any:  # noqa: ARG001
    def scalar(a: Any, b: Any) -> Any:
        top = max(abs(a), abs(b))
        up = DOWN if top > HUGE else (UP if top < TINY else 1.0)
        down = UP if top > HUGE else (DOWN if top < TINY else 1.0)
        x, y = a * up, b * up
        return math.sqrt(x * x + y * y) * down

    return scalar


def exp(x: Any) -> Any:
    """Give the exponential.

    Examples
    --------
    >>> float(exp(0.0))
    1.0
    """
    return np.exp(x)


@overload(exp, jit_options={"fastmath": {"contract"}})  # what is fused is rounded once less
def _exp(x: Any) -> Any:  # noqa: ARG001
    # The library's exp is called for one number at a time. This is two to a whole power, times a
    # polynomial of what is left, which is at most half of log 2: exact to 13 digits. Beyond the
    # limits the power's bits are those of 0 and of infinity.
    def scalar(x: Any) -> Any:
        inside = LEAST if x < LEAST else x  # noqa: FURB136  NaN stays what it is
        inside = MOST if inside > MOST else inside  # noqa: FURB136
        rounded = inside * LOG2_E + ROUNDING
        n = rounded - ROUNDING
        r = (inside - n * LN2_HIGH) - n * LN2_LOW
        # neighbours first, then their neighbours: a long chain would wait for each of its steps
        r2 = r * r
        r4 = r2 * r2
        low = (1.0 + r) + r2 * (EXP[0] + r * EXP[1])
        mid = (EXP[2] + r * EXP[3]) + r2 * (EXP[4] + r * EXP[5])
        s = low + r4 * (mid + r4 * (EXP[6] + r * EXP[7]))
        exponent = np.float64(rounded).view(np.int64) - ROUNDING_BITS
        return s * np.int64((exponent + 1023) << 52).view(np.float64)

    return scalar


def at(values: Any, x: int) -> Any:
    """Give an entry of an array, or the number that stands for all of them.

    Of a tuple, an entry of its first array.

    Examples
    --------
    >>> at(5, 3), at(np.array([7, 8]), 1)
    (5, np.int64(8))
    """
    values = values[0] if isinstance(values, tuple) else values
    return values[x] if np.ndim(values) else values


@overload(at)
def _at(values: Any, x: Any) -> Any:  # noqa: ARG001
    def entry(values: Any, x: Any) -> Any:
        return values[x]

    def number(values: Any, x: Any) -> Any:  # noqa: ARG001
        return values

    def first(values: Any, x: Any) -> Any:
        return values[0][x]

    if isinstance(values, types.BaseTuple):
        return first
    return entry if isinstance(values, types.Array) else number


def inverse(values: Any, x: int) -> Any:
    """Give 1 by what `at` gives; of a tuple, its second array has it.

    Examples
    --------
    >>> inverse(4, 0), inverse((np.array([4]), np.array([0.25])), 0)
    (0.25, np.float64(0.25))
    """
    return values[1][x] if isinstance(values, tuple) else 1.0 / at(values, x)


@overload(inverse, jit_options={"error_model": "numpy"})
def _inverse(values: Any, x: Any) -> Any:  # noqa: ARG001
    def entry(values: Any, x: Any) -> Any:
        return 1.0 / values[x]

    def number(values: Any, x: Any) -> Any:  # noqa: ARG001
        return 1.0 / values

    def second(values: Any, x: Any) -> Any:
        return values[1][x]

    if isinstance(values, types.BaseTuple):
        return second
    return entry if isinstance(values, types.Array) else number


def part(values: Any, x0: int, x1: int) -> Any:
    """Give a part of an array, or the number that stands for all of it.

    Examples
    --------
    >>> part(5, 0, 2), part([7, 8, 9], 0, 2)
    (5, [7, 8])
    """
    return values[x0:x1] if np.ndim(values) else values


@overload(part)
def _part(values: Any, x0: Any, x1: Any) -> Any:  # noqa: ARG001
    def entries(values: Any, x0: Any, x1: Any) -> Any:
        return values[x0:x1]

    def number(values: Any, x0: Any, x1: Any) -> Any:  # noqa: ARG001
        return values

    return entries if isinstance(values, types.Array) else number


def as_float(x: Any) -> Any:
    """Give an integer of 64 bits as the nearest float64; a float64 is one.

    Examples
    --------
    >>> float(as_float(np.int64(-3)))
    -3.0
    """
    return np.asarray(x, np.float64)[()]


@overload(as_float)
def _as_float(x: Any) -> Any:
    # Processors without AVX-512 convert integers of 64 bits one at a time. Here both halves become
    # the digits of a float, exactly, and their sum is rounded once.
    def scalar(x: Any) -> Any:
        i = np.int64(x)
        low = np.int64((i & LOWER) | LOW_BITS).view(np.float64)
        high = np.int64(((i >> 32) & LOWER) ^ HIGH_BITS).view(np.float64)
        return (high - OFFSET) + low

    def number(x: Any) -> Any:
        return x

    return scalar if isinstance(x, types.Integer) else number


def like(x: Any, other: Any) -> Any:
    """Give a number as a float of the type that another one has.

    Examples
    --------
    >>> like(3, np.float32(0.5))
    np.float32(3.0)
    """
    return np.asarray(x, other.dtype)[()]


@overload(like)
def _like(x: Any, other: Any) -> Any:  # noqa: ARG001
    def single(x: Any, other: Any) -> Any:  # noqa: ARG001
        return np.float32(x)

    def double(x: Any, other: Any) -> Any:  # noqa: ARG001
        return np.float64(x)

    return single if other == types.float32 else double


def fixed(x: Any, middle: Any, factor: Any) -> Any:
    """Give ``(x - middle) * factor``, rounded to a whole number; of integers the factor is 1.

    The result fits into 32 bits if x is an integer, and is at most 2**51 if not.

    Examples
    --------
    >>> int(fixed(2.75, 1.0, 4.0))
    7
    """
    return np.asarray(np.rint((x - middle) * factor), np.int64)


@overload(fixed)
def _fixed(x: Any, middle: Any, factor: Any) -> Any:  # noqa: ARG001
    def integer(x: Any, middle: Any, factor: Any) -> Any:  # noqa: ARG001
        return np.int64(np.int32(np.int64(x) - middle))

    def number(x: Any, middle: Any, factor: Any) -> Any:
        return nearest((x - middle) * factor)

    return integer if isinstance(x, types.Integer) else number


def fixed_square(x: Any, middle: Any, factor: Any) -> Any:
    """Give ``(x - middle) ** 2 * factor``, as `fixed` does.

    Examples
    --------
    >>> int(fixed_square(2.75, 1.0, 16.0))
    49
    """
    return np.asarray(np.rint((x - middle) ** 2 * factor), np.int64)


@overload(fixed_square)
def _fixed_square(x: Any, middle: Any, factor: Any) -> Any:  # noqa: ARG001
    def integer(x: Any, middle: Any, factor: Any) -> Any:  # noqa: ARG001
        # known to be that narrow, its square is one instruction
        d = np.int64(np.int32(np.int64(x) - middle))
        return d * d

    def number(x: Any, middle: Any, factor: Any) -> Any:
        d = x - middle
        return nearest(d * d * factor)

    return integer if isinstance(x, types.Integer) else number


@inlined_kernel
def nearest(x: Any) -> Any:
    """Round a float of at most 2**51 to an integer of 64 bits.

    As with `as_float`, the other way round: the sum has no digits but whole numbers.
    """
    return np.float64(x + ROUNDING).view(np.int64) - ROUNDING_BITS


@inlined_kernel
def small(i: Any) -> Any:
    """Give an integer of at most 2**51 as float64, in less steps than `as_float`."""
    return np.int64(i + ROUNDING_BITS).view(np.float64) - ROUNDING
