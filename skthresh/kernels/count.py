"""Count grey levels."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel

__all__ = [
    "count_bins",
    "count_bytes",
    "count_equal",
    "count_levels",
    "count_words",
    "finite_range",
    "float_levels",
    "level_range",
    "unique_levels",
]

# Consecutive equal pixels would make each increment wait for the one before it; spread over
# several tables, they do not.
N_TABLES = 8

# Pixels whose bins are found together.
CHUNK = 1024

# The integers that have the bits of a float of so many bytes, their greatest, and infinity's.
FLOATS: dict[int, tuple[Any, Any, int]] = {
    4: (np.dtype(np.int32), np.int32(0x7FFFFFFF), 0x7F800000),
    8: (np.dtype(np.int64), np.int64(0x7FFFFFFFFFFFFFFF), 0x7FF0000000000000),
}

# How near to a whole number of bins a quotient may have been rounded to the wrong side of it.
DOUBT = 1e-6


@inner_kernel
def _total(tables: Any) -> Any:
    """Add the rows up; ``sum(axis=0)`` takes a second and a half to compile."""
    total = tables[0]
    for k in range(1, tables.shape[0]):
        table = tables[k]
        for i in range(total.size):
            total[i] += table[i]
    return total


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
    return _total(tables)


@kernel
def count_words(v: Any) -> Any:
    """Count the 65536 levels of a flat uint16 array, in 64 bits."""
    tables = np.zeros((N_TABLES // 2, 65536), np.int64)
    t0, t1, t2, t3 = tables[0], tables[1], tables[2], tables[3]
    whole = v.size // 4 * 4
    for i in range(0, whole, 4):
        t0[v[i]] += 1
        t1[v[i + 1]] += 1
        t2[v[i + 2]] += 1
        t3[v[i + 3]] += 1
    for i in range(whole, v.size):
        t0[v[i]] += 1
    for i in range(t0.size):
        t0[i] += (t1[i] + t2[i]) + t3[i]
    return t0


def count_levels(v: Any, lowest: Any, n_levels: int) -> Any:
    """Count the levels ``lowest, lowest + 1, ...`` of a flat integer array that holds no others."""
    return _count_levels(v, v.dtype.type(lowest), n_levels)


@kernel
def _count_levels(v: Any, lowest: Any, n_levels: int) -> Any:
    counts = np.zeros(n_levels, np.int64)
    for i in range(v.size):
        counts[np.int64(v[i]) - np.int64(lowest)] += 1
    return counts


def count_equal(v: Any, level: float) -> int:
    """Count the pixels of one level."""
    return int(np.count_nonzero(v == level))


def unique_levels(v: Any) -> tuple[Any, Any]:
    """Give the levels that occur, ascending, and how often."""
    levels, counts = np.unique(v, return_counts=True)
    return levels, counts


@kernel
def level_range(v: Any) -> Any:
    """Find the least and the greatest of a flat integer array."""
    lo = hi = v[0]
    for i in range(v.size):
        lo = min(lo, v[i])
        hi = max(hi, v[i])
    return lo, hi


@kernel
def _ordered_range(bits: Any, most: Any) -> Any:
    """Find the range of floats by their bits, which are in order once negative ones are reversed.

    NaN is beyond infinity then. Floats themselves would be compared one after the other, for its
    sake.
    """
    lo, hi = most, ~most
    for i in range(bits.size):
        b = bits[i]
        place = b if b >= 0 else b ^ most
        lo, hi = min(lo, place), max(hi, place)
    return lo, hi


@kernel
def _range_between_gaps(v: Any) -> Any:
    lo, hi = np.float64(np.inf), np.float64(-np.inf)
    for i in range(v.size):
        x = np.float64(v[i])
        lo = x if x < lo else lo  # noqa: FURB136  min() has its own idea of NaN
        hi = x if x > hi else hi  # noqa: FURB136
    return lo, hi


def float_levels(v: Any) -> tuple[float, float, bool]:
    """Find the least and the greatest of a flat float array, and whether it holds NaN.

    NaN is neither; (inf, -inf) if there is nothing else.
    """
    if v.size == 0:
        return np.inf, -np.inf, False
    bits, most, nothing = FLOATS[v.itemsize]
    lo, hi = _ordered_range(v.view(bits), most)
    if max(hi, ~lo) > nothing:
        return *_range_between_gaps(v), True
    lo, hi = (bits.type(place if place >= 0 else place ^ most) for place in (lo, hi))
    return float(lo.view(v.dtype)), float(hi.view(v.dtype)), False


def finite_range(v: Any) -> tuple[float, float]:
    """Find the least and the greatest of a flat float array, NaN left out; (inf, -inf) if none."""
    lo, hi, _ = float_levels(v)
    return lo, hi


@inner_kernel
def _place(v: Any, lo: Any, hi: Any, f: Any, scale: Any, n_bins: int, bins: Any) -> Any:
    """Find the bin of each pixel, n_bins for none; give how many may be in a neighbour of it."""
    doubtful = np.int32(0)
    for j in range(v.size):
        x = np.float64(v[j])
        q = (x * f - lo * f) * scale
        inside = lo <= x <= hi
        whole = np.floor(q)
        part = q - whole
        near = inside and (part < DOUBT or part > 1 - DOUBT)
        doubtful += np.int32(near)
        bins[j] = np.int32(min(whole, n_bins - 1.0)) if inside else np.int32(n_bins)
    return doubtful


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
    scale = n_bins / (hi * f - lo * f)
    counts = np.zeros((N_TABLES // 2, n_bins + 1), np.int64)
    bins = np.empty(CHUNK, np.int32)
    for j0 in range(0, v.size, CHUNK):
        pixels = v[j0 : j0 + CHUNK]
        m = pixels.size
        if _place(pixels, lo, hi, f, scale, n_bins, bins[:m]) > 0 or scale == np.inf:
            for j in range(m):
                x, i = np.float64(pixels[j]), bins[j]
                if lo <= x <= hi:
                    if scale == np.inf:  # subnormal widths have no inverse
                        i = min(np.int64((x - lo) / (hi - lo) * n_bins), n_bins - 1)
                    if x < edges[i]:
                        i -= 1
                    elif i < n_bins - 1 and x >= edges[i + 1]:
                        i += 1
                    bins[j] = i
        for j in range(m):
            counts[j % (N_TABLES // 2), bins[j]] += 1
    return _total(counts)[:n_bins]
