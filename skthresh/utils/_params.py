"""Parameters that are one number, or one for each axis of a sample."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skthresh.utils._sklearn import Interval, InvalidParameterError

__all__ = ["PER_AXIS", "per_axis"]

# The constraint on them, as far as it can be checked without an image.
PER_AXIS: list[Any] = [Interval(Integral, 1, None, closed="left"), tuple, list]


def per_axis(name: str, value: Any, ndim: int, *, odd: bool = False) -> tuple[int, ...]:
    """Give one positive int for each of `ndim` axes.

    Examples
    --------
    >>> per_axis("window_size", 5, 2, odd=True)
    (5, 5)
    >>> per_axis("window_size", (5, 7), 2, odd=True)
    (5, 7)
    """
    sizes = tuple(value) if isinstance(value, tuple | list) else (value,) * ndim
    allowed = all(isinstance(n, int | np.integer) and n > 0 and (n % 2 or not odd) for n in sizes)
    if len(sizes) != ndim or not allowed:
        kind = "an odd positive int" if odd else "a positive int"
        raise InvalidParameterError(
            f"{name}={value!r} is not allowed: it must be {kind}, or one for each of the {ndim} "
            "axes of a sample."
        )
    return sizes
