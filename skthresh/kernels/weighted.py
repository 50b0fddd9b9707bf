"""Weighted means over windows, by adding weighted rows, then weighted columns.

For Gaussian weights, and for box windows over floats: a sum that slides would carry rounding errors
along.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import fused_kernel, inlined_kernel, inner_kernel, kernel
from skthresh.kernels.apply import settle
from skthresh.kernels.border import surround

__all__ = ["add_row", "weighted_planes", "weighted_threshold"]


@inner_kernel
def add_row(total: Any, row: Any, weight: Any) -> None:
    """Add a row with a weight."""
    for x in range(total.size):
        total[x] += weight * row[x]


@fused_kernel
def _add_four(total: Any, a: Any, b: Any, c: Any, d: Any, w: Any) -> None:
    w0, w1, w2, w3 = w[0], w[1], w[2], w[3]
    for x in range(total.size):
        total[x] += w0 * a[x] + w1 * b[x] + w2 * c[x] + w3 * d[x]


@inlined_kernel
def _weighted_rows(stat: Any, rows: Any, weights: Any, total: Any) -> None:
    """Add ``stat[rows]`` with `weights`, four rows at a time so that `total` stays in registers."""
    total[:] = 0
    j = 0
    while j + 4 <= weights.size:
        a, b, c, d = stat[rows[j]], stat[rows[j + 1]], stat[rows[j + 2]], stat[rows[j + 3]]
        _add_four(total, a, b, c, d, weights[j : j + 4])
        j += 4
    while j < weights.size:
        add_row(total, stat[rows[j]], weights[j])
        j += 1


@inlined_kernel
def _weighted_columns(padded: Any, weights: Any, sums: Any) -> None:
    """Add a pixel's neighbours along a row, which has its borders on both sides."""
    n = sums.size
    sums[:] = 0
    j = 0
    while j + 4 <= weights.size:
        a, b = padded[j : j + n], padded[j + 1 : j + 1 + n]
        c, d = padded[j + 2 : j + 2 + n], padded[j + 3 : j + 3 + n]
        _add_four(sums, a, b, c, d, weights[j : j + 4])
        j += 4
    while j < weights.size:
        add_row(sums, padded[j : j + n], weights[j])
        j += 1


@inner_kernel
def _finish_means(v: Any, scale: Any, rounded: bool, offset: Any, tolerance: Any, t: Any) -> None:
    if rounded:
        for x in range(t.size):
            t[x] = np.rint(t[x] * scale) - offset
    else:
        for x in range(t.size):
            mean = t[x] * scale
            # A mean that differs from its pixel by rounding error alone is that pixel: a flat
            # region has no foreground, whatever the order of summation.
            mean = v[x] if abs(mean - v[x]) <= tolerance * abs(v[x]) else mean
            t[x] = mean - offset


@kernel
def weighted_threshold(
    stat: Any,
    v: Any,
    rows: Any,
    columns: Any,
    part: Any,
    row_weights: Any,
    column_weights: Any,
    scale: float,
    rounded: bool,
    offset: float,
    tolerance: float,
    rule: Any,
    out: Any,
) -> None:
    """Threshold at the window's weighted mean, less an offset.

    Otherwise as `skthresh.kernels.box.box_threshold`.

    Parameters
    ----------
    row_weights, column_weights : (kh,), (kw,) ndarray of float64
    scale : float
        Multiplies the weighted sum.
    rounded : bool
        Whether the mean is rounded (half to even) before the offset is taken off.
    tolerance : float
        Relative difference up to which an unrounded mean counts as equal to its pixel.
    """
    i0, i1, y0, y1 = part
    width, half = v.shape[2], column_weights.size // 2
    padded, t = np.empty(columns.size), np.empty(width)
    total = padded[half : half + width]
    for i in range(i0, i1):
        for y in range(y0, y1):
            _weighted_rows(stat[i], rows[y:], row_weights, total)
            surround(padded, columns, half, width)
            _weighted_columns(padded, column_weights, t)
            _finish_means(v[i, y], scale, rounded, offset, tolerance, t)
            settle(v[i, y], t, rule, out[i, y])


@kernel
def weighted_planes(volume: Any, planes: Any, weights: Any, total: Any) -> None:
    """Add the planes ``volume[planes]`` with `weights` into `total`, an (H, W) array."""
    total[:] = 0
    for j in range(weights.size):
        for y in range(total.shape[0]):
            add_row(total[y], volume[planes[j], y], weights[j])
