"""Linear interpolation along one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["interpolate_axis"]


@inner_kernel
def _between(a: Any, b: Any, share: float, out: Any) -> None:
    for x in range(out.size):
        # what is equal stays as it is, whatever is rounded
        out[x] = a[x] if a[x] == b[x] else a[x] * (1 - share) + b[x] * share


@inner_kernel
def _along(row: Any, at: Any, shares: Any, out: Any) -> None:
    for x in range(out.size):
        a, b, share = row[at[x]], row[at[x] + 1], shares[x]
        out[x] = a if a == b else a * (1 - share) + b * share


@kernel
def interpolate_axis(grid: Any, points: Any, out: Any) -> None:
    """Interpolate along the middle axis; beyond the first and the last point nothing changes.

    Parameters
    ----------
    grid : (a, m, b) ndarray of float64
    points : (m,) ndarray of float64
        Where the values are, ascending, in pixels.
    out : (a, n, b) ndarray of float64
    """
    last, n = points.size - 2, out.shape[1]
    if last < 0:
        for i in range(out.shape[0]):
            for x in range(n):
                # no assignment, whose error message takes longer to compile than all the rest
                _between(grid[i, 0], grid[i, 0], 0.0, out[i, x])
        return
    at, shares = np.empty(n, np.int64), np.empty(n)
    k = 0
    for x in range(n):
        while k < last and points[k + 1] <= x:
            k += 1
        share = (x - points[k]) / (points[k + 1] - points[k])
        at[x], shares[x] = k, min(max(share, 0.0), 1.0)
    for i in range(out.shape[0]):
        if out.shape[2] == 1:
            _along(grid[i, :, 0], at, shares, out[i, :, 0])
        else:
            for x in range(n):
                _between(grid[i, at[x]], grid[i, at[x] + 1], shares[x], out[i, x])
