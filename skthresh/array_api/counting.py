"""Count grey levels where arrays live: the twin of `skthresh.kernels.count`.

What is counted is small, and comes back as NumPy arrays; the pixels stay.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.array_api.namespace import Space, as_host

__all__ = [
    "count_bins",
    "count_bytes",
    "count_equal",
    "count_levels",
    "count_words",
    "finite_range",
    "flat",
    "level_range",
    "scaled_keys",
    "unique_levels",
]

Counts = NDArray[np.int64]


def flat(v: Any) -> Any:
    """Give an array as one row."""
    return Space.of(v).xp.reshape(v, (-1,))


def count_bytes(v: Any) -> Counts:
    """Count the 256 levels of a flat array of bytes."""
    return count_levels(v, 0, 256)


def count_words(v: Any) -> Counts:
    """Count the 65536 levels of a flat array of 16-bit levels."""
    return count_levels(v, 0, 65536)


def count_levels(v: Any, lowest: Any, n_levels: int) -> Counts:
    """Count the levels ``lowest, lowest + 1, ...`` of a flat integer array that holds no others."""
    xp = Space.of(v).xp
    return _bincount(xp.astype(v, xp.int64) - int(lowest), n_levels)


def level_range(v: Any) -> tuple[int, int]:
    """Find the least and the greatest of a flat integer array."""
    xp = Space.of(v).xp
    return int(xp.min(v)), int(xp.max(v))


def unique_levels(v: Any) -> tuple[Any, Counts]:
    """Give the levels that occur, ascending, and how often."""
    found = Space.of(v).xp.unique_counts(v)
    levels, counts = as_host(found.values), as_host(found.counts)
    order = np.argsort(levels)  # the standard leaves it open
    return levels[order], counts[order]


def finite_range(v: Any) -> tuple[float, float]:
    """Find the least and the greatest of a flat float array, NaN left out; (inf, -inf) if none."""
    xp = Space.of(v).xp
    missing = xp.isnan(v)
    ends = [
        float(f(xp.where(missing, xp.full_like(v, nothing), v)))
        for f, nothing in ((xp.min, math.inf), (xp.max, -math.inf))
    ]
    return ends[0], ends[1]


def count_equal(v: Any, level: float) -> int:
    """Count the pixels of one level."""
    xp = Space.of(v).xp
    return int(xp.sum(xp.astype(v == level, xp.int64)))


def count_bins(v: Any, edges: NDArray[np.float64]) -> Counts:
    """Count a flat float array in equal bins; NaN and what lies outside is left out.

    Bin i holds ``edges[i] <= v < edges[i + 1]``, the last one its upper edge too, by comparison
    with the edges themselves.
    """
    space, n_bins = Space.of(v), len(edges) - 1
    xp, v = space.xp, space.floats(v)
    bins = xp.searchsorted(space.array(edges), v, side="right") - 1
    # NaN is beyond the last edge for some libraries, and before the first for others
    inside = (v >= float(edges[0])) & (v <= float(edges[-1]))
    last = xp.where(v >= float(edges[-1]), xp.full_like(bins, n_bins - 1), bins)
    return _bincount(xp.where(inside, last, xp.full_like(bins, n_bins)), n_bins + 1)[:n_bins]


def scaled_keys(v: Any, exponent: int, first: int, n_cells: int) -> Counts:
    """Count a flat float array in cells ``2**exponent`` wide, of which `first` is the first.

    Parameters
    ----------
    v : array
        None is NaN, and all are in one of the cells.
    exponent, first, n_cells : int
        As `skthresh.float_counts.FloatGrid` has them.
    """
    space = Space.of(v)
    xp, v = space.xp, space.floats(v)
    half = -exponent // 2  # in two steps: the factor itself may leave the range of floats
    keys = xp.floor(v * 2.0**half * 2.0 ** (-exponent - half))
    keys = xp.where((keys == 0) & (v < 0), xp.full_like(keys, -1.0), keys)  # lost its sign
    return _bincount(xp.astype(keys - float(first), xp.int64), n_cells)


def _bincount(v: Any, n: int) -> Counts:
    """Count the integers below n; all are."""
    space = Space.of(v)
    xp = space.xp
    if math.prod(v.shape) == 0:
        return np.zeros(n, np.int64)
    if hasattr(xp, "bincount"):
        return np.asarray(as_host(xp.bincount(v, minlength=n)), np.int64)
    ends = xp.arange(n + 1, dtype=v.dtype, device=space.device)
    below = xp.searchsorted(xp.sort(v), ends)
    return np.asarray(as_host(below[1:] - below[:-1]), np.int64)
