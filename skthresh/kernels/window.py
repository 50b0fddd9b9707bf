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
from skthresh.kernels.apply import BINARY, BINARY_INV, settle

__all__ = [
    "blur_fixed_point",
    "border_index",
    "box_threshold",
    "weighted_planes",
    "weighted_select",
    "weighted_threshold",
]

# Pixels that are looked through together for any that float32 cannot decide.
RECHECKED = 128


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
    if border in {"replicate", "clip"}:
        i[:half], i[half + n :] = (0, n - 1) if border == "replicate" else (-1, -1)
        return i
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
def _surround(padded: Any, columns: Any, half: int, n: int) -> None:
    """Put what stands beyond the border on both sides of a row that is in the middle."""
    row = padded[half : half + n]
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
    whole = later.size // 4 * 4
    for x in range(0, whole, 4):  # the compiler does not unroll it by itself
        a = s + (incoming[x] - padded[x])
        b = a + (incoming[x + 1] - padded[x + 1])
        c = b + (incoming[x + 2] - padded[x + 2])
        s = c + (incoming[x + 3] - padded[x + 3])
        later[x], later[x + 1], later[x + 2], later[x + 3] = a, b, c, s
    for x in range(whole, later.size):
        s += incoming[x] - padded[x]
        later[x] = s


@kernel
def _compare(v: Any, sums: Any, count: Any, shift: Any, above: Any, below: Any, out: Any) -> None:
    for x in range(out.size):
        # in the sums' own width, which is known to hold it
        limit = sums.dtype.type(v[x] * count + shift)
        out[x] = above if limit > sums[x] else below


@kernel
def _rounded_means(sums: Any, count: int, offset: int, t: Any) -> None:
    for x in range(t.size):
        t[x] = (2 * sums[x] + count) // (2 * count) - offset


