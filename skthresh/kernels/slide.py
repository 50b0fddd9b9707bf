"""Sums that slide: what enters is added, and what leaves is taken off, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel

__all__ = ["slide_along", "slide_down", "slide_windows"]


@inner_kernel
def slide_down(total: Any, incoming: Any, outgoing: Any) -> None:
    """Move the sums of columns on by one row of integers."""
    for x in range(total.size):
        total[x] += np.int64(incoming[x]) - np.int64(outgoing[x])


@inner_kernel
def slide_along(line: Any, size: int, s: int, sums: Any) -> None:
    """Give the sums of windows along a line, but for the first one, which is `s`.

    Four steps at a time, which the compiler does not find by itself.
    """
    incoming, whole = line[size:], sums.size // 4 * 4
    for x in range(0, whole, 4):
        a = s + (incoming[x] - line[x])
        b = a + (incoming[x + 1] - line[x + 1])
        c = b + (incoming[x + 2] - line[x + 2])
        s = c + (incoming[x + 3] - line[x + 3])
        sums[x], sums[x + 1], sums[x + 2], sums[x + 3] = a, b, c, s
    for x in range(whole, sums.size):
        s += incoming[x] - line[x]
        sums[x] = s


@inner_kernel
def slide_windows(line: Any, size: int, sums: Any) -> None:
    """Give the sums of all windows along a line."""
    s = np.int64(0)
    for x in range(size):
        s += line[x]
    sums[0] = s
    slide_along(line, size, s, sums[1:])
