"""Weighted sums of windows whose weights are the same from both ends, in float32 or float64.

Down the columns four windows are summed at once, so that a row is read and turned into floats once
for all four. Along a row two sums of the same weight are added before they are multiplied.

Each of the four adds its own rows one after the other, from the first to the last, whichever of
them it is: where another thread, or a block of a dask array, begins, the last digit is the same.
Rows that only the others have get no weight, and must be finite, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import fused_kernel, inlined_kernel
from skthresh.kernels.arithmetic import like

__all__ = ["WINDOWS", "fold_along", "fold_down", "roundings", "rows_down", "weights_down"]

# Windows, one below the other, that are summed at once; and rows that are read at once.
WINDOWS, ROWS = 4, 6


@fused_kernel
def _fold_rows(rows: Any, w: Any, totals: Any) -> None:
    """Add six rows to the sums of four windows, of which each begins one row below the other.

    So does each of their weights, in `w`: the last window's begin with the first of these.
    """
    a, b, c, d, e, f = rows
    t0, t1, t2, t3 = totals
    w0, w1, w2, w3, w4, w5, w6, w7, w8 = w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
    for x in range(t0.size):
        p, q, r = like(a[x], w0), like(b[x], w0), like(c[x], w0)
        s, t, u = like(d[x], w0), like(e[x], w0), like(f[x], w0)
        t0[x] = t0[x] + w3 * p + w4 * q + w5 * r + w6 * s + w7 * t + w8 * u
        t1[x] = t1[x] + w2 * p + w3 * q + w4 * r + w5 * s + w6 * t + w7 * u
        t2[x] = t2[x] + w1 * p + w2 * q + w3 * r + w4 * s + w5 * t + w6 * u
        t3[x] = t3[x] + w0 * p + w1 * q + w2 * r + w3 * s + w4 * t + w5 * u


@fused_kernel
def _fold_columns(rows: Any, w: Any, total: Any) -> None:
    a, b, c, d, e, f, g, h, i, j, k, m = rows
    w0, w1, w2, w3, w4, w5 = w[0], w[1], w[2], w[3], w[4], w[5]
    for x in range(total.size):
        first = w0 * (a[x] + b[x]) + w1 * (c[x] + d[x]) + w2 * (e[x] + f[x])
        later = w3 * (g[x] + h[x]) + w4 * (i[x] + j[x]) + w5 * (k[x] + m[x])
        total[x] += first + later


@fused_kernel
def _fold_two(a: Any, b: Any, c: Any, d: Any, w: Any, total: Any) -> None:
    w0, w1 = w[0], w[1]
    for x in range(total.size):
        total[x] += w0 * (a[x] + b[x]) + w1 * (c[x] + d[x])


@fused_kernel
def _weigh(a: Any, w: Any, total: Any) -> None:
    for x in range(total.size):
        total[x] = w * a[x]


@fused_kernel
def _weigh_three(a: Any, b: Any, c: Any, w: Any, total: Any) -> None:
    """Begin with the middle and a pair, if there is an odd number of them."""
    w0, w1 = w[0], w[1]
    for x in range(total.size):
        total[x] = w0 * (a[x] + c[x]) + w1 * b[x]


@fused_kernel
def _weigh_five(a: Any, b: Any, c: Any, d: Any, e: Any, w: Any, total: Any) -> None:
    """Begin with the middle and two pairs, which is all there is of small windows."""
    w0, w1, w2 = w[0], w[1], w[2]
    for x in range(total.size):
        total[x] = w0 * (a[x] + e[x]) + (w1 * (b[x] + d[x]) + w2 * c[x])


@inlined_kernel
def fold_down(v: Any, rows: Any, weights: Any, totals: Any) -> None:
    """Add the rows of four windows, with weights that `weights_down` made."""
    for total in totals:
        total[:] = 0
    for j in range(0, weights.size - WINDOWS + 1, ROWS):
        _fold_rows(
            (
                *(v[rows[j]], v[rows[j + 1]], v[rows[j + 2]]),
                *(v[rows[j + 3]], v[rows[j + 4]], v[rows[j + 5]]),
            ),
            weights[j : j + ROWS + WINDOWS - 1],
            totals,
        )


@inlined_kernel
def weights_down(weights: Any, dtype: Any) -> Any:
    """Put nothing before and behind the weights, so that whole groups of rows can be read."""
    before = WINDOWS - 1
    n_rows = (weights.size + before + ROWS - 1) // ROWS * ROWS
    down = np.zeros(n_rows + before, dtype)
    down[before : before + weights.size] = weights
    return down


@inlined_kernel
def fold_along(padded: Any, weights: Any, total: Any) -> None:
    """Add the neighbours along a row, two of one weight at a time."""
    n, half, last = total.size, weights.size // 2, weights.size - 1
    if half == 2:
        a, b, c = padded[:n], padded[1 : 1 + n], padded[2 : 2 + n]
        _weigh_five(a, b, c, padded[3 : 3 + n], padded[4 : 4 + n], weights, total)
        return
    if half % 2:
        a, b, c = padded[half - 1 : half - 1 + n], padded[half : half + n], padded[half + 1 :]
        _weigh_three(a, b, c, weights[half - 1 : half + 1], total)
    else:
        _weigh(padded[half : half + n], weights[half], total)
    j, k = 0, last
    while j + 6 <= half:
        _fold_columns(
            (
                *(padded[j : j + n], padded[k : k + n]),
                *(padded[j + 1 : j + 1 + n], padded[k - 1 : k - 1 + n]),
                *(padded[j + 2 : j + 2 + n], padded[k - 2 : k - 2 + n]),
                *(padded[j + 3 : j + 3 + n], padded[k - 3 : k - 3 + n]),
                *(padded[j + 4 : j + 4 + n], padded[k - 4 : k - 4 + n]),
                *(padded[j + 5 : j + 5 + n], padded[k - 5 : k - 5 + n]),
            ),
            weights[j : j + 6],
            total,
        )
        j, k = j + 6, k - 6
    while j + 2 <= half:
        a, b, c = padded[j : j + n], padded[k : k + n], padded[j + 1 : j + 1 + n]
        _fold_two(a, b, c, padded[k - 1 : k - 1 + n], weights[j : j + 2], total)
        j, k = j + 2, k - 2


@inlined_kernel
def rows_down(rows: Any) -> Any:
    """Put the last row behind all: the last windows may be fewer than four, or their rows."""
    more = np.empty(rows.size + ROWS + WINDOWS, rows.dtype)
    more[: rows.size], more[rows.size :] = rows, rows[-1]
    return more


def roundings(n_rows: int, n_columns: int) -> int:
    """Give how often a product is rounded, at most, on its way into a sum."""
    # of the weight, of the product, and with each row; those of no weight change nothing
    down = 2 + n_rows
    # of the weight, the pair, the product and in a group; and of the totals
    half = n_columns // 2
    along = 6 + half // 6 + half % 6 // 2
    return down + along
