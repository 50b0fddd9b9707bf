"""Medians of square windows over integers of 8 and 16 bits, in two ways.

``v > median - offset`` asks for no median: it holds where more than half of the window are below
``v + offset``. `count_threshold` counts them, pixel by pixel of the window. That is work in
proportion to the window's area, but 64 comparisons are one instruction, so that small windows are
fastest this way.

`column_threshold` finds the median itself, in the same time for every window (Perreault and Hebert
2007). Each column has a histogram of as many pixels as the window is high, which follows the window
down by one pixel out and one in. A window's histogram is the sum of its columns'; a step to the
right adds a column and takes one off. It has two levels: 16 coarse bins, always up to date, and the
16 fine ones of each coarse bin, which are brought up to date when the median is in it.

Four bins of 16 bits are one word of 64: histograms are added four bins at a time, and a product
with `ONES` is the sum of the bins up to each. No bin ever overflows into its neighbour: no count,
and no such sum, is more than a window's pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.apply import BINARY, settle

__all__ = ["MOST", "column_threshold", "count_threshold"]

# Pixels of a window whose histogram has room in bins of 16 bits.
MOST = 2**16 - 1

# Columns whose histograms are held together, of 544 bytes each: they stay in the second cache.
STRIP = 512

# In each of a word's four bins: one, the topmost bit, all others.
ONES, TOPS = np.uint64(0x0001_0001_0001_0001), np.uint64(0x8000_8000_8000_8000)
BELOW_TOPS = np.uint64(0x7FFF_7FFF_7FFF_7FFF)

# Numba makes floats of signed and unsigned together: all that meets a word is unsigned.
ZERO, FOUR, EIGHT, TWELVE, BITS = (np.uint64(n) for n in (0, 4, 8, 12, 16))
TOP_BIT, LAST_BIN = np.uint64(15), np.uint64(48)
HALF, FULL = np.uint64(0x7FFF), np.uint64(0xFFFF)


@inner_kernel
def _copy(line: Any, columns: Any, half: int, padded: Any) -> None:
    """Copy a row, and what stands beyond its ends."""
    n = line.size
    padded[half : half + n] = line
    for x in range(half):
        padded[x] = line[columns[x]]
        padded[half + n + x] = line[columns[half + n + x]]


@inner_kernel
def _raise(v: Any, offset: Any, top: Any, limit: Any) -> None:
    for x in range(limit.size):
        limit[x] = min(max(np.int32(v[x]) + offset, np.int32(0)), top)


@inner_kernel
def _count_one(limit: Any, a: Any, below: Any) -> None:
    for x in range(below.size):
        below[x] += np.uint8(a[x] < limit[x])


@inner_kernel
def _count_three(limit: Any, a: Any, b: Any, c: Any, below: Any) -> None:
    for x in range(below.size):
        t = limit[x]
        below[x] += np.uint8(a[x] < t) + np.uint8(b[x] < t) + np.uint8(c[x] < t)


@inner_kernel
def _count_five(limit: Any, a: Any, b: Any, c: Any, d: Any, e: Any, below: Any) -> None:
    for x in range(below.size):
        t = limit[x]
        some = np.uint8(a[x] < t) + np.uint8(b[x] < t) + np.uint8(c[x] < t)
        below[x] += some + np.uint8(d[x] < t) + np.uint8(e[x] < t)


@inner_kernel
def _flush(below: Any, count: Any) -> None:
    for x in range(count.size):
        count[x] += below[x]
        below[x] = 0


@inner_kernel
def _decide(v: Any, count: Any, half: Any, offset: Any, top: Any, above: Any, out: Any) -> None:
    """Compare counts with half of the window; ``v + offset`` may be above all levels there are."""
    other = above[1]
    for x in range(out.size):
        sure = np.int32(v[x]) + offset > top
        out[x] = above[0] if (count[x] > half) | sure else other


@kernel
def count_threshold(
    v: Any, rows: Any, columns: Any, part: Any, offset: int, rule: Any, out: Any
) -> None:
    """Compare integers with their window's median, less an offset.

    Parameters
    ----------
    v : (N, H, W) ndarray of uint8 or uint16
    rows, columns : (H + kh - 1,), (W + kw - 1,) ndarray of int64
        From `border_index`, without nothing; their lengths tell the window, of `MOST` pixels.
    part : tuple of 4 int
        The first image and row, and those behind the last ones.
    offset : int
        Subtracted from the median; no more than 2**17 either way.
    rule : tuple
        For `skthresh.kernels.apply.settle`, ``BINARY`` or ``BINARY_INV``.
    out : (N, H, W) ndarray
    """
    i0, i1, y0, y1 = part
    height, width = v.shape[1], v.shape[2]
    kh, kw = rows.size - height + 1, columns.size - width + 1
    half, shift = np.uint16(kh * kw // 2), np.int32(offset)
    top = np.int32(255 if v.itemsize == 1 else 65535)
    code, white, zero = rule[0], rule[3], rule[4]
    above = (white, zero) if code == BINARY else (zero, white)
    lines = np.empty((kh, columns.size), v.dtype)
    limit = np.empty(width, v.dtype)
    below, count = np.zeros(width, np.uint8), np.empty(width, np.uint16)
    for i in range(i0, i1):
        for j in range(kh - 1):
            _copy(v[i, rows[y0 + j]], columns, kw // 2, lines[(y0 + j) % kh])
        for y in range(y0, y1):
            last = y + kh - 1
            _copy(v[i, rows[last]], columns, kw // 2, lines[last % kh])
            _raise(v[i, y], shift, top, limit)
            count[:] = 0
            seen = 0
            for j in range(kh):
                line, k = lines[j], 0
                while k < kw:
                    if seen > 250:  # five more are not sure to fit into a byte
                        _flush(below, count)
                        seen = 0
                    a = line[k : k + width]
                    if k + 5 <= kw:
                        b, c = line[k + 1 : k + 1 + width], line[k + 2 : k + 2 + width]
                        d, e = line[k + 3 : k + 3 + width], line[k + 4 : k + 4 + width]
                        _count_five(limit, a, b, c, d, e, below)
                        some = 5
                    elif k + 3 <= kw:
                        b, c = line[k + 1 : k + 1 + width], line[k + 2 : k + 2 + width]
                        _count_three(limit, a, b, c, below)
                        some = 3
                    else:
                        _count_one(limit, a, below)
                        some = 1
                    k += some
                    seen += some
            _flush(below, count)
            _decide(v[i, y], count, half, shift, top, above, out[i, y])


@inner_kernel
def _enter(line: Any, columns: Any, fine: Any, coarse: Any) -> None:
    one = np.uint16(1)
    for c in range(columns.size):
        level = np.intp(line[columns[c]])
        fine[level >> 4, c, level & 15] += one
        coarse[c, level >> 4] += one


@inner_kernel
def _exchange(old: Any, new: Any, columns: Any, fine: Any, coarse: Any) -> None:
    """Move the histogram of each column down by a row."""
    one = np.uint16(1)
    for c in range(columns.size):
        a, b = np.intp(old[columns[c]]), np.intp(new[columns[c]])
        fine[a >> 4, c, a & 15] -= one
        fine[b >> 4, c, b & 15] += one
        coarse[c, a >> 4] -= one
        coarse[c, b >> 4] += one


@inner_kernel
def _find(a: Any, b: Any, c: Any, d: Any, k: Any) -> Any:
    """Find the bin, of 16 in four words, that the pixel of order k is in, and what is below it."""
    word, first, below = a, ZERO, ZERO
    so_far = (a * ONES) >> LAST_BIN
    if so_far <= k:
        word, first, below = b, FOUR, so_far
        so_far += (b * ONES) >> LAST_BIN
        if so_far <= k:
            word, first, below = c, EIGHT, so_far
            so_far += (c * ONES) >> LAST_BIN
            if so_far <= k:
                word, first, below = d, TWELVE, so_far
    sums, rest = word * ONES, k - below
    # A sum is above the rest, which is less than 2**15, if it has the topmost bit or gets it now.
    greater = (((sums & BELOW_TOPS) + (HALF - rest) * ONES) | sums) & TOPS
    j = FOUR - (((greater >> TOP_BIT) * ONES) >> LAST_BIN)
    return first + j, below + (((sums - word) >> (j * BITS)) & FULL)


@inner_kernel
def _catch_up(old: Any, new: Any, then: int, now: int, size: int, words: Any) -> Any:
    """Bring 16 fine bins from one window to a later one, or count them anew if that is less."""
    a, b, c, d = words
    if 2 * (now - then) <= size:
        for x in range(then, now):
            a += new[x, 0] - old[x, 0]
            b += new[x, 1] - old[x, 1]
            c += new[x, 2] - old[x, 2]
            d += new[x, 3] - old[x, 3]
    else:
        a = b = c = d = ZERO
        for x in range(now, now + size):
            a += old[x, 0]
            b += old[x, 1]
            c += old[x, 2]
            d += old[x, 3]
    return a, b, c, d


@inner_kernel
def _medians(fine: Any, coarse: Any, size: int, k: Any, levels: Any) -> None:
    """Find the pixel of order k of each window of a row.

    Parameters
    ----------
    fine : (16, n + size - 1, 4) ndarray of uint64
    coarse : (n + size - 1, 4) ndarray of uint64
        Histograms of columns: each coarse bin's, and the coarse ones.
    size : int
        Columns in a window.
    levels : (n,) ndarray of uint8
    """
    new_coarse, new_fine = coarse[size:], fine[:, size:]
    then, kept = np.full(16, -size - 1), np.empty((16, 4), np.uint64)
    p = q = r = s = ZERO
    for x in range(size):
        p += coarse[x, 0]
        q += coarse[x, 1]
        r += coarse[x, 2]
        s += coarse[x, 3]
    here, below = _find(p, q, r, s, k)
    old, new = fine[here], new_fine[here]
    a, b, c, d = _catch_up(old, new, -size - 1, 0, size, (ZERO, ZERO, ZERO, ZERO))
    levels[0] = here * BITS + _find(a, b, c, d, k - below)[0]
    later = levels[1:]
    for x in range(later.size):
        p += new_coarse[x, 0] - coarse[x, 0]
        q += new_coarse[x, 1] - coarse[x, 1]
        r += new_coarse[x, 2] - coarse[x, 2]
        s += new_coarse[x, 3] - coarse[x, 3]
        there, below = _find(p, q, r, s, k)
        if there == here:  # nearly always: these bins stay in registers
            a += new[x, 0] - old[x, 0]
            b += new[x, 1] - old[x, 1]
            c += new[x, 2] - old[x, 2]
            d += new[x, 3] - old[x, 3]
        else:
            words = kept[here]
            words[0], words[1], words[2], words[3] = a, b, c, d
            then[here] = x
            here, words = there, kept[there]
            old, new = fine[here], new_fine[here]
            state = words[0], words[1], words[2], words[3]
            a, b, c, d = _catch_up(old, new, then[here], x + 1, size, state)
        later[x] = here * BITS + _find(a, b, c, d, k - below)[0]


@inner_kernel
def _less(levels: Any, offset: float, t: Any) -> None:
    for x in range(t.size):
        t[x] = levels[x] - offset


@kernel
def column_threshold(
    v: Any, rows: Any, columns: Any, part: Any, offset: float, rule: Any, out: Any
) -> None:
    """Threshold uint8 at the window's median, less an offset; as `count_threshold` otherwise.

    Parameters
    ----------
    rule : tuple
        For `skthresh.kernels.apply.settle`, any.
    """
    i0, i1, y0, y1 = part
    height, width = v.shape[1], v.shape[2]
    kh, kw = rows.size - height + 1, columns.size - width + 1
    k = np.uint64((kh * kw - 1) // 2)
    strip = min(width, max(STRIP, kw))
    fine = np.empty((16, strip + kw - 1, 16), np.uint16)
    coarse = np.empty((strip + kw - 1, 16), np.uint16)
    words, coarse_words = fine.view(np.uint64), coarse.view(np.uint64)
    levels, t = np.empty(strip, np.uint8), np.empty(strip)
    for i in range(i0, i1):
        for x0 in range(0, width, strip):
            n = min(strip, width - x0)
            around = columns[x0 : x0 + n + kw - 1]
            fine[:] = 0
            coarse[:] = 0
            for j in range(kh):
                _enter(v[i, rows[y0 + j]], around, fine, coarse)
            for y in range(y0, y1):
                if y > y0:
                    _exchange(v[i, rows[y - 1]], v[i, rows[y + kh - 1]], around, fine, coarse)
                _medians(words, coarse_words, kw, k, levels[:n])
                _less(levels[:n], offset, t[:n])
                settle(v[i, y, x0 : x0 + n], t[:n], rule, out[i, y, x0 : x0 + n])
