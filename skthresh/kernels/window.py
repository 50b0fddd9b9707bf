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

from skthresh.kernels._jit import kernel

__all__ = [
    "blur_fixed_point",
    "border_index",
    "box_threshold",
    "weighted_planes",
    "weighted_threshold",
]

# Up to here a window sum times a reciprocal, in float64, rounds as the exact quotient does: its
# error stays below the distance 1 / (2 n) of any mean of n (odd) pixels from a half.
EXACT_QUOTIENT = 2**50


def border_index(n: int, size: int, border: str = "replicate") -> NDArray[np.int64]:
    """Give the pixel that stands at each position of an axis of `n`, padded for a window.

    Examples
    --------
    >>> border_index(4, 5)
    array([0, 0, 0, 1, 2, 3, 3, 3])
    >>> border_index(4, 5, "reflect")
    array([2, 1, 0, 1, 2, 3, 2, 1])
    """
    half = size // 2
    i = np.arange(-half, n + half)
    if border == "replicate":
        return np.clip(i, 0, n - 1)
    period = max(2 * (n - 1), 1)
    i %= period
    return np.minimum(i, period - i) if n > 1 else np.zeros_like(i)


@kernel
def _add(total: Any, row: Any, weight: Any) -> None:
    for x in range(total.size):
        total[x] += weight * row[x]


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
    for x in range(size - 1):
        s += padded[x]
    incoming = padded[size - 1 :]
    for x in range(sums.size):
        s += incoming[x]
        sums[x] = s
        s -= padded[x]


@kernel
def _rounded_means(sums: Any, count: int, offset: int, exact: bool, t: Any) -> None:
    if exact:
        reciprocal = 1.0 / count
        for x in range(t.size):
            t[x] = np.int64(np.rint(sums[x] * reciprocal)) - offset
    else:
        for x in range(t.size):
            t[x] = (2 * sums[x] + count) // (2 * count) - offset


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
    exact: bool,
    select: bool,
    above: Any,
    below: Any,
    out: Any,
) -> None:
    """Threshold integers at their window's mean, rounded to the nearest level, less an offset.

    Parameters
    ----------
    stat : (H, W) ndarray of integers
        What is summed: the image, or the sum of several planes of a volume.
    v : (H, W) ndarray of integers
        What is thresholded.
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`; their lengths tell the window.
    count : int
        Pixels in the window (odd), all planes counted.
    offset : int
        Subtracted from the rounded mean.
    exact : bool
        Whether every sum is below `EXACT_QUOTIENT`, so that a multiplication may divide.
    select : bool
        True: write `above` where ``v > threshold`` and `below` elsewhere. False: write the
        thresholds.
    above, below : scalar of out's dtype
    out : (H, W) ndarray
    """
    height, width = v.shape
    kh, kw = rows.size - height + 1, columns.size - width + 1
    total = np.zeros(width, np.int64)
    padded = np.empty(columns.size, np.int64)
    sums, t = np.empty(width, np.int64), np.empty(width, np.int64)
    for j in range(kh):
        _add(total, stat[rows[j]], np.int64(1))
    for y in range(height):
        if y > 0:
            _slide(total, stat[rows[y + kh - 1]], stat[rows[y - 1]])
        _pad(total, columns, kw // 2, padded)
        _running_sums(padded, kw, sums)
        _rounded_means(sums, count, offset, exact, t)
        if select:
            _select(v[y], t, above, below, out[y])
        else:
            _copy(t, out[y])


@kernel
def _weighted_sums(padded: Any, weights: Any, sums: Any) -> None:
    sums[:] = 0
    for j in range(weights.size):
        _add(sums, padded[j : j + sums.size], weights[j])


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
        total[:] = 0
        for j in range(row_weights.size):
            _add(total, stat[rows[y + j]], row_weights[j])
        _pad(total, columns, column_weights.size // 2, padded)
        _weighted_sums(padded, column_weights, t)
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
        total[:] = 0
        for j in range(row_weights.size):
            _add(total, v[rows[y + j]], row_weights[j])
        _pad(total, columns, column_weights.size // 2, padded)
        _weighted_sums(padded, column_weights, sums)
        _round_fixed_point(sums, out[y])
