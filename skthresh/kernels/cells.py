"""Sums over the cells of an image: rectangles that columns and rows are cut into.

Sums of floats are rounded, and depend on their order. Here it is NumPy's: down the columns of a
cell one row after the other, and then along the row as `np.add.reduceat` adds, pairwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["cell_squares", "cell_totals"]

# Numbers that are added side by side, and those that are not halved any more.
LANES, WHOLE = 8, 128


@inner_kernel
def _pairwise(a: Any, start: int, end: int) -> float:
    n = end - start
    if n < LANES:
        s = -0.0
        for i in range(start, end):
            s += a[i]
        return s
    if n <= WHOLE:
        r0, r1, r2, r3 = a[start], a[start + 1], a[start + 2], a[start + 3]
        r4, r5, r6, r7 = a[start + 4], a[start + 5], a[start + 6], a[start + 7]
        last = end - n % LANES
        for i in range(start + LANES, last, LANES):
            r0, r1, r2, r3 = r0 + a[i], r1 + a[i + 1], r2 + a[i + 2], r3 + a[i + 3]
            r4, r5, r6, r7 = r4 + a[i + 4], r5 + a[i + 5], r6 + a[i + 6], r7 + a[i + 7]
        s = ((r0 + r1) + (r2 + r3)) + ((r4 + r5) + (r6 + r7))
        for i in range(last, end):
            s += a[i]
        return s
    half = n // 2
    half -= half % LANES
    return _pairwise(a, start, start + half) + _pairwise(a, start + half, end)


@inner_kernel
def _finish(columns: Any, starts: Any, out: Any) -> None:
    """Add the columns of each cell, and clear them."""
    for k in range(starts.size):
        end = starts[k + 1] if k + 1 < starts.size else columns.size
        rest = _pairwise(columns, starts[k] + 1, end)
        out[k] = columns[starts[k]] + rest
    for x in range(columns.size):
        columns[x] = 0.0


@inner_kernel
def _add_totals(row: Any, valid: Any, level: Any, n: Any, s: Any, black: Any, open_: Any) -> None:
    origin, half, low, high = level
    for x in range(row.size):
        u = (row[x] / 2 - origin / 2) / half
        counts = valid[x] != 0
        is_black = counts and u <= low
        n[x] += 1.0 if counts else 0.0
        s[x] += u if counts else 0.0
        black[x] += 1.0 if is_black else 0.0
        open_[x] += 1.0 if counts and not is_black and u < high else 0.0


@kernel
def cell_totals(
    v: Any, valid: Any, y0: int, ends: Any, starts: Any, level: Any, columns: Any, out: Any
) -> None:
    """Sum some rows of an image over its cells; the rows come in order.

    Parameters
    ----------
    v : (h, W) ndarray of float64
    valid : (h, W) ndarray of uint8, or (0, 0) if all pixels count
    y0 : int
        The first of the rows.
    ends : ndarray of int64
        The row behind each cell.
    starts : ndarray of int64
        The first column of each cell.
    level : tuple of 4 float
        Levels are ``(v / 2 - origin / 2) / half``; up to `low` they are ink, below `high` doubtful.
    columns : (4, W) ndarray of float64
        The sums of columns, kept from one call to the next; 0 at first.
    out : (4, len(ends), len(starts)) ndarray of float64
        Gets how many pixels there are, their sum, how many are ink, and how many are doubtful.
    """
    some = valid if valid.size else np.ones((1, v.shape[1]), np.uint8)
    k = np.int64(np.searchsorted(ends, y0, side="right"))
    for y in range(v.shape[0]):
        line = some[y if valid.size else 0]
        _add_totals(v[y], line, level, columns[0], columns[1], columns[2], columns[3])
        if y0 + y + 1 == ends[k]:
            for j in range(4):
                _finish(columns[j], starts, out[j, k])
            k += 1


@inner_kernel
def _add_squares(row: Any, valid: Any, level: Any, middle: Any, s: Any) -> None:
    origin, half = level
    for x in range(row.size):
        d = (row[x] / 2 - origin / 2) / half - middle[x]
        s[x] += d * d if valid[x] != 0 else 0.0


@kernel
def cell_squares(
    v: Any,
    valid: Any,
    y0: int,
    ends: Any,
    starts: Any,
    level: Any,
    mean: Any,
    columns: Any,
    out: Any,
) -> None:
    """Sum squared deviations from a level of each cell; as `cell_totals` otherwise.

    Parameters
    ----------
    level : tuple of 2 float
    mean : (len(ends), len(starts)) ndarray of float64
        The levels.
    columns : (W,) ndarray of float64
    out : (len(ends), len(starts)) ndarray of float64
    """
    some = valid if valid.size else np.ones((1, v.shape[1]), np.uint8)
    k = np.int64(np.searchsorted(ends, y0, side="right"))
    middle, known = np.empty(columns.size), np.int64(-1)
    for y in range(v.shape[0]):
        if k != known:
            known = k
            for j in range(starts.size):
                end = starts[j + 1] if j + 1 < starts.size else columns.size
                for x in range(starts[j], end):
                    middle[x] = mean[k, j]
        _add_squares(v[y], some[y if valid.size else 0], level, middle, columns)
        if y0 + y + 1 == ends[k]:
            _finish(columns, starts, out[k])
            k += 1
