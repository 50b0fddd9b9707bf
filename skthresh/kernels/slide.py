"""Sums that slide: what enters is added, and what leaves is taken off, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inlined_kernel, inner_kernel
from skthresh.kernels.running import running_totals

__all__ = ["slide_along", "slide_down", "slide_windows"]


@inner_kernel
def slide_down(total: Any, incoming: Any, outgoing: Any) -> None:
    """Move the sums of columns on by one row of integers."""
    for x in range(total.size):
        total[x] += np.int64(incoming[x]) - np.int64(outgoing[x])


@inner_kernel
def slide_along(line: Any, size: int, s: int, sums: Any) -> None:
    """Give the sums of windows along a line, but for the first one, which is `s`."""
    incoming = line[size:]
    done = running_totals(incoming, line, s, sums)
    if done:
        s = sums[done - 1]
    for x in range(done, sums.size):
        s += incoming[x] - line[x]
        sums[x] = s


@inlined_kernel
def slide_windows(line: Any, size: int, sums: Any) -> None:
    """Give the sums of all windows along a line."""
    s = np.int64(0)
    for x in range(size):
        s += line[x]
    sums[0] = s
    slide_along(line, size, s, sums[1:])
