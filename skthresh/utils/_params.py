"""Parameters that are one number, or one for each axis of a sample."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skthresh.utils._sklearn import Interval, InvalidParameterError

__all__ = ["N_BINS", "PER_AXIS", "per_axis", "plain"]

# The constraint on them, as far as it can be checked without an image.
PER_AXIS: list[Any] = [Interval(Integral, 1, None, closed="left"), tuple, list]


# As many as an image of 16 bits has levels: more take memory, and hours, and tell nothing.
N_BINS: list[Any] = [Interval(Integral, 2, 2**16, closed="both")]

# Windows are held as lists of what is in them: one of 10**9 pixels would take all memory there is.
WIDEST = 2**16 + 1

# What an axis may be at most; its pixels may still be more than there is memory for.
LONGEST = 2**31 - 1


def per_axis(name: str, value: Any, ndim: int, *, odd: bool = False) -> tuple[int, ...]:
    """Give one positive int for each of `ndim` axes; odd ones are windows, and not too wide.

    Examples
    --------
    >>> per_axis("window_size", 5, 2, odd=True)
    (5, 5)
    >>> per_axis("window_size", (5, 7), 2, odd=True)
    (5, 7)
    """
    sizes = tuple(value) if isinstance(value, tuple | list) else (value,) * ndim
    allowed = all(isinstance(n, int | np.integer) and 0 < n <= LONGEST for n in sizes)
    if odd:
        allowed = allowed and all(n % 2 and n <= WIDEST for n in sizes)
    if len(sizes) != ndim or not allowed:
        kind = f"an odd positive int up to {WIDEST}" if odd else f"a positive int up to {LONGEST}"
        raise InvalidParameterError(
            f"{name}={value!r} is not allowed: it must be {kind}, or one for each of the {ndim} "
            "axes of a sample."
        )
    return tuple(int(n) for n in sizes)  # NumPy's own would overflow


def plain(value: Any) -> Any:
    """Give one of NumPy's numbers as Python's: its own dtype would be that of what it meets.

    Examples
    --------
    >>> plain(np.float32(0.5)), plain(2**63), plain(None)
    (0.5, 9223372036854775808, None)
    """
    return value.item() if isinstance(value, np.generic) else value
