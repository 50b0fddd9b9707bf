"""What criteria share: small numbers for grey levels, classes of a split, the first of equals."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array

__all__ = ["Classes", "classes", "first_maximum", "level", "occupied", "relative"]

Floats = NDArray[np.float64]

# Values of a criterion that differ by less than this share are equal: rounding decides nothing.
EQUAL = 1e-12


def occupied(counts: Any, centers: Any) -> tuple[Array, Array]:
    """Drop the empty bins: a split at one is the split below it."""
    counts, centers = np.asarray(counts), np.asarray(centers)
    some = counts > 0
    return counts[some], centers[some]


def relative(centers: Array) -> Floats:
    """Measure grey levels from the lowest one, with as many digits as float64 has.

    Examples
    --------
    >>> relative(np.array([2**63, 2**63 + 1], np.uint64))
    array([0., 1.])
    """
    if centers.dtype.kind in "iu":  # unsigned differences are right whatever the range
        return np.asarray((centers.astype(np.uint64) - np.uint64(centers[0])).astype(np.float64))
    return np.asarray(centers - centers[0], np.float64)


def level(centers: Array, distance: float) -> float:
    """Give the grey level at a distance from the lowest one; the whole level below, of integers.

    Examples
    --------
    >>> level(np.array([-3, 5]), 4.5)
    1
    """
    whole = centers.dtype.kind in "iu" and math.isfinite(distance)
    found: float = centers[0].item() + (math.floor(distance) if whole else distance)
    return found


def first_maximum(values: Floats) -> int:
    """Give the index of the maximum, the first of those that are equal to it; NaN is none."""
    greatest = np.nanmax(values)
    slack = EQUAL * max(abs(greatest), np.finfo(np.float64).tiny)
    return int(np.flatnonzero(values >= greatest - slack)[0])


class Classes(NamedTuple):
    """The two classes of every split: entry i is for ``<= centers[i]`` and ``> centers[i]``."""

    weight: tuple[Floats, Floats]  # shares of the pixels
    mean: tuple[Floats, Floats]  # relative to the lowest level


def classes(counts: Array, centers: Array) -> Classes:
    """Give weights and means of both classes of every split but the last, of occupied bins.

    Examples
    --------
    >>> classes(np.array([1, 1, 2]), np.array([0, 2, 8])).mean
    (array([0., 1.]), array([6., 8.]))
    """
    p = counts / counts.sum()
    moments = p * relative(centers)
    # each class is summed from its own end, so that small ones keep their digits
    low, high = np.cumsum(p)[:-1], np.cumsum(p[:0:-1])[::-1]
    mean_low, mean_high = np.cumsum(moments)[:-1] / low, np.cumsum(moments[:0:-1])[::-1] / high
    return Classes((low, high), (mean_low, mean_high))
