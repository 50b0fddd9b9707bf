"""Means over box windows of integers, by sums that slide.

The cost does not depend on the window, and the sums are exact. Over floats a sliding sum would
carry the rounding error of every pixel that it ever met along the row: for them there is
`skthresh.kernels.weighted`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.apply import BINARY, BINARY_INV, settle_levels
from skthresh.kernels.border import surround
from skthresh.kernels.slide import slide_down, slide_windows
from skthresh.kernels.weighted import add_row

__all__ = ["box_threshold"]


@inner_kernel
def _compare(v: Any, sums: Any, count: Any, shift: Any, above: Any, below: Any, out: Any) -> None:
    for x in range(out.size):
        # in the sums' own width, which is known to hold it
        limit = sums.dtype.type(np.int64(v[x]) * count + shift)
        out[x] = above if limit > sums[x] else below


@inner_kernel
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
    padded, sums = work[0], work[1][:width]  # contiguous, for Numba, by steps
    total = padded[kw // 2 : kw // 2 + width]
    shift = count * offset - (count - 1) // 2
    binary, white, zero = rule[0] <= BINARY_INV, rule[3], rule[4]
    above, below = (white, zero) if rule[0] == BINARY else (zero, white)
    t = np.empty(0 if binary else width)
    for i in range(i0, i1):
        for y in range(y0, y1):
            if y > y0:
                slide_down(total, stat[i, rows[y + kh - 1]], stat[i, rows[y - 1]])
            else:
                total[:] = 0
                for j in range(kh):
                    add_row(total, stat[i, rows[y + j]], np.int64(1))
            surround(padded, columns, kw // 2, width)
            slide_windows(padded, kw, sums)
            if binary:
                _compare(v[i, y], sums, count, shift, above, below, out[i, y])
            else:
                _rounded_means(sums, count, offset, t)
                settle_levels(v[i, y], t, rule, out[i, y])
