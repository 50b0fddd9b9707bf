"""Sums over square windows, and the mean and the deviation that they give.

Sums slide, and are exact: integers, or floats in fixed point. Down the columns a row enters and
another leaves; along a row a window's sum is the one before it, less one column and plus another.

A state is an array (depth, W + kw) of int64: a zero, then the sums of columns, with the borders of
the window on both sides. *Packed*, its one row holds the sum in the lower 32 bits and the sum of
squares in the upper ones, so that one addition does for both. *Wide*, the second row, if there is
one, holds the squares.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import fused_kernel, inlined_kernel, inner_kernel, kernel, specialised
from skthresh.kernels.arithmetic import LOWER, as_float, fixed, fixed_square, small
from skthresh.kernels.slide import slide_along

__all__ = [
    "exact",
    "greatest_variance",
    "narrow",
    "packed",
    "packed_sums",
    "rounded",
    "wide_sums",
]

# What `_slide_sums` calls; a copy says which.
enter: Any = None
slide: Any = None


@inner_kernel
def _packed_enter(row: Any, sign: int, look: Any, half: int, state: Any) -> None:  # noqa: ARG001
    columns = state[0][1 + half :]
    for x in range(row.size):
        p = np.int64(row[x])
        columns[x] += sign * (p + ((p * p) << 32))


@inner_kernel
def _packed_slide(new: Any, old: Any, look: Any, half: int, state: Any) -> None:  # noqa: ARG001
    columns = state[0][1 + half :]
    for x in range(new.size):
        p, q = np.int32(new[x]), np.int32(old[x])
        d = np.int32(p - q)
        squares = np.int32(d * np.int32(p + q))
        columns[x] += np.int64(d) + (np.int64(squares) << 32)


@inner_kernel
def _enter_values(row: Any, sign: int, middle: Any, factor: Any, sums: Any) -> None:
    for x in range(row.size):
        sums[x] += sign * fixed(row[x], middle, factor)


@inner_kernel
def _enter_both(row: Any, sign: int, look: Any, sums: Any, squares: Any) -> None:
    middle, first, second = look
    for x in range(row.size):
        sums[x] += sign * fixed(row[x], middle, first)
        squares[x] += sign * fixed_square(row[x], middle, second)


@inner_kernel
def _slide_values(new: Any, old: Any, middle: Any, factor: Any, sums: Any) -> None:
    for x in range(new.size):
        sums[x] += fixed(new[x], middle, factor) - fixed(old[x], middle, factor)


@inner_kernel
def _slide_both(new: Any, old: Any, look: Any, sums: Any, squares: Any) -> None:
    middle, first, second = look
    for x in range(new.size):
        p, q = new[x], old[x]
        sums[x] += fixed(p, middle, first) - fixed(q, middle, first)
        squares[x] += fixed_square(p, middle, second) - fixed_square(q, middle, second)


@inlined_kernel
def _wide_enter(row: Any, sign: int, look: Any, half: int, state: Any) -> None:
    sums = state[0][1 + half :]
    if state.shape[0] == 2:
        _enter_both(row, sign, look, sums, state[1][1 + half :])
    else:
        _enter_values(row, sign, look[0], look[1], sums)


@inlined_kernel
def _wide_slide(new: Any, old: Any, look: Any, half: int, state: Any) -> None:
    sums = state[0][1 + half :]
    if state.shape[0] == 2:
        _slide_both(new, old, look, sums, state[1][1 + half :])
    else:
        _slide_values(new, old, look[0], look[1], sums)


@inlined_kernel
def _start(line: Any, columns: Any, width: int) -> Any:
    """Complete the columns' sums beyond the border, -1 for nothing there, and begin a row.

    Gives the sum of the window that lacks its last column, before the first one.
    """
    half = (columns.size - width) // 2
    sums = line[1:]
    inside = sums[half : half + width]
    for x in range(half):
        left, right = columns[x], columns[half + width + x]
        sums[x] = inside[left] if left >= 0 else 0
        sums[half + width + x] = inside[right] if right >= 0 else 0
    total = np.int64(0)
    for x in range(2 * half):
        total += sums[x]
    return total


@inlined_kernel
def _clear(state: Any) -> None:
    for k in range(state.shape[0]):
        sums = state[k]
        for x in range(sums.size):
            sums[x] = 0


def _slide_sums(
    v: Any, rows: Any, columns: Any, part: Any, look: Any, state: Any, out: Any
) -> None:
    """Sum some rows of windows over the images of a stack.

    Parameters
    ----------
    v : (N, H, W) ndarray
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`; their lengths tell the window.
    part : tuple of 5 int
        The first image and the one behind the last; the first row and the one behind the last, of
        each of them; and the row that the state goes on from: these rows follow the ones before if
        it is not the first.
    look : tuple
        Of wide sums: the level that pixels are measured from, what a distance is multiplied with,
        and what its square.
    state : (depth, W + kw) ndarray of int64
    out : (depth, n * W) ndarray of int64
        Gets the sums, row after row.
    """
    i0, i1, y0, y1, begin = part
    height, width = v.shape[1], v.shape[2]
    kh, kw = rows.size - height + 1, columns.size - width + 1
    place = 0
    for i in range(i0, i1):
        for y in range(y0, y1):
            first = y == begin
            new, old = rows[y + kh - 1], rows[max(y - 1, 0)]
            if not first and min(new, old) >= 0:
                slide(v[i, new], v[i, old], look, kw // 2, state)
            else:  # all rows of a window, or one that has no counterpart
                if first:
                    _clear(state)
                for j in range(0 if first else kh - 1, kh):
                    r = rows[y + j] if first else max(new, old)
                    if r >= 0:
                        enter(v[i, r], 1 if first or new >= 0 else -1, look, kw // 2, state)
            for k in range(state.shape[0]):
                before = _start(state[k], columns, width)
                slide_along(state[k], kw, before, out[k][place : place + width])
            place += width


packed_sums = specialised(_slide_sums, "packed", __file__, enter=_packed_enter, slide=_packed_slide)
wide_sums = specialised(_slide_sums, "wide", __file__, enter=_wide_enter, slide=_wide_slide)


@fused_kernel
def _spread(n: Any, s: Any, s2: Any) -> Any:
    """Give n * n times the variance: exact where both products are, fused or not."""
    return n * s2 - s * s


@inner_kernel
def packed(a: Any, b: Any, x: int, n: Any, share: Any, scale: Any) -> Any:  # noqa: ARG001
    """Give mean, standard deviation and variance of a window of n bytes; share is 1 / n."""
    s, s2 = as_float(a[x] & LOWER), as_float((a[x] >> 32) & LOWER)
    # as both fit into 32 bits, and n into 17, their products are exact
    variance = _spread(as_float(n), s, s2) * (share * share)
    return s * share, np.sqrt(variance), variance


@inner_kernel
def narrow(a: Any, b: Any, x: int, n: Any, share: Any, scale: Any) -> Any:
    """Give the same for a window of integers; ``n * b`` and ``a * a`` fit into 53 bits."""
    s, s2 = small(a[x]), small(b[x])
    variance = _spread(as_float(n), s, s2) * (share * share)
    return scale[0] + s * share, np.sqrt(variance), variance


@inner_kernel
def exact(a: Any, b: Any, x: int, n: Any, share: Any, scale: Any) -> Any:
    """Give the same for a window of integers; ``n * b - a * a`` fits into 64 bits."""
    s, s2 = a[x], b[x]
    variance = as_float(n * s2 - s * s) * (share * share)
    return scale[0] + as_float(s) * share, np.sqrt(variance), variance


@inner_kernel
def rounded(a: Any, b: Any, x: int, n: Any, share: Any, scale: Any) -> Any:  # noqa: ARG001
    """Give the same for a window whose sums, or their squares, are not exact.

    A deviation no larger than what rounding makes of equal pixels is none.
    """
    centre, unit, first, second, noise, floor = scale
    mean, square = as_float(a[x]) * (first * share), as_float(b[x]) * (second * share)
    variance = square - mean * mean
    variance = 0.0 if variance <= floor + noise * square else variance
    return centre + unit * mean, unit * np.sqrt(variance), unit * unit * variance


@inner_kernel
def _greatest_spread(a: Any, b: Any, packed: bool, n: int) -> Any:
    """Give the greatest of ``n * b - a * a``: n**2 times the variance."""
    greatest = np.int64(0)
    if packed:
        for x in range(a.size):
            s, s2 = a[x] & LOWER, (a[x] >> 32) & LOWER
            greatest = max(greatest, n * s2 - s * s)
    else:
        for x in range(a.size):
            greatest = max(greatest, n * b[x] - a[x] * a[x])
    return greatest


@inner_kernel
def _greatest_at_border(a: Any, b: Any, packed: bool, n_rows: int, n_columns: Any) -> Any:
    """Give the greatest variance of windows that have each their own number of columns."""
    greatest = 0.0
    for x in range(a.size):
        s, s2 = (a[x] & LOWER, (a[x] >> 32) & LOWER) if packed else (a[x], b[x])
        n = n_rows * n_columns[x]
        variance = np.float64(n * s2 - s * s) / (np.float64(n) * np.float64(n))
        greatest = variance if variance > greatest else greatest  # noqa: FURB136  there is no NaN
    return greatest


@kernel
def greatest_variance(
    a: Any, b: Any, packed: bool, n_rows: Any, n_columns: Any, left: int, right: int
) -> float:
    """Find the greatest variance of whole rows of windows of integers.

    Parameters
    ----------
    a, b : (m,) ndarray of int64
        Sums and sums of squares, row after row.
    packed : bool
        Whether both are in `a`.
    n_rows, n_columns : ndarray of int64
        How many rows and how many columns the windows have.
    left, right : int
        Between these columns they have all columns, so that one division does for them.
    """
    greatest, width = 0.0, n_columns.size
    for y in range(n_rows.size):
        i, n = y * width, n_rows[y]
        for x0, x1 in ((0, left), (right, width)):
            near, near_b = a[i + x0 : i + x1], b[i + x0 : i + x1]
            own = _greatest_at_border(near, near_b, packed, n, n_columns[x0:x1])
            greatest = max(greatest, own)
        if left < right:
            n *= n_columns[left]
            spread = _greatest_spread(a[i + left : i + right], b[i + left : i + right], packed, n)
            greatest = max(greatest, spread / (np.float64(n) * n))
    return greatest
