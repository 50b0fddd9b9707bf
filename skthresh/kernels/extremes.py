"""The least and the greatest pixel of square windows, row by row.

Down the columns a window is the end of one block of rows and the beginning of the next (van Herk
1992, Gil and Werman 1993). Along a row the reach of each result doubles until it covers the window:
each step is one pass that vectorises, over bytes too.
"""

from __future__ import annotations

from typing import Any

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel

__all__ = ["slide_extremes"]


@inner_kernel
def _smaller(a: Any, b: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = a[x] if a[x] < b[x] else b[x]  # noqa: FURB136  min() looks for NaN


@inner_kernel
def _greater(a: Any, b: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = a[x] if a[x] > b[x] else b[x]  # noqa: FURB136


@inner_kernel
def _copy(row: Any, out: Any) -> None:
    for x in range(out.size):
        out[x] = row[x]


@inlined_kernel
def _columns(v: Any, rows: Any, y: int, j: int, ends: Any, begun: Any, line: Any) -> None:
    """Find the extremes of the columns of the windows around row y.

    Parameters
    ----------
    v : (H, W) ndarray
    rows : (H + kh - 1,) ndarray of int64
        From `border_index`. Windows that end at the border have the extremes of those that repeat
        it.
    j : int
        How many rows after the beginning of a block this is. They come in order, from 0.
    ends : (2, kh, W) ndarray
        From each row of a block to its end: the least, and the greatest.
    begun : (2, 2, W) ndarray
        From the beginning of the next block on, up to this row and up to the one before.
    line : (2, W + kw - 1) ndarray
        Gets the extremes, in its middle.
    """
    kh, width = ends.shape[1], v.shape[1]
    half = (line.shape[1] - width) // 2
    low, high = line[0, half : half + width], line[1, half : half + width]
    row = low  # pixels are copied: of memory that can be written to, loops are compiled once
    _copy(v[rows[y + kh - 1]], row)
    if j == 0:
        _copy(row, ends[0, kh - 1])
        _copy(row, ends[1, kh - 1])
        for i in range(kh - 2, -1, -1):
            _copy(v[rows[y + i]], row)
            _smaller(ends[0, i + 1], row, ends[0, i])
            _greater(ends[1, i + 1], row, ends[1, i])
        _copy(ends[0, 0], low)
        _copy(ends[1, 0], high)
        return
    last, now = begun[(j - 1) % 2], begun[j % 2]  # loops that work in place are not vectorised
    if j == 1:
        _copy(row, now[0])
        _copy(row, now[1])
    else:
        _smaller(last[0], row, now[0])
        _greater(last[1], row, now[1])
    _smaller(ends[0, j], now[0], low)
    _greater(ends[1, j], now[1], high)


@inlined_kernel
def _rows(line: Any, columns: Any, width: int, other: Any, low: Any, high: Any) -> None:
    """Find the extremes of the windows along a row.

    Parameters
    ----------
    line : (2, W + kw - 1) ndarray
        The extremes of columns, from the middle on; is overwritten, as `other`, of its shape, is.
    columns : (W + kw - 1,) ndarray of int64
        From `border_index`.

    low, high : (W,) ndarray
        Get them.
    """
    half = (columns.size - width) // 2
    size = 2 * half + 1
    for k in range(2):
        padded = line[k]
        inside = padded[half : half + width]
        for x in range(half):
            padded[x] = inside[columns[x]]
            padded[half + width + x] = inside[columns[half + width + x]]
    a, b, reach, n = line, other, 1, columns.size
    while 2 * reach <= size:
        n -= reach
        _smaller(a[0, :n], a[0, reach : reach + n], b[0, :n])
        _greater(a[1, :n], a[1, reach : reach + n], b[1, :n])
        a, b, reach = b, a, 2 * reach
    rest = size - reach
    _smaller(a[0, :width], a[0, rest : rest + width], low)
    _greater(a[1, :width], a[1, rest : rest + width], high)


@kernel
def slide_extremes(
    v: Any,
    rows: Any,
    columns: Any,
    part: Any,
    ends: Any,
    begun: Any,
    lines: Any,
    low: Any,
    high: Any,
) -> None:
    """Find the extremes of some rows of windows over the images of a stack.

    Parameters
    ----------
    v : (N, H, W) ndarray
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`, without nothing: windows that end at the border have the extremes of
        those that repeat it.
    part : tuple of 5 int
        The first image and the one behind the last; the first row and the one behind the last, of
        each of them; and the row where `ends` and `begun` began.
    ends, begun : (2, kh, W), (2, 2, W) ndarray
        Kept from one band to the next.
    lines : (2, 2, W + kw - 1) ndarray
        Room to work in.
    low, high : (n * W,) ndarray
        Get the extremes, row after row.
    """
    i0, i1, y0, y1, begin = part
    width, kh = v.shape[2], ends.shape[1]
    line, other = lines[0], lines[1]
    place = 0
    for i in range(i0, i1):
        for y in range(y0, y1):
            _columns(v[i], rows, y, (y - begin) % kh, ends, begun, line)
            a, b = low[place : place + width], high[place : place + width]
            _rows(line, columns, width, other, a, b)
            place += width