@kernel
def box_threshold(
    stat: Any,
    v: Any,
    rows: Any,
    columns: Any,
    part: Any,
    count: int,
    offset: int,
    rule: Any,
    work: Any,
    out: Any,
) -> None:
    """Threshold integers at their window's mean, rounded to the nearest level, less an offset.

    With n pixels (odd) of sum s, ``v > round(s / n) - offset`` is the same as
    ``n v + n offset - (n - 1) / 2 > s``: the comparison needs no division, and is exact.

    Parameters
    ----------
    stat : (N, H, W) ndarray of integers
        What is summed: the images, or the sums of several planes of a volume.
    v : (N, H, W) ndarray of integers
        What is thresholded.
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`; their lengths tell the window.
    part : tuple of 4 int
        The first image and row, and those behind the last ones.
    count : int
        Pixels in the window, all planes counted.
    offset : int
        Subtracted from the rounded mean.
    rule : tuple
        For `skthresh.kernels.apply.settle`.
    work : (2, W + kw - 1) ndarray of int32 or int64
        Holds the sums while they slide; as wide as the largest of them.
    out : (N, H, W) ndarray
    """
    i0, i1, y0, y1 = part
    height, width = v.shape[1], v.shape[2]
    kh, kw = rows.size - height + 1, columns.size - width + 1
    padded, sums = work[0], work[1, :width]
    total = padded[kw // 2 : kw // 2 + width]
    shift = count * offset - (count - 1) // 2
    binary, white, zero = rule[0] <= BINARY_INV, rule[3], rule[4]
    above, below = (white, zero) if rule[0] == BINARY else (zero, white)
    t = np.empty(0 if binary else width)
    for i in range(i0, i1):
        for y in range(y0, y1):
            if y > y0:
                _slide(total, stat[i, rows[y + kh - 1]], stat[i, rows[y - 1]])
            else:
                total[:] = 0
                for j in range(kh):
                    _add(total, stat[i, rows[y + j]], np.int64(1))
            _surround(padded, columns, kw // 2, width)
            _running_sums(padded, kw, sums)
            if binary:
                _compare(v[i, y], sums, count, shift, above, below, out[i, y])
            else:
                _rounded_means(sums, count, offset, t)
                settle(v[i, y], t, rule, out[i, y])


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
    i0, i1, y0, y1 = part
    width, half = v.shape[2], column_weights.size // 2
    padded, t = np.empty(columns.size), np.empty(width)
    total = padded[half : half + width]
    for i in range(i0, i1):
        for y in range(y0, y1):
            _weighted_rows(stat[i], rows[y:], row_weights, total)
            _surround(padded, columns, half, width)
            _weighted_columns(padded, column_weights, t)
            _finish_means(v[i, y], scale, rounded, offset, tolerance, t)
            settle(v[i, y], t, rule, out[i, y])


@kernel
def _pair(a: Any, b: Any, x: int) -> Any:
    """Add two narrow integers, exactly."""
    return np.float32(np.int32(np.int32(a[x]) + np.int32(b[x])))


@fused_kernel
def _fold_rows(rows: Any, w: Any, total: Any) -> None:
    """Add six pairs of rows of integers; both of a pair have the same weight."""
    a, b, c, d, e, f, g, h, i, j, k, m = rows
    w0, w1, w2, w3, w4, w5 = w[0], w[1], w[2], w[3], w[4], w[5]
    for x in range(total.size):
        first = w0 * _pair(a, b, x) + w1 * _pair(c, d, x) + w2 * _pair(e, f, x)
        later = w3 * _pair(g, h, x) + w4 * _pair(i, j, x) + w5 * _pair(k, m, x)
        total[x] += first + later


@fused_kernel
def _fold_columns(rows: Any, w: Any, total: Any) -> None:
    a, b, c, d, e, f, g, h, i, j, k, m = rows
    w0, w1, w2, w3, w4, w5 = w[0], w[1], w[2], w[3], w[4], w[5]
    for x in range(total.size):
        first = w0 * (a[x] + b[x]) + w1 * (c[x] + d[x]) + w2 * (e[x] + f[x])
        later = w3 * (g[x] + h[x]) + w4 * (i[x] + j[x]) + w5 * (k[x] + m[x])
        total[x] += first + later


@fused_kernel
def _fold_one(a: Any, b: Any, w: Any, total: Any) -> None:
    for x in range(total.size):
        total[x] += w * (np.float32(a[x]) + np.float32(b[x]))


@fused_kernel
def _fold_two(a: Any, b: Any, c: Any, d: Any, w: Any, total: Any) -> None:
    w0, w1 = w[0], w[1]
    for x in range(total.size):
        p = w0 * (np.float32(a[x]) + np.float32(b[x]))
        total[x] += p + w1 * (np.float32(c[x]) + np.float32(d[x]))


@fused_kernel
def _weigh(a: Any, w: Any, total: Any) -> None:
    for x in range(total.size):
        total[x] = w * np.float32(a[x])


@kernel
def _fold_down(v: Any, rows: Any, weights: Any, total: Any) -> None:
    """Add rows with weights that are the same from both ends."""
    half, last = weights.size // 2, weights.size - 1
    _weigh(v[rows[half]], weights[half], total)
    j = 0
    while j + 6 <= half:
        _fold_rows(
            (
                *(v[rows[j]], v[rows[last - j]], v[rows[j + 1]], v[rows[last - j - 1]]),
                *(v[rows[j + 2]], v[rows[last - j - 2]], v[rows[j + 3]], v[rows[last - j - 3]]),
                *(v[rows[j + 4]], v[rows[last - j - 4]], v[rows[j + 5]], v[rows[last - j - 5]]),
            ),
            weights[j : j + 6],
            total,
        )
        j += 6
    while j + 2 <= half:
        a, b, c, d = v[rows[j]], v[rows[last - j]], v[rows[j + 1]], v[rows[last - j - 1]]
        _fold_two(a, b, c, d, weights[j : j + 2], total)
        j += 2
    if j < half:
        _fold_one(v[rows[j]], v[rows[last - j]], weights[j], total)


@kernel
def _fold_along(padded: Any, weights: Any, total: Any) -> None:
    """Add the neighbours along a row, as `_fold_down` does."""
    n, half, last = total.size, weights.size // 2, weights.size - 1
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
    if j < half:
        _fold_one(padded[j : j + n], padded[k : k + n], weights[j], total)


@kernel
def _compare_means(v: Any, means: Any, shift: Any, above: Any, below: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = above if np.float32(v[x]) + shift > means[x] else below


@kernel
def _count_close(v: Any, means: Any, shift: Any, error: Any) -> Any:
    n = np.int32(0)
    for x in range(v.size):
        n += np.int32(abs(np.float32(v[x]) + shift - means[x]) <= error)
    return n


@kernel
def _exact_mean(v: Any, rows: Any, columns: Any, row_weights: Any, column_weights: Any) -> float:
    mean = 0.0
    for j in range(row_weights.size):
        row, s = v[rows[j]], 0.0
        for x in range(column_weights.size):
            s += column_weights[x] * row[columns[x]]
        mean += row_weights[j] * s
    return mean


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
    decided in float64, as `weighted_threshold` does.

    Parameters
    ----------
    row_weights, column_weights : (kh,), (kw,) ndarray of float64
        Symmetric.
    error : float
        What rounding in float32 can do to a mean.
    """
    i0, i1, y0, y1 = part
    width, half = v.shape[2], column_weights.size // 2
    down = row_weights.astype(np.float32)
    along = (column_weights * scale).astype(np.float32)
    padded, means = np.empty(columns.size, np.float32), np.empty(width, np.float32)
    total = padded[half : half + width]
    shift, bound = np.float32(offset - 0.5), np.float32(error)
    for i in range(i0, i1):
        for y in range(y0, y1):
            pixels = v[i, y]
            _fold_down(v[i], rows[y:], down, total)
            _surround(padded, columns, half, width)
            _fold_along(padded, along, means)
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
    half, sums = column_weights.size // 2, np.empty(width, np.int32)
    padded = np.empty(columns.size, np.int32)
    total = padded[half : half + width]
    for y in range(height):
        _weighted_rows(v, rows[y:], row_weights, total)
        _surround(padded, columns, half, width)
        _weighted_columns(padded, column_weights, sums)
        _round_fixed_point(sums, out[y])
