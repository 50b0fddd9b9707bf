"""The best division of a histogram into any number of classes, exactly.

float64 narrows down where the classes can end, with a bound on its error; integers decide.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.kernels import partition as kernels

__all__ = ["best_partition"]

Floats = NDArray[np.float64]

# What is less has sums and differences that fit into int64, though float64 has rounded it.
LARGE = 2.0**61

# Integers of so many bits are the sum of two float64, exactly.
TWO_FLOATS = 105

# The error of one gain and of its sum with others, relative to the greatest sum: nine roundings, of
# half an eps at most each, and room to spare.
ROUNDING = 8 * np.finfo(np.float64).eps


def best_partition(counts: Array, centers: Array, n_classes: int) -> list[int]:
    """Divide the levels of a histogram so that the variance between classes is the greatest.

    Parameters
    ----------
    counts : ndarray of shape (n_bins,)
        Pixels per bin, none of them 0.
    centers : ndarray of shape (n_bins,)
        Grey level of each bin, ascending.
    n_classes : int
        From 2 to n_bins.

    Returns
    -------
    ends : list of int
        How many bins there are up to the end of each class but the last. Among equals each is as
        low as it can be.

    Notes
    -----
    The sum of ``moment ** 2 / weight`` over the classes is maximised by dynamic programming, in
    float64, from both ends. Together the two say of each place how much can be gained if a class
    ends there. Places that may be part of the best division, by the bound on the error, are then
    compared in integer arithmetic. Mostly there is one for each class.

    Examples
    --------
    >>> best_partition(np.array([2, 2, 1, 3, 1]), np.array([0, 1, 8, 9, 20]), 3)
    [2, 4]
    """
    weights, moments = _sums(counts, centers)
    candidates = _candidates(weights, moments, n_classes)
    if all(len(places) == 1 for places in candidates):
        return [int(places[0]) for places in candidates]
    return _decide(weights, moments, candidates)


def _sums(counts: Array, centers: Array) -> tuple[Array, Array]:
    """Sum weights and moments of the first bins, exactly: as int64, or as Python's integers.

    Levels are measured from the one next to their mean, so that what is computed of the moments is
    not much greater than the variance. Floats are scaled to integers by powers of two.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        total = counts.sum(dtype=np.float64)
        middle = np.abs(centers - counts / total @ centers.astype(np.float64)).argmin()
        span = float(centers[-1]) - float(centers[0])
        greatest = total * span  # that a sum of moments may be
    if counts.dtype.kind in "iu" and total < LARGE:
        counts = counts.astype(np.int64)
    else:
        counts = _as_integers(counts)
    if centers.dtype.kind in "iu" and span < LARGE:
        bits = centers.astype(np.uint64)  # what wraps below 0 is negative as int64
        levels = (bits - bits[middle]).astype(np.int64)
    else:
        levels = _as_integers(centers)
        levels = levels - levels[middle]
    factor = counts if greatest < LARGE else counts.astype(object)
    return _running(counts), _running(factor * levels)


def _running(values: Array) -> Array:
    return np.concatenate([[0], np.cumsum(values)])


def _as_integers(values: Array) -> Array:
    """Give Python's integers, in proportion to numbers that may be floats."""
    if values.dtype.kind in "iu":
        return values.astype(object)
    mantissa, exponent = np.frexp(values)
    exponent = exponent - exponent[values != 0].min()
    digits = np.ldexp(mantissa, 53).astype(np.int64).astype(object)
    return np.asarray(digits << np.maximum(exponent, 0).astype(object))


