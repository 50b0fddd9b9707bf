"""Loops over a histogram that NumPy cannot run for all splits, or all levels, at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = ["MORE", "fuzziness_bounds", "information", "smooth", "tabulate"]

# ---- Smoothing until there are two peaks

# What `find_peaks` answers if there are three peaks or more.
MORE = 3

# Sums of three grow by 3 at each smoothing; after so many they are brought back by a power of two,
# which rounds nothing. The greatest one has this exponent then: far from overflow, and as far from
# underflow as can be.
UNSCALED, EXPONENT = 32, 900


@kernel
def find_peaks(h: Any, at: Any) -> Any:
    """Find the peaks of a curve, as far as the third one; tell how many there are.

    A peak that is flat on top is at the last of its highest points; ends may be peaks. `at` gets
    the first peak, the lowest point after it, the second peak, and so on.
    """
    n, rises, best = 0, True, 0
    for i in range(1, h.size):
        if (h[i] >= h[best]) if rises else (h[i] <= h[best]):
            best = i
            continue
        at[2 * n - (not rises)] = best
        n += rises
        if n == MORE:
            return n
        rises, best = not rises, i
    if rises:
        at[2 * n] = best
        n += 1
    return n


@inner_kernel
def _sums_of_three(h: Any, out: Any) -> None:
    # the sum of both neighbours first: a mirrored curve has mirrored sums, to the last bit
    left, middle, right = h[:-2], h[1:-1], h[2:]
    for i in range(left.size):
        out[i] = (left[i] + right[i]) + middle[i]


@kernel
def smooth(h: Any, other: Any, at: Any, limit: int, whole: bool) -> Any:
    """Smooth a curve by running means of three until it has no more than two peaks.

    Parameters
    ----------
    h, other : ndarray of float64
        The curve, which is overwritten, and as much memory again.
    at : ndarray of five int64
        Gets the peaks and the lowest points between them, as `find_peaks` gives them.
    limit : int
        The most often that it is smoothed.
    whole : bool
        Whether the curve ends where the array does: then the ends are repeated. Else the array is
        the beginning of the curve, and each smoothing makes what is known of it shorter by one.

    Returns
    -------
    h : ndarray of float64
        The smooth curve, up to a factor.
    n_peaks : int
        `MORE` if it has more than two peaks, still.
    n_smoothings : int
    """
    n_peaks, k = find_peaks(h, at), 0
    while n_peaks == MORE and k < limit:
        if k % UNSCALED == 0:
            top = 0.0
            for i in range(h.size):
                top = max(top, h[i])
            h *= math.ldexp(1.0, EXPONENT - math.frexp(top)[1])
        size = h.size
        _sums_of_three(h, other[1 : size - 1])
        other[0] = 2 * h[0] + h[1]
        other[size - 1] = h[size - 2] + 2 * h[size - 1]
        h, other = other, h
        if not whole:
            h, other = h[: size - 1], other[: size - 1]
        k += 1
        # Three points with lower ones between them are three peaks, wherever these have moved to.
        known = at[4] < h.size
        if known:
            low, lower = h[at[1]], h[at[3]]
            known = h[at[0]] > low < h[at[2]] > lower < h[at[4]]
        if not known:
            n_peaks = find_peaks(h, at)
    return h, n_peaks, k


# ---- Shanbhag's information of a class


@kernel
def information(p: Any, cumulative: Any, start: int, n_terms: int, out: Any) -> None:
    """Expand ``-sum(p[j] / P[i] * ln(1 - P[j - 1] / (2 P[i])))`` in powers, for every class i.

    Parameters
    ----------
    p, cumulative : ndarray of float64
        The shares of levels, and their sums P.
    start : int
        The classes are those of ``p[:i + 1]``, for i from `start` on. They must be of similar size:
        powers are of P in units of the largest one.
    n_terms : int
        Terms of the series; each is at most half as large as the one before it.
    out : ndarray of float64 of the length of p
        Gets the sums, from `start` on.
    """
    n, unit = p.size, cumulative[p.size - 1]
    terms, half, whole, power = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    for j in range(n):  # a loop compiles much faster than the arrays as a whole
        terms[j], whole[j] = p[j] / unit, cumulative[j] / unit
        half[j] = cumulative[j - 1] / (2 * unit) if j else 0.0
        power[j] = whole[j]
    out[start:] = 0.0
    for k in range(1, n_terms + 1):
        series = 0.0
        for j in range(start):
            terms[j] *= half[j]
            series += terms[j]
        for j in range(start, n):
            terms[j] *= half[j]
            series += terms[j]
            power[j] *= whole[j]
            out[j] += series / (k * power[j])


# ---- Huang's fuzziness, bounded from below

# The entropy is interpolated between distances of equal ratio, so many for each power of two from
# 2**-24 to 1: those whose float64 has no other bits than the highest 20.
PER_OCTAVE, OCTAVES = 256, 24
_BITS, _FIRST = np.int64(52 - 8), np.int64((1023 - OCTAVES) * PER_OCTAVE)


def tabulate(function: Any) -> Any:
    """Tabulate a function of distances up to 1, 0 at 0, for `fuzziness_bounds`.

    Row k is for distances from ``row[0]`` to that of the next row, and says that the function is
    ``row[1] + u * (row[2] + u * row[3])`` at ``row[0] + u``: the parabola through both ends and the
    middle. The first row is the chord from 0.
    """
    ends = (np.arange(OCTAVES * PER_OCTAVE + 2) + _FIRST << _BITS).view(np.float64)
    ends[0] = 0.0
    lo, width = ends[:-1], np.diff(ends)
    at_lo, at_middle, at_hi = function(lo), function(lo + width / 2), function(ends[1:])
    curvature = 2 * (at_lo - 2 * at_middle + at_hi) / width**2
    curvature[0] = 0.0
    slope = (at_hi - at_lo) / width - curvature * width
    return np.stack([lo, at_lo, slope, curvature], axis=1)


@kernel
def _entropy(table: Any, distance: float) -> Any:
    """Interpolate the entropy at a distance."""
    bits = np.float64(distance).view(np.int64)
    row = table[max((bits >> _BITS) - _FIRST, 0)]
    u = distance - row[0]
    return row[1] + u * (row[2] + u * row[3])


@inner_kernel
def _weights(h: Any, lo: int, end: int, other: int) -> Any:
    """Divide the weight of the levels from `lo` to `end` among `lo` and `other`; keep the mean."""
    x, share, moment = h
    mass, width = share[end] - share[lo], x[other] - x[lo]
    if end == lo + 1 or width == 0:
        return mass, 0.0
    at_other = (moment[end] - moment[lo] - mass * x[lo]) / width
    return mass, min(max(at_other, 0.0), mass)


@kernel
def fuzziness_bounds(h: Any, means: Any, groups: Any, table: Any, splits: Any, out: Any) -> None:
    """Bound Huang's fuzziness of splits from below, but for the errors of the table.

    On one side of a class's mean the entropy is concave in the level, so that over a group of
    levels it is not below the chord between the ends of the group.

    Parameters
    ----------
    h : tuple of three ndarray of float64
        The n levels, from 0 to 1; their shares, summed from the left, from 0 on: n + 1 numbers; as
        many sums of shares times levels.
    means : tuple of two ndarray of float64
        The mean of the lower class of each split, and that of the upper class.
    groups : tuple of two ndarray of int
        The first level of each group, and n; the group of each level.
    table : ndarray of float64
        The entropy, from `tabulate`.
    splits : ndarray of int
        Ascending.
    out : ndarray of float64 of the length of splits
    """
    x, (low, high), (first, group) = h[0], means, groups
    n, a, b = x.size, 0, 0
    levels, masses, at_right = x[first[:-1]], np.empty(first.size - 2), np.empty(first.size - 2)
    for g in range(masses.size):
        masses[g], at_right[g] = _weights(h, first[g], first[g + 1], first[g + 1])
    for k in range(splits.size):
        i = splits[k]
        while x[a] <= low[i] and a < i:
            a += 1
        b = max(b, i + 1)
        while b < n - 1 and x[b] <= high[i]:
            b += 1
        # Levels below and above the mean of the lower class, and those of the upper one.
        total, hi = 0.0, first[0]  # 0, of the type of all the others
        for part in range(4):
            lo, hi = hi, (a, i + 1, b, n)[part]
            if lo == hi:
                continue
            mean = low[i] if part < 2 else high[i]
            left = _entropy(table, abs(x[lo] - mean))
            g, last = group[lo], group[hi - 1]
            if g < last:
                # A group ends at the first level of the next one: each entropy serves twice.
                end = first[g + 1]
                mass, other = _weights(h, lo, end, end)
                right = _entropy(table, abs(x[end] - mean))
                total += mass * left + other * (right - left)
                for j in range(g + 1, last):
                    left, right = right, _entropy(table, abs(levels[j + 1] - mean))
                    total += masses[j] * left + at_right[j] * (right - left)
                lo, left = first[last], right
            mass, other = _weights(h, lo, hi, hi - 1)
            right = _entropy(table, abs(x[hi - 1] - mean))
            total += mass * left + other * (right - left)
        out[k] = total
