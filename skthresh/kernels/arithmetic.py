"""What formulas need beside plain arithmetic, for numbers in kernels and for arrays alike.

Python sees the NumPy functions below; Numba compiles the overloads, whose loops vectorise.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

__all__ = ["at", "choose", "exp", "hypot", "inverse", "part", "whole"]

LOG2_E = 1.4426950408889634
# The logarithm of 2 in two parts: the first has so few digits that whole multiples are exact.
LN2_HIGH, LN2_LOW = 6.93145751953125e-1, 1.42860682030941723212e-6

# Beyond this magnitude squares leave the range of float64, below that one their digits are lost.
HUGE, TINY = 2.0**500, 2.0**-480
DOWN, UP = 2.0**-600, 2.0**600


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
    # The library's exp is called for one number at a time. This is two to a whole power, times the
    # series of what is left, which is at most half of log 2: exact to 14 digits.
    def scalar(x: Any) -> Any:
        inside = min(max(x, -708.0), 709.0)
        n = np.rint(inside * LOG2_E)
        r = (inside - n * LN2_HIGH) - n * LN2_LOW
        s = 1.0 / 39916800.0
        s = s * r + 1.0 / 3628800.0
        s = s * r + 1.0 / 362880.0
        s = s * r + 1.0 / 40320.0
        s = s * r + 1.0 / 5040.0
        s = s * r + 1.0 / 720.0
        s = s * r + 1.0 / 120.0
        s = s * r + 1.0 / 24.0
        s = s * r + 1.0 / 6.0
        s = s * r + 0.5
        s = s * r + 1.0
        s = s * r + 1.0
        power = np.int64((np.int64(n) + 1023) << 52).view(np.float64)
        y = s * power
        y = 0.0 if x < -708.0 else y
        y = math.inf if x > 709.0 else y
        return x if x != x else y  # noqa: PLR0124  NaN

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


def whole(x: Any) -> Any:
    """Round to an integer; integers are, and are not turned into floats for it.

    Examples
    --------
    >>> int(whole(2.7))
    3
    """
    return np.asarray(np.rint(x), np.int64)


@overload(whole)
def _whole(x: Any) -> Any:
    def integer(x: Any) -> Any:
        return np.int64(x)

    def number(x: Any) -> Any:
        return np.int64(np.rint(x))

    return integer if isinstance(x, types.Integer) else number
