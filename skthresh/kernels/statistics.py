"""Sums and extremes of windows, a band of rows at a time.

Three engines with one purpose. `slide_sums` slides sums of integers, exactly. `block_windows`
combines floats, or finds extremes, at a cost that does not depend on the window: each window is
the end of one block and the beginning of the next (van Herk 1992, Gil and Werman 1993), so that
nothing from outside a window ever enters its sum, and rounding does not build up along a row.
`line_windows` puts round windows together from rows of different length.

All take borders as index arrays (`border_index`), where -1 stands for nothing at all; `valid`, an
array of shape (H, W), or (0, 0) where all pixels are; and ``[y0, y1)``, the rows to be written.
What is combined is ``((v - centre) * scale) ** power``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel
from skthresh.kernels.slide import slide_down, slide_windows

__all__ = ["ADD", "MAX", "MIN", "block_windows", "line_windows", "slide_sums"]

# Plain integers would have a type each, and so a copy of every kernel that they are given to.
ADD, MIN, MAX = np.int64(0), np.int64(1), np.int64(2)


@inner_kernel
def _load(row: Any, centre: Any, scale: Any, power: int, line: Any) -> None:
    if power == 1:
        for x in range(row.size):
            line[x] = (row[x] - centre) * scale
    else:
        for x in range(row.size):
            d = (row[x] - centre) * scale
            line[x] = d * d


@inner_kernel
def _copy_row(row: Any, line: Any) -> None:
    for x in range(row.size):
        line[x] = row[x]


@inner_kernel
def _drop(valid: Any, nothing: Any, line: Any) -> None:
    for x in range(line.size):
        pixel = line[x]  # read in any case, or LLVM stores one pixel at a time
        line[x] = pixel if valid[x] else nothing


@inner_kernel
def _read(
    v: Any,
    valid: Any,
    r: int,
    centre: Any,
    scale: Any,
    power: int,
    op: int,
    nothing: Any,
    line: Any,
) -> None:
    """Read row r as it is combined; `nothing` stands for what is not there."""
    if r < 0:
        line[:] = nothing
        return
    if op == ADD:
        _load(v[r], centre, scale, power, line)
    else:
        _copy_row(v[r], line)
    if valid.size:
        _drop(valid[r], nothing, line)


@inner_kernel
def _combine(a: Any, b: Any, op: int, out: Any) -> None:
    if op == ADD:
        for x in range(out.size):
            out[x] = a[x] + b[x]
    elif op == MIN:
        for x in range(out.size):
            out[x] = min(a[x], b[x])
    else:
        for x in range(out.size):
            out[x] = max(a[x], b[x])


@inner_kernel
def _pad(line: Any, columns: Any, half: int, nothing: Any, padded: Any) -> None:
    n = line.size
    inner = padded[half : half + n]
    for x in range(n):
        inner[x] = line[x]
    for x in range(half):
        left, right = columns[x], columns[half + n + x]
        padded[x] = line[left] if left >= 0 else nothing
        padded[half + n + x] = line[right] if right >= 0 else nothing


@inner_kernel
def _scan(
    padded: Any, size: int, phase: int, op: int, nothing: Any, ends: Any, starts: Any
) -> None:
    """Combine from each position to the end of its block, and from the block's start to it.

    Of the first block `phase` positions are missing.

    The start's value at the last position of a block would be the whole block, which a window that
    begins with the block has already: it is nothing.
    """
    n = padded.size
    for begin in range(-phase, n, size):
        first, last = max(begin, 0), min(begin + size, n)
        s = nothing
        for x in range(last - 1, first - 1, -1):
            if op == ADD:
                s = s + padded[x]
            elif op == MIN:
                s = min(s, padded[x])
            else:
                s = max(s, padded[x])
            ends[x] = s
        s = nothing
        for x in range(first, last):
            if op == ADD:
                s = s + padded[x]
            elif op == MIN:
                s = min(s, padded[x])
            else:
                s = max(s, padded[x])
            starts[x] = s
        if last - first == size:
            starts[last - 1] = nothing


@inlined_kernel
def _row_windows(
    padded: Any, size: int, left: int, op: int, nothing: Any, ends: Any, starts: Any, out: Any
) -> None:
    if size == 1:
        _copy_row(padded, out)
        return
    _scan(padded, size, left % size, op, nothing, ends, starts)
    _combine(ends, starts[size - 1 :], op, out)


@kernel
def slide_sums(
    v: Any,
    valid: Any,
    rows: Any,
    columns: Any,
    centre: int,
    power: int,
    y0: int,
    y1: int,
    total: Any,
    lines: Any,
    out: Any,
) -> None:
    """Sum integers over windows, exactly.

    Parameters
    ----------
    v : (H, W) ndarray of integers
    total : (W,) ndarray of int64
        The sums of columns, kept from one band to the next; the bands come in order.
    lines : (5, W + kw - 1) ndarray of out's dtype
        Room to work in.
    out : (y1 - y0, W) ndarray of int64
    """
    height, width = v.shape
    kh, kw = rows.size - height + 1, columns.size - width + 1
    one, zero = np.int64(1), np.int64(0)
    line, other, padded = lines[0, :width], lines[1, :width], lines[2]
    for y in range(y0, y1):
        if y == 0:
            total[:] = 0
            for j in range(kh):
                _read(v, valid, rows[j], centre, one, power, ADD, zero, line)
                _combine(total, line, ADD, total)
        else:
            _read(v, valid, rows[y + kh - 1], centre, one, power, ADD, zero, line)
            _read(v, valid, rows[y - 1], centre, one, power, ADD, zero, other)
            slide_down(total, line, other)
        _pad(total, columns, kw // 2, zero, padded)
        slide_windows(padded, kw, out[y - y0])


@kernel
def block_windows(
    v: Any,
    valid: Any,
    rows: Any,
    columns: Any,
    centre: Any,
    scale: Any,
    power: int,
    op: int,
    nothing: Any,
    top: int,
    left: int,
    y0: int,
    y1: int,
    ends: Any,
    start: Any,
    lines: Any,
    out: Any,
) -> None:
    """Combine rectangular windows.

    Parameters
    ----------
    op : int
        ``ADD``, ``MIN`` or ``MAX``; the last two see `v` as it is.
    nothing : scalar of out's dtype
        What changes no result: 0, or the dtype's greatest or least value.
    top, left : int
        Where `v` begins in the image that it is a part of. Blocks are counted from the image's own
        corner, so that sums of floats do not depend on how it was divided.
    ends, start : (kh, W), (W,) ndarray of out's dtype
        Columns from each row of a block to its end, and from the start of the next one; kept from
        one band to the next. The bands come in order.
    lines : (5, W + kw - 1) ndarray of out's dtype
        Room to work in.
    out : (y1 - y0, W) ndarray
    """
    height, width = v.shape
    kh, kw = rows.size - height + 1, columns.size - width + 1
    line, column = lines[0, :width], lines[1, :width]
    padded, row_ends, row_starts = lines[2], lines[3], lines[4]
    for y in range(y0, y1):
        j = (top + y) % kh
        if j == 0 or y == 0:
            first = y - j  # of the block; what is before `v` is in no window
            _read(v, valid, rows[first + kh - 1], centre, scale, power, op, nothing, ends[kh - 1])
            for i in range(kh - 2, j - 1, -1):
                _read(v, valid, rows[first + i], centre, scale, power, op, nothing, line)
                _combine(ends[i + 1], line, op, ends[i])
            start[:] = nothing
            for i in range(kh - j, kh):
                _read(v, valid, rows[y + i], centre, scale, power, op, nothing, line)
                _combine(start, line, op, start)
            if j == 0:
                _copy_row(ends[0], column)
            else:
                _combine(ends[j], start, op, column)
        else:
            _read(v, valid, rows[y + kh - 1], centre, scale, power, op, nothing, line)
            _combine(start, line, op, start)
            _combine(ends[j], start, op, column)
        _pad(column, columns, kw // 2, nothing, padded)
        _row_windows(padded, kw, left, op, nothing, row_ends, row_starts, out[y - y0])


@kernel
def line_windows(
    v: Any,
    valid: Any,
    rows: Any,
    columns: Any,
    halves: Any,
    centre: Any,
    scale: Any,
    power: int,
    op: int,
    nothing: Any,
    left: int,
    y0: int,
    y1: int,
    lines: Any,
    out: Any,
) -> None:
    """Combine windows whose rows have different lengths; as `block_windows` otherwise.

    Parameters
    ----------
    halves : (kh,) ndarray of int64
        Row j of a window reaches so far to both sides of its middle; -1: not at all.
    """
    width = v.shape[1]
    half = (columns.size - width) // 2
    line, windows = lines[0, :width], lines[1, :width]
    padded, row_ends, row_starts = lines[2], lines[3], lines[4]
    for y in range(y0, y1):
        result = out[y - y0]
        result[:] = nothing
        for j in range(halves.size):
            reach = halves[j]
            if reach < 0:
                continue
            _read(v, valid, rows[y + j], centre, scale, power, op, nothing, line)
            _pad(line, columns, half, nothing, padded)
            part = padded[half - reach : half + width + reach]
            _row_windows(part, 2 * reach + 1, left, op, nothing, row_ends, row_starts, windows)
            _combine(result, windows, op, result)