def _candidates(weights: Array, moments: Array, n_classes: int) -> list[Array]:
    """Give the places where each class but the last can end."""
    n = len(weights) - 1
    sums = _as_floats(weights, moments)
    if sums is None:
        return [np.arange(m, n - n_classes + m + 1) for m in range(1, n_classes)]
    after = list(_gains(np.ascontiguousarray(-sums[:, ::-1]), n_classes - 1))
    # Each number of classes adds one rounding for each time that the places are halved: what is
    # chosen in the middle by a rounded gain may shut out a better place by as much.
    slack = 2 * n_classes * (2 * n.bit_length() + 2) * ROUNDING
    found = []
    for m, before in enumerate(_gains(sums, n_classes - 1), start=1):
        both = before + after[n_classes - 1 - m][::-1]
        found.append(np.flatnonzero(both >= both.max() * (1 - slack)))
    return found


def _gains(sums: Floats, n_classes: int) -> Iterator[Floats]:
    """Give the gains of the first bins as 1, 2, ... classes."""
    gains = np.empty(sums.shape[1])
    kernels.one_class(sums, gains)
    yield gains
    for m in range(2, n_classes + 1):
        before, gains = gains, np.empty_like(gains)
        kernels.add_class(before, sums, m, gains)
        yield gains


def _as_floats(weights: Array, moments: Array) -> Floats | None:
    """Give sums as pairs of float64; None if that is not precise enough."""
    rows: list[Floats] = []
    for sums in (weights, moments):
        parts = sums
        if sums.dtype == object:
            excess = int(np.abs(sums).max()).bit_length() - TWO_FLOATS
            if excess > 0:  # what is cut off must be nothing to the lightest bin
                if weights[-1] >> 48 >= np.diff(weights).min():
                    return None
                parts = sums >> excess
        high = parts.astype(np.float64)
        if sums.dtype == object:
            back: Array = np.array([int(h) for h in high.tolist()], object)
        else:
            back = high.astype(np.int64)
        rows += [high, (parts - back).astype(np.float64)]
    return np.stack(rows)


def _decide(weights: Array, moments: Array, candidates: list[Array]) -> list[int]:
    """Find the best of the places by integers."""
    n, n_classes = len(weights) - 1, len(candidates) + 1
    places = np.unique(np.concatenate([[0, n], *candidates]))
    w, m = (dict(zip(places.tolist(), s[places].tolist(), strict=True)) for s in (weights, moments))
    # Two sums of fractions that differ do so by at least the inverse of their common denominator.
    # With so many binary digits that is more than all the digits that are cut off can hide.
    digits = 2 * n_classes * w[n].bit_length() + (4 * n_classes).bit_length()

    def gain(i: int, j: int) -> int:
        return ((m[j] - m[i]) ** 2 << digits) // (w[j] - w[i])

    after, chosen = {n: 0}, []
    for before in reversed([[0], *(c.tolist() for c in candidates)]):
        ends = _best_ends(before, after, gain, n_classes)
        after = {i: gain(i, j) + after[j] for i, j in ends.items()}
        chosen.append(ends)
    path = [0]
    for ends in reversed(chosen):
        path.append(ends[path[-1]])
    return path[1:-1]


def _best_ends(
    starts: list[int], after: dict[int, int], gain: Callable[[int, int], int], hidden: int
) -> dict[int, int]:
    """Find the best end of a class for each start that has one; the lowest of equals.

    Gains that differ by no more than `hidden` are equal.
    """
    ends = list(after)
    starts = [i for i in starts if i < ends[-1]]
    found: dict[int, int] = {}

    def fill(low: int, high: int, first: int, last: int) -> None:
        """Fill ``starts[low:high]``, whose ends are between two known ones."""
        if low >= high:
            return
        middle = (low + high) // 2
        i, best, best_k = starts[middle], -1, last
        for k in range(max(first, bisect_right(ends, i)), last + 1):
            value = gain(i, ends[k]) + after[ends[k]]
            if best < 0 or value > best + hidden:
                best, best_k = value, k
        found[i] = ends[best_k]
        fill(low, middle, first, best_k)
        fill(middle + 1, high, best_k, last)

    fill(0, len(starts), 0, len(ends) - 1)
    return dict(sorted(found.items()))
