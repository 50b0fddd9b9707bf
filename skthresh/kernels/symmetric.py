"""Integers compared with weighted means of windows, in float32.

What that precision cannot decide is decided in float64.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel
from skthresh.kernels.border import surround
from skthresh.kernels.fold import (
    WINDOWS,
    fold_along,
    fold_down,
    roundings,
    rows_down,
    weights_down,
)

__all__ = ["error_of_means", "weighted_select"]

# Pixels that are looked through together for any that float32 cannot decide.
RECHECKED = 128


@inner_kernel
def _compare_means(v: Any, means: Any, shift: Any, above: Any, below: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = above if np.float32(v[x]) + shift > means[x] else below


@inner_kernel
def _count_close(v: Any, means: Any, shift: Any, error: Any) -> Any:
    n = np.int32(0)
    for x in range(v.size):
        n += np.int32(abs(np.float32(v[x]) + shift - means[x]) <= error)
    return n


@inlined_kernel
def _exact_mean(v: Any, rows: Any, columns: Any, row_weights: Any, column_weights: Any) -> float:
    mean = 0.0
    for j in range(row_weights.size):
        row, s = v[rows[j]], 0.0
        for x in range(column_weights.size):
            s += column_weights[x] * row[columns[x]]
        mean += row_weights[j] * s
    return mean


def error_of_means(n_rows: int, n_columns: int, largest: float) -> float:
    """Bound what rounding in float32 does to a mean of levels of at most `largest`.

    A product is rounded at most so many times on its way into the mean, and neither weights nor
    levels are negative: each time moves it by at most 2**-24 of itself.

    Examples
    --------
    >>> error_of_means(51, 51, 255) < 1e-3
    True
    """
    return (roundings(n_rows, n_columns) + 1) * 2.0**-24 * largest


@kernel
def weighted_select(
    v: Any,
    rows: Any,
    columns: Any,
    part: Any,
    row_weights: Any,
    column_weights: Any,
    scale: float,
    offset: float,
    error: float,
    above: Any,
    below: Any,
    out: Any,
) -> None:
    """Compare integers with their window's rounded weighted mean, less an offset.

    Means are computed in float32. A pixel is above unless its own is at least half a level from
    the side where it would be: those nearer to that limit than rounding may have moved them are
    decided in float64, as `skthresh.kernels.weighted` has it.

    Parameters
    ----------
    row_weights, column_weights : (kh,), (kw,) ndarray of float64
        Those of columns the same from both ends.
    error : float
        What `error_of_means` gives, or more.
    """
    i0, i1, y0, y1 = part
    width, half = v.shape[2], column_weights.size // 2
    down, more = weights_down(row_weights, np.float32), rows_down(rows)
    along = (column_weights * scale).astype(np.float32)
    padded, means = np.empty((WINDOWS, columns.size), np.float32), np.empty(width, np.float32)
    inner = padded[:, half : half + width]
    shift, bound = np.float32(offset - 0.5), np.float32(error)
    for i in range(i0, i1):
        for y in range(y0, y1):
            around = padded[(y - y0) % WINDOWS]
            if (y - y0) % WINDOWS == 0:
                fold_down(v[i], more[y:], down, (inner[0], inner[1], inner[2], inner[3]))
            surround(around, columns, half, width)
            fold_along(around, along, means)
            pixels = v[i, y]
            _compare_means(pixels, means, shift, above, below, out[i, y])
            for x0 in range(0, width, RECHECKED):
                x1 = min(x0 + RECHECKED, width)
                if _count_close(pixels[x0:x1], means[x0:x1], shift, bound) == 0:
                    continue
                for x in range(x0, x1):
                    if abs(np.float32(pixels[x]) + shift - means[x]) <= bound:
                        near = columns[x : x + column_weights.size]
                        mean = _exact_mean(v[i], rows[y:], near, row_weights, column_weights)
                        is_above = pixels[x] > np.rint(mean * scale) - offset
                        out[i, y, x] = above if is_above else below
