"""The blur of 8-bit images, in whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel
from skthresh.kernels.border import surround

__all__ = ["blur_fixed_point"]


@inner_kernel
def _weigh(row: Any, w: int, total: Any) -> None:
    for x in range(total.size):
        total[x] = w * row[x]


@inner_kernel
def _fold_one(a: Any, b: Any, w: int, total: Any) -> None:
    for x in range(total.size):
        total[x] += w * (np.int32(a[x]) + np.int32(b[x]))


@inner_kernel
def _fold_three(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, w: Any, total: Any) -> None:
    w0, w1, w2 = w[0], w[1], w[2]
    for x in range(total.size):
        first = w0 * (np.int32(a[x]) + np.int32(b[x])) + w1 * (np.int32(c[x]) + np.int32(d[x]))
        total[x] += first + w2 * (np.int32(e[x]) + np.int32(f[x]))


@inlined_kernel
def _fold_down(v: Any, rows: Any, weights: Any, total: Any) -> None:
    """Add rows; two of them have one weight, and are added first."""
    half, last = weights.size // 2, weights.size - 1
    _weigh(v[rows[half]], weights[half], total)
    j = 0
    while j + 3 <= half:
        a, b, c = v[rows[j]], v[rows[last - j]], v[rows[j + 1]]
        d, e, f = v[rows[last - j - 1]], v[rows[j + 2]], v[rows[last - j - 2]]
        _fold_three(a, b, c, d, e, f, weights[j : j + 3], total)
        j += 3
    while j < half:
        _fold_one(v[rows[j]], v[rows[last - j]], weights[j], total)
        j += 1


@inlined_kernel
def _fold_along(padded: Any, weights: Any, total: Any) -> None:
    """Add the neighbours along a row, which has its borders on both sides."""
    n, half, last = total.size, weights.size // 2, weights.size - 1
    _weigh(padded[half : half + n], weights[half], total)
    j = 0
    while j + 3 <= half:
        k = last - j
        a, b, c = padded[j : j + n], padded[k : k + n], padded[j + 1 : j + 1 + n]
        d, e = padded[k - 1 : k - 1 + n], padded[j + 2 : j + 2 + n]
        f = padded[k - 2 : k - 2 + n]
        _fold_three(a, b, c, d, e, f, weights[j : j + 3], total)
        j += 3
    while j < half:
        k = last - j
        _fold_one(padded[j : j + n], padded[k : k + n], weights[j], total)
        j += 1


@inner_kernel
def _round_fixed_point(sums: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = (sums[x] + 32768) >> 16


@kernel
def blur_fixed_point(
    v: Any, rows: Any, columns: Any, row_weights: Any, column_weights: Any, out: Any
) -> None:
    """Blur uint8 with weights that are multiples of 1/256; exact, rounded half up.

    Parameters
    ----------
    row_weights, column_weights : (kh,), (kw,) ndarray of int32
        In 256ths: not negative, of sum 256, the same from both ends. The sums of columns therefore
        fit into 16 bits, of which a vector has twice as many.
    """
    height, width = v.shape
    half, sums = column_weights.size // 2, np.empty(width, np.int32)
    padded = np.empty(columns.size, np.uint16)
    total = padded[half : half + width]
    for y in range(height):
        _fold_down(v, rows[y:], row_weights, total)
        surround(padded, columns, half, width)
        _fold_along(padded, column_weights, sums)
        _round_fixed_point(sums, out[y])
