"""Sliding windows over a plane, a few rows of state at a time.

Two engines. `box_threshold` slides sums of integers: its cost does not depend on the window, and
its sums are exact. `weighted_threshold` adds weighted rows: it serves Gaussian weights, and box
windows over floats, where a sliding sum would carry the rounding error of every pixel that it
ever met along the row. Both take borders as index arrays (`border_index`).

A third, `blur_fixed_point`, is the integer blur of 8-bit images.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.kernels._jit import fused_kernel, kernel

__all__ = [
    "blur_fixed_point",
    "border_index",
    "box_threshold",
    "weighted_planes",
    "weighted_threshold",
]


def border_index(n: int, size: int, border: str = "replicate") -> NDArray[np.int64]:
    """Give the pixel that stands at each position of an axis of `n`, padded for a window.

    With ``"clip"`` it is -1 outside: windows end at the border.

    Examples
    --------
    >>> border_index(4, 5)
    array([0, 0, 0, 1, 2, 3, 3, 3])
    >>> border_index(4, 5, "reflect")
    array([2, 1, 0, 1, 2, 3, 2, 1])
    >>> border_index(4, 5, "clip")
    array([-1, -1,  0,  1,  2,  3, -1, -1])
    """
    half = size // 2
    i = np.arange(-half, n + half)
    if border == "replicate":
        return np.clip(i, 0, n - 1)
    if border == "clip":
        return np.where((i >= 0) & (i < n), i, -1)
    period = max(2 * (n - 1), 1)
    i %= period
    return np.minimum(i, period - i) if n > 1 else np.zeros_like(i)


@kernel
def _add(total: Any, row: Any, weight: Any) -> None:
    for x in range(total.size):
        total[x] += weight * row[x]


@fused_kernel
def _add_four(total: Any, a: Any, b: Any, c: Any, d: Any, w: Any) -> None:
    w0, w1, w2, w3 = w[0], w[1], w[2], w[3]
    for x in range(total.size):
        total[x] += w0 * a[x] + w1 * b[x] + w2 * c[x] + w3 * d[x]


@kernel
def _slide(total: Any, incoming: Any, outgoing: Any) -> None:
    for x in range(total.size):
        total[x] += np.int64(incoming[x]) - np.int64(outgoing[x])


@kernel
def _pad(row: Any, columns: Any, half: int, padded: Any) -> None:
    n = row.size
    inner = padded[half : half + n]
    for x in range(n):
        inner[x] = row[x]
    for x in range(half):
        padded[x] = row[columns[x]]
        padded[half + n + x] = row[columns[half + n + x]]


@kernel
def _running_sums(padded: Any, size: int, sums: Any) -> None:
    s = np.int64(0)
    for x in range(size):
        s += padded[x]
    sums[0] = s
    incoming, later = padded[size:], sums[1:]
    for x in range(later.size):
        s += incoming[x] - padded[x]
        later[x] = s


@kernel
def _limits(v: Any, count: int, shift: int, limits: Any) -> None:
    for x in range(v.size):
        limits[x] = np.int64(v[x]) * count + shift


@kernel
def _rounded_means(sums: Any, count: int, offset: int, out: Any) -> None:
    for x in range(out.size):
        out[x] = (2 * sums[x] + count) // (2 * count) - offset


@kernel
def _select(v: Any, t: Any, above: Any, below: Any, out: Any) -> None:
    for x in range(v.size):
        out[x] = above if v[x] > t[x] else below


@kernel
def _copy(t: Any, out: Any) -> None:
    for x in range(t.size):
        out[x] = t[x]


@kernel
def box_threshold(
    stat: Any,
    v: Any,
    rows: Any,
    columns: Any,
    count: int,
    offset: int,
    select: bool,
    above: Any,
    below: Any,
    work: Any,
    out: Any,
) -> None:
    """Threshold integers at their window's mean, rounded to the nearest level, less an offset.

    With n pixels (odd) of sum s, ``v > round(s / n) - offset`` is the same as
    ``n v + n offset - (n - 1) / 2 > s``: the comparison needs no division, and is exact.

    Parameters
    ----------
    stat : (H, W) ndarray of integers
        What is summed: the image, or the sum of several planes of a volume.
    v : (H, W) ndarray of integers
        What is thresholded.
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`; their lengths tell the window.
    count : int
        Pixels in the window, all planes counted.
    offset : int
        Subtracted from the rounded mean.
    select : bool
        True: write `above` where ``v > threshold`` and `below` elsewhere. False: write the
        thresholds.
    above, below : scalar of out's dtype
    work : (4, W + kw - 1) ndarray of int32 or int64
        Holds the sums while they slide; as wide as the largest of them.
    out : (H, W) ndarray
    """
    height, width = v.shape
    kh, kw = rows.size - height + 1, columns.size - width + 1
    padded = work[0]
    total, sums, limits = work[1, :width], work[2, :width], work[3, :width]
    shift = count * offset - (count - 1) // 2
    total[:] = 0
    for j in range(kh):
        _add(total, stat[rows[j]], np.int64(1))
    for y in range(height):
        if y > 0:
            _slide(total, stat[rows[y + kh - 1]], stat[rows[y - 1]])
        _pad(total, columns, kw // 2, padded)
        _running_sums(padded, kw, sums)
        if select:
            _limits(v[y], count, shift, limits)
            _select(limits, sums, above, below, out[y])
        else:
            _rounded_means(sums, count, offset, out[y])


@kernel
def _weighted_rows(stat: Any, rows: Any, weights: Any, total: Any) -> None:
    """Add ``stat[rows]`` with `weights`, four rows at a time so that `total` stays in registers."""
    total[:] = 0
    j = 0
    while j + 4 <= weights.size:
        a, b, c, d = stat[rows[j]], stat[rows[j + 1]], stat[rows[j + 2]], stat[rows[j + 3]]
        _add_four(total, a, b, c, d, weights[j : j + 4])
        j += 4
    while j < weights.size:
        _add(total, stat[rows[j]], weights[j])
        j += 1


@kernel
def _weighted_columns(padded: Any, weights: Any, sums: Any) -> None:
    n = sums.size
    sums[:] = 0
    j = 0
    while j + 4 <= weights.size:
        a, b = padded[j : j + n], padded[j + 1 : j + 1 + n]
        c, d = padded[j + 2 : j + 2 + n], padded[j + 3 : j + 3 + n]
        _add_four(sums, a, b, c, d, weights[j : j + 4])
        j += 4
    while j < weights.size:
        _add(sums, padded[j : j + n], weights[j])
        j += 1


@kernel
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
    row_weights: Any,
    column_weights: Any,
    scale: float,
    rounded: bool,
    offset: float,
    tolerance: float,
    select: bool,
    above: Any,
    below: Any,
    out: Any,
) -> None:
    """Threshold at the window's weighted mean, less an offset; as `box_threshold` otherwise.

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
    height, width = v.shape
    total, t = np.empty(width), np.empty(width)
    padded = np.empty(columns.size)
    for y in range(height):
        _weighted_rows(stat, rows[y:], row_weights, total)
        _pad(total, columns, column_weights.size // 2, padded)
        _weighted_columns(padded, column_weights, t)
        _finish_means(v[y], scale, rounded, offset, tolerance, t)
        if select:
            _select(v[y], t, above, below, out[y])
        else:
            _copy(t, out[y])


@kernel
def weighted_planes(volume: Any, planes: Any, weights: Any, total: Any) -> None:
    """Add the planes ``volume[planes]`` with `weights` into `total`, an (H, W) array."""
    total[:] = 0
    for j in range(weights.size):
        for y in range(total.shape[0]):
            _add(total[y], volume[planes[j], y], weights[j])


@kernel
def _round_fixed_point(sums: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = (sums[x] + 32768) >> 16


@kernel
def blur_fixed_point(
    v: Any, rows: Any, columns: Any, row_weights: Any, column_weights: Any, out: Any
) -> None:
    """Blur uint8 with int32 weights that are multiples of 1/256; exact, rounded half up."""
    height, width = v.shape
    total, sums = np.empty(width, np.int32), np.empty(width, np.int32)
    padded = np.empty(columns.size, np.int32)
    for y in range(height):
        _weighted_rows(v, rows[y:], row_weights, total)
        _pad(total, columns, column_weights.size // 2, padded)
        _weighted_columns(padded, column_weights, sums)
        _round_fixed_point(sums, out[y])
