"""Count grey levels."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import kernel

__all__ = ["count_bins", "count_bytes", "count_levels", "finite_range", "level_range"]

# Consecutive equal pixels would make each increment wait for the one before it; spread over
# several tables, they do not.
N_TABLES = 8


@kernel
def count_bytes(v: Any) -> Any:
    """Count the 256 levels of a flat uint8 array, in 64 bits."""
    tables = np.zeros((N_TABLES, 256), np.int64)
    t0, t1, t2, t3 = tables[0], tables[1], tables[2], tables[3]
    t4, t5, t6, t7 = tables[4], tables[5], tables[6], tables[7]
    whole = v.size // N_TABLES * N_TABLES
    for i in range(0, whole, N_TABLES):
        t0[v[i]] += 1
        t1[v[i + 1]] += 1
        t2[v[i + 2]] += 1
        t3[v[i + 3]] += 1
        t4[v[i + 4]] += 1
        t5[v[i + 5]] += 1
        t6[v[i + 6]] += 1
        t7[v[i + 7]] += 1
    for i in range(whole, v.size):
        t0[v[i]] += 1
    return tables.sum(axis=0)


@kernel
def count_levels(v: Any, lowest: Any, n_levels: int) -> Any:
    """Count the levels ``lowest, lowest + 1, ...`` of a flat integer array that holds no others."""
    counts = np.zeros(n_levels, np.int64)
    for i in range(v.size):
        counts[np.int64(v[i]) - np.int64(lowest)] += 1
    return counts


@kernel
def level_range(v: Any) -> Any:
    """Find the least and the greatest of a flat integer array."""
    lo = hi = v[0]
    for i in range(v.size):
        lo = min(lo, v[i])
        hi = max(hi, v[i])
    return lo, hi


@kernel
def finite_range(v: Any) -> Any:
    """Find the least and the greatest of a flat float array, NaN left out; (inf, -inf) if none."""
    lo, hi = np.inf, -np.inf
    for i in range(v.size):
        x = np.float64(v[i])
        lo = x if x < lo else lo  # noqa: FURB136  min() has its own idea of NaN
        hi = x if x > hi else hi  # noqa: FURB136
    return lo, hi


@kernel
def count_bins(v: Any, edges: Any) -> Any:
    """Count a flat float array in equal bins; NaN and what lies outside is left out.

    Bin i holds ``edges[i] <= v < edges[i + 1]``, the last one its upper edge too, by comparison
    with the edges themselves: the quotient alone can round into a neighbour.
    """
    n_bins = edges.size - 1
    lo, hi = edges[0], edges[n_bins]
    # halves where the range of the dtype itself makes hi - lo overflow
    f = 1.0 if hi - lo < np.inf else 0.5
    width = hi * f - lo * f
    counts = np.zeros(n_bins, np.int64)
    for j in range(v.size):
        x = np.float64(v[j])
        if lo <= x <= hi:
            i = min(np.int64((x * f - lo * f) / width * n_bins), n_bins - 1)
            if x < edges[i]:
                i -= 1
            elif i < n_bins - 1 and x >= edges[i + 1]:
                i += 1
            counts[i] += 1
    return counts
