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

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel
from skthresh.kernels.arithmetic import LOWER

__all__ = ["SMALL", "median_windows", "otsu_packed", "otsu_split", "otsu_windows"]

# Windows and images of no more pixels have products of sums that float64 holds exactly, if their
# levels add up to less than 2**31 (`otsu_packed`).
SMALL = 2**22

# A number that is written out has a type of its own: a function that takes it is compiled again.
ONE, PUT_IN, TAKEN_OUT = np.int64(1), np.int32(1), np.int32(-1)

# Bins that are looked through together for any that is not empty.
BLOCK = 16

# Variances that differ by more units in the last place than this differ for certain.
DOUBT = 64


@inlined_kernel
def _extent(halves: Any) -> Any:
    """Give how far a window reaches to a side, and how many pixels it has."""
    half, size = np.int64(0), np.int64(0)
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            half = max(half, halves[s, j])
            size += max(2 * halves[s, j] + 1, 0)
    return half, size


@inner_kernel
def _count(
    padded: Any, halves: Any, half: int, y: int, x: int, shift: int, n: int, fine: Any, coarse: Any
) -> None:
    """Count each pixel of the window at (y, x) n times."""
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            reach = halves[s, j]
            if reach >= 0:
                for rank in padded[s, y + j, x + half - reach : x + half + reach + 1]:
                    fine[rank] += n
                    coarse[rank >> shift] += n


@inlined_kernel
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


@inner_kernel
def _step_fine(padded: Any, halves: Any, half: int, y: int, x: int, ends: Any, fine: Any) -> Any:
    """Move the window to the right; give ranks between which all are that occur."""
    lo, hi = ends
    nothing = fine.size - 1
    for s in range(halves.shape[0]):
        for j in range(halves.shape[1]):
            reach = halves[s, j]
            if reach >= 0:
                line = padded[s, y + j]
                fine[line[x + half - reach]] -= 1
                new = np.int64(line[x + half + reach + 1])
                fine[new] += 1
                lo = min(lo, new)
                hi = max(hi, new if new < nothing else np.int64(-1))
    return lo, hi


@inlined_kernel
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
    half, size = _extent(halves)
    for y in range(rows):
        _count(padded, halves, half, y, 0, shift, PUT_IN, fine, coarse)
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
        _count(padded, halves, half, y, width - 1, shift, TAKEN_OUT, fine, coarse)


@inner_kernel
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
    best, best_s, best_d = first, m, ONE
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


@inner_kernel
def _packed_sums(fine: Any, steps: Any, size: int, sums: Any) -> Any:
    s = np.int64(0)
    for i in range(size):
        s += fine[i] * steps[i]
        sums[i] = s
    return s


@inner_kernel
def _variances(sums: Any, n: Any, t: Any, size: int, out: Any) -> None:
    for i in range(size):
        w, m = np.float64(sums[i] & LOWER), np.float64(sums[i] >> 32)
        s = t * w - m * n
        out[i] = s * s / (w * (n - w))


@inner_kernel
def _greatest(bits: Any, size: int) -> Any:
    greatest = np.int64(0)
    for i in range(size):
        greatest = max(greatest, bits[i])
    return greatest


@inner_kernel
def _find(bits: Any, limit: Any, size: int) -> Any:
    """Count the numbers that are not below a limit, and find the first one."""
    n, first = np.int64(0), np.int64(size)
    for i in range(size):
        n += np.int64(bits[i] >= limit)
        first = min(first, np.int64(i) if bits[i] >= limit else np.int64(size))
    return n, first


