"""Histograms that slide with a window: its median, and Otsu's split of its pixels.

Pixels come as ranks: small integers that index the bins. A window is a set of lines, one for each
of its rows, so that square and round ones, and those of volumes, are one and the same. One step to
the right takes the first pixel of each line out of the histogram and puts the next one in (Huang
et al. 1979): its cost is in proportion to the window's height, not to its area.

All take ``padded``, an (S, R, W + kw - 1) array of ranks, borders included; ``nothing`` is the rank
of what is not there, one beyond the last level, whose bin nobody reads; and ``halves``, an (S, kh)
array of int64: how far each line reaches to both sides of the window's middle, -1 for not at all.
The histogram is empty before and after: only what was put in is taken out again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import kernel

__all__ = ["median_windows", "otsu_split", "otsu_windows"]


@kernel
def _count(
    padded: Any, halves: Any, y: int, x: int, shift: int, n: int, fine: Any, coarse: Any
) -> None:
    """Count each pixel of the window at (y, x) n times."""
    half = halves.max()
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            reach = halves[s, j]
            if reach >= 0:
                for rank in padded[s, y + j, x + half - reach : x + half + reach + 1]:
                    fine[rank] += n
                    coarse[rank >> shift] += n


@kernel
def _step(
    padded: Any, halves: Any, half: int, y: int, x: int, shift: int, c: int, fine: Any, coarse: Any
) -> int:
    """Move the window from (y, x) to the right; give what the coarse bins below c have gained."""
    gained = 0
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            reach = halves[s, j]
            if reach >= 0:
                line = padded[s, y + j]
                old, new = line[x + half - reach], line[x + half + reach + 1]
                fine[old] -= 1
                fine[new] += 1
                coarse_old, coarse_new = old >> shift, new >> shift
                coarse[coarse_old] -= 1
                coarse[coarse_new] += 1
                gained += int(coarse_new < c) - int(coarse_old < c)
    return gained


@kernel
def _step_fine(padded: Any, halves: Any, half: int, y: int, x: int, fine: Any) -> None:
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            reach = halves[s, j]
            if reach >= 0:
                line = padded[s, y + j]
                fine[line[x + half - reach]] -= 1
                fine[line[x + half + reach + 1]] += 1


@kernel
def _next(rank: int, shift: int, fine: Any, coarse: Any) -> int:
    """Give the next rank that occurs, which there must be."""
    rank += 1
    while fine[rank] == 0:
        rank += 1
        if rank == (rank >> shift) << shift:  # the first of a coarse bin
            while coarse[rank >> shift] == 0:
                rank += 1 << shift
    return rank


@kernel
def median_windows(
    padded: Any, halves: Any, nothing: int, shift: int, fine: Any, coarse: Any, out: Any
) -> None:
    """Find the median of each window; of an even number of pixels the two in the middle.

    Parameters
    ----------
    shift : int
        A coarse bin holds ``2 ** shift`` fine ones.
    fine, coarse : ndarray of int32
        Empty histograms, the fine one of ``nothing + 1`` bins.
    out : (2, rows, W) ndarray of int64
        Gets the ranks of the lower and the upper one; -1 where a window holds no pixel.
    """
    lower, upper = out[0], out[1]
    rows, width = lower.shape
    half = halves.max()
    size = 0
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            size += max(2 * halves[s, j] + 1, 0)
    for y in range(rows):
        _count(padded, halves, y, 0, shift, 1, fine, coarse)
        c, below = 0, 0  # the coarse bin that the median was in, and how many pixels are below it
        for x in range(width):
            n = size - fine[nothing]
            if n == 0:
                lower[y, x] = upper[y, x] = -1
            else:
                k = (n - 1) // 2
                while below > k:
                    c -= 1
                    below -= coarse[c]
                while below + coarse[c] <= k:
                    below += coarse[c]
                    c += 1
                rank = c << shift
                so_far = below + fine[rank]
                while so_far <= k:
                    rank += 1
                    so_far += fine[rank]
                lower[y, x] = rank
                upper[y, x] = rank if n // 2 < so_far else _next(rank, shift, fine, coarse)
            if x + 1 < width:
                below += _step(padded, halves, half, y, x, shift, c, fine, coarse)
        _count(padded, halves, y, width - 1, shift, -1, fine, coarse)


@kernel
def _multiply(a: Any, b: Any) -> Any:
    """Multiply two uint64 into 128 bits, high and low."""
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a0, a1, b0, b1 = a & mask, a >> half, b & mask, b >> half
    low = a0 * b0
    middle = a1 * b0 + (low >> half)
    other = a0 * b1 + (middle & mask)
    return a1 * b1 + (middle >> half) + (other >> half), (other << half) | (low & mask)


@kernel
def _product(s: int, d: int) -> Any:
    """Give ``s * s * d`` in 192 bits."""
    factor = np.uint64(d)
    high, low = _multiply(np.uint64(s), np.uint64(s))
    carry, lowest = _multiply(low, factor)
    top, middle = _multiply(high, factor)
    total = middle + carry
    return top + np.uint64(total < middle), total, lowest


@kernel
def _is_greater(s: int, d: int, other_s: int, other_d: int) -> bool:
    """Tell whether ``s ** 2 / d > other_s ** 2 / other_d``, exactly."""
    a, b = _product(s, other_d), _product(other_s, d)
    if a[0] != b[0]:
        return bool(a[0] > b[0])
    if a[1] != b[1]:
        return bool(a[1] > b[1])
    return bool(a[2] > b[2])


@kernel
def otsu_split(fine: Any, levels: Any, exact: bool, slack: float) -> int:
    """Find the rank whose split has the greatest between-class variance, the lowest of equals.

    With n pixels of sum t, and w of them, of sum m, in the lower class, the variance is
    ``(t w - m n)**2 / (w (n - w))`` over n**2, which is the same for all.
    """
    first, last = 0, levels.size - 1
    while first <= last and fine[first] == 0:
        first += 1
    if first > last:
        return -1
    while fine[last] == 0:
        last -= 1
    zero = levels[first]
    n, t = 0, levels[first] - zero
    for i in range(first, last + 1):
        n += fine[i]
        t += fine[i] * (levels[i] - zero)
    w, m = 0, levels[first] - zero
    best, best_s, best_d = first, m, 1
    for i in range(first, last):
        if fine[i] == 0:
            continue
        w += fine[i]
        m += fine[i] * (levels[i] - zero)
        s, d = abs(t * w - m * n), w * (n - w)
        a = float(s) * float(s) * float(best_d)
        b = float(best_s) * float(best_s) * float(d)
        better = a > b * (1 + slack)
        if exact and not better and a >= b * (1 - slack):
            better = _is_greater(int(s), d, int(best_s), best_d)
        if better:
            best, best_s, best_d = i, s, d
    return best


@kernel
def otsu_windows(
    padded: Any, halves: Any, ys: Any, xs: Any, levels: Any, exact: bool, fine: Any, out: Any
) -> None:
    """Find Otsu's split of windows: the rank that is the highest of the lower class.

    Parameters
    ----------
    ys, xs : ndarray of int64
        The rows and columns of the windows that are asked for, ascending.
    levels : (nothing,) ndarray of int64 or float64
        The grey level of each rank, ascending.
    exact : bool
        Whether levels are integers, and their sums over pairs of pixels fit into 64 bits. Splits
        that float64 cannot tell apart are then compared exactly; else they are equal.
    fine : (nothing + 1,) ndarray of int32
        An empty histogram.
    out : (len(ys), len(xs)) ndarray of int64
        Gets ranks; -1 where a window holds no pixel.
    """
    half = halves.max()
    slack = 1e-14 if exact else 1e-12
    coarse, shift = np.zeros(1, np.int32), 63  # one bin for all: nothing is looked up there
    for i in range(ys.size):
        x = xs[0]
        _count(padded, halves, ys[i], x, shift, 1, fine, coarse)
        for k in range(xs.size):
            while x < xs[k]:
                _step_fine(padded, halves, half, ys[i], x, fine)
                x += 1
            out[i, k] = otsu_split(fine, levels, exact, slack)
        _count(padded, halves, ys[i], x, shift, -1, fine, coarse)
