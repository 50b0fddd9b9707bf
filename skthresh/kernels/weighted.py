"""Weighted means over windows, by adding weighted rows, then weighted columns.

For Gaussian weights, and for box windows over floats: a sum that slides would carry rounding errors
along.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.apply import settle
from skthresh.kernels.border import surround
from skthresh.kernels.fold import WINDOWS, fold_along, fold_down, rows_down, weights_down

__all__ = ["add_row", "weighted_planes", "weighted_threshold"]


@inner_kernel
def add_row(total: Any, row: Any, weight: Any) -> None:
    """Add a row with a weight."""
    for x in range(total.size):
        total[x] += weight * row[x]


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
        Those of columns the same from both ends.
    scale : float
        Multiplies the weighted sum.
    rounded : bool
        Whether the mean is rounded (half to even) before the offset is taken off.
    tolerance : float
        Relative difference up to which an unrounded mean counts as equal to its pixel.
    """
    i0, i1, y0, y1 = part
    width, half = v.shape[2], column_weights.size // 2
    down, more = weights_down(row_weights, np.float64), rows_down(rows)
    padded, t = np.empty((WINDOWS, columns.size)), np.empty(width)
    inner = padded[:, half : half + width]
    for i in range(i0, i1):
        for y in range(y0, y1):
            around = padded[(y - y0) % WINDOWS]
            if (y - y0) % WINDOWS == 0:
                fold_down(stat[i], more[y:], down, (inner[0], inner[1], inner[2], inner[3]))
            surround(around, columns, half, width)
            fold_along(around, column_weights, t)
            _finish_means(v[i, y], scale, rounded, offset, tolerance, t)
            settle(v[i, y], t, rule, out[i, y])


@kernel
def weighted_planes(volume: Any, planes: Any, weights: Any, total: Any) -> None:
    """Add the planes ``volume[planes]`` with `weights` into `total`, an (H, W) array."""
    total[:] = 0
    for j in range(weights.size):
        for y in range(total.shape[0]):
            add_row(total[y], volume[planes[j], y], weights[j])