@kernel
def otsu_packed(fine: Any, steps: Any, first: int, last: int, sums: Any, work: Any) -> int:
    """Find the rank whose split has the greatest between-class variance, exactly; of few pixels.

    As `otsu_split`, but the variances of all splits are computed side by side. Positive floats are
    in the order of their bits, whose greatest is found side by side, too.

    Parameters
    ----------
    fine : ndarray
        How many pixels there are of each rank; at most `SMALL` in all.
    steps : ndarray of int64
        For each rank 1, and in the upper half of the integer the grey level; not negative, their
        sum over all pixels less than 2**31. The sums of both are one addition.
    first, last : int
        The first and the last rank that occurs; ``first > last`` if none does.
    sums, work : ndarray of int64 and of float64, as long as `steps`
        Memory.
    """
    if first >= last:
        return first if first == last else -1
    size = last - first
    total = _packed_sums(fine[first:], steps[first:], size, sums) + fine[last] * steps[last]
    n, t = total & LOWER, total >> 32
    _variances(sums, np.float64(n), np.float64(t), size, work)
    bits = work.view(np.int64)
    limit = _greatest(bits, size) - DOUBT
    others, best = _find(bits, limit, size)
    k = best
    while others > 1:
        k += 1
        if bits[k] < limit:
            continue
        others -= 1
        if sums[k] != sums[best]:  # an empty level's split is the one below it
            w, m = sums[k] & LOWER, sums[k] >> 32
            w_best, m_best = sums[best] & LOWER, sums[best] >> 32
            s, s_best = abs(t * w - m * n), abs(t * w_best - m_best * n)
            if _is_greater(s, w * (n - w), s_best, w_best * (n - w_best)):
                best = k
    return first + best


@inner_kernel
def _ends(fine: Any, n: int) -> Any:
    """Find the first and the last of n bins that are not empty; n and less than that if all are."""
    first, last = np.int64(0), np.int64(n - 1)
    some = np.int64(0)
    while first + BLOCK <= n and some == 0:
        for i in range(first, first + BLOCK):
            some |= fine[i]
        first += 0 if some else BLOCK
    while first < n and fine[first] == 0:
        first += 1
    some = np.int64(0)
    while last - BLOCK > first and some == 0:
        for i in range(last - BLOCK + 1, last + 1):
            some |= fine[i]
        last -= 0 if some else BLOCK
    while last >= first and fine[last] == 0:
        last -= 1
    return first, last


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
    size = int(np.maximum(2 * halves + 1, 0).sum())
    small = exact and 0 < size <= SMALL and len(levels) > 0 and levels[-1] < 2**31 // size
    steps = 1 + (levels.astype(np.int64) << 32) if small else np.empty(len(levels), np.int64)
    room = np.empty(len(levels), np.int64), np.empty(len(levels))
    coarse = np.zeros(1, np.int32)  # one bin for all: nothing is looked up there
    _split_windows(padded, halves, ys, xs, levels, exact, small, steps, room, fine, coarse, out)


@kernel
def _split_windows(
    padded: Any,
    halves: Any,
    ys: Any,
    xs: Any,
    levels: Any,
    exact: bool,
    small: bool,
    steps: Any,
    room: Any,
    fine: Any,
    coarse: Any,
    out: Any,
) -> None:
    """Do as `otsu_windows` says; if windows are small, as `otsu_packed` does."""
    half, _ = _extent(halves)
    slack, shift, (sums, work) = 1e-14 if exact else 1e-12, 63, room
    for i in range(ys.size):
        x = xs[0]
        _count(padded, halves, half, ys[i], x, shift, PUT_IN, fine, coarse)
        first, last = _ends(fine, levels.size)
        for k in range(xs.size):
            while x < xs[k]:
                first, last = _step_fine(padded, halves, half, ys[i], x, (first, last), fine)
                x += 1
            if small:
                while first < levels.size and fine[first] == 0:
                    first += 1
                while last >= first and fine[last] == 0:
                    last -= 1
                out[i, k] = otsu_packed(fine, steps, first, last, sums, work)
            else:
                out[i, k] = otsu_split(fine, levels, exact, slack)
        _count(padded, halves, half, ys[i], x, shift, TAKEN_OUT, fine, coarse)
