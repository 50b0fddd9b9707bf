"""Thresholds of small images, put side by side.

A loop over a row of a small image ends before it has begun: what precedes the first vector, and
what follows the last one, takes longer than the vectors do. Some tens of images next to each other,
each between its own borders, are one wide picture, whose rows are long enough.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.moments import packed_sums

__all__ = ["count_windows", "fill_stack"]

# So wide is the picture, if there are so many images: what belongs to a row of it stays in the
# processor's caches.
WIDTH = 4096

# Rows are copied in steps of so many bytes, where there are as many; what follows them is put right
# afterwards.
LANES = 32

# What `fill_stack` calls; a copy says which.
fill: Any = None


@kernel
def count_windows(n_rows: int, n_columns: Any, counts: Any, shares: Any) -> None:
    """Give how many pixels the windows of a row hold, and one by that."""
    for x in range(counts.size):
        counts[x] = n_rows * n_columns[x]
        shares[x] = 1.0 / counts[x]


@inner_kernel
def _copy(source: Any, start: int, n: int, target: Any, to: int) -> None:
    # unsigned indices: the compiler does not ask whether they count from the end
    a, b = np.uintp(start), np.uintp(to)
    for x in range(np.uintp(n)):
        target[b + x] = source[a + x]


@inner_kernel
def _put(v: Any, shape: Any, i: int, columns: Any, at: int, line: int, wide: Any) -> None:
    """Put an image into the picture, with what stands beyond its borders at its sides."""
    _, height, width = shape
    half = (columns.size - width) // 2
    lanes = (width + LANES - 1) // LANES * LANES
    for y in range(height):
        start, source = y * line + at, (i * height + y) * width
        _copy(v, source, min(lanes, v.size - source), wide, start)
        for x in range(half):
            left, right = columns[x], columns[half + width + x]
            wide[start - half + x] = wide[start + left] if left >= 0 else 0
            wide[start + width + x] = wide[start + right] if right >= 0 else 0


@inner_kernel
def _take(picture: Any, line: int, at: int, shape: Any, i: int, end: int, out: Any) -> None:
    """Take an image out of the picture; those up to `end` come after it."""
    _, height, width = shape
    lanes, size = (width + LANES - 1) // LANES * LANES, end * height * width
    for y in range(height):
        to = (i * height + y) * width
        _copy(picture, y * line + at, min(lanes, size - to), out, to)


@inner_kernel
def _room(shape: Any, columns: Any, n: Any, group: int, stride: int, line: int) -> Any:
    """Make what a picture of some images needs; apart, as it is the same for all formulas."""
    _, height, width = shape
    n_rows, n_columns = n
    half = (columns.size - width) // 2
    wide = np.zeros((1, height, line), np.uint8)
    # The picture's own borders are of no account: what is near them is not an image.
    across = np.empty(line + columns.size - width, np.int64)
    across[:] = -1
    state, sums = np.empty((1, across.size + 1), np.int64), np.empty((1, line), np.int64)
    each = np.empty(line, np.int64)
    each[:] = 1
    for g in range(group):
        for x in range(width):
            each[half + g * stride + x] = n_columns[x]
    least, most = n_rows[0], n_rows[0]
    for y in range(height):
        least, most = min(least, n_rows[y]), max(most, n_rows[y])
    counts = np.empty((most - least + 1, line), np.int64)
    shares = np.empty(counts.shape)
    for k in range(counts.shape[0]):
        count_windows(least + k, each, counts[k], shares[k])
    return wide, across, state, sums, least, counts, shares


def fill_stack(
    v: Any,
    shape: Any,
    rows: Any,
    columns: Any,
    n: Any,
    part: Any,
    scale: Any,
    parameters: Any,
    rule: Any,
    out: Any,
) -> None:
    """Threshold images of bytes by a formula of the mean and the deviation of their windows.

    A template: in a copy `fill` stands for the loop of a formula.

    Parameters
    ----------
    v : ndarray of uint8
        The pixels of all images, one after the other.
    shape : tuple of 3 int
        How many images, their height, their width.
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`; their lengths tell the window.
    n : tuple of 2 ndarray of int64
        How many rows and how many columns the windows have.
    part : tuple of 2 int
        The first image, and the one behind the last.
    scale, parameters, rule : tuple
        As `compiled` has them.
    out : ndarray as large as v
    """
    first, end = part
    _, height, width = shape
    half = (columns.size - width) // 2
    # What lies beyond a border may be nothing for both neighbours.
    stride = width + (half if half > 0 and columns[0] < 0 else 2 * half)
    group = min(max(WIDTH // stride, 1), end - first)
    line = group * stride + 2 * half + LANES
    wide, across, state, sums, least, counts, shares = _room(shape, columns, n, group, stride, line)
    picture = np.empty((height, line), out.dtype)
    flat, flat_picture = wide.reshape(-1), picture.reshape(-1)
    for i in range(first, end, group):
        some = min(group, end - i)
        for g in range(some):
            _put(v, shape, i + g, columns, half + g * stride, line, flat)
        for y in range(height):
            packed_sums(wide, rows, across, (0, 1, y, y + 1, 0), (), state, sums)
            k, a = n[0][y] - least, sums[0]
            own = counts[k], shares[k]
            fill(wide[0, y], a, a, 0, 0, own, scale, parameters, rule, picture[y])
        for g in range(some):
            _take(flat_picture, line, half + g * stride, shape, i + g, end, out)
