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

# So many bytes at least are counted in pairs: a processor stores no more than one increment in a
# cycle, and here it is for two pixels. To clear their table takes as long as to count 100,000.
PAIRED = 2**19

# Words of eight bytes that are counted in 32 bits.
BLOCK = 2**28

ONE, BYTE, WORD = np.uint32(1), np.uint64(255), np.uint64(65535)

# Pixels whose bins are kept until they are counted; and those that are found together, fewer in
# float32, where one in doubt concerns all of them.
KEPT, CHUNK, FEW = 2**22, 1024, 256

# In float32 bins are found if no more than such a share of their width is in doubt.
UNSURE = 2.0**-9

# The integers that have the bits of a float of so many bytes, their greatest, and infinity's.
FLOATS: dict[int, tuple[Any, Any, int]] = {
    4: (np.dtype(np.int32), np.int32(0x7FFFFFFF), 0x7F800000),
    8: (np.dtype(np.int64), np.int64(0x7FFFFFFFFFFFFFFF), 0x7FF0000000000000),
}

# How near to a whole number of bins a quotient may have been rounded to the wrong side of it.
DOUBT, EPSILON = 1e-6, 2.0**-50


def count_bytes(v: Any) -> Any:
    """Count the 256 levels of a flat uint8 array, in 64 bits."""
    words, before, after = _words(v)
    total = np.zeros(256, np.int64)
    if v.size < PAIRED:
        _add_bytes(words, before, after, total)
        return total
    for i in range(0, words.size, BLOCK):
        _add_pairs(words[i : i + BLOCK], total)
    np.add.at(total, np.concatenate([before, after]), 1)
    return total


def _words(v: Any) -> tuple[Any, Any, Any]:
    """View pixels as words of eight bytes, where these begin in memory; and what is left over."""
    n = 8 // v.itemsize
    head = min(-v.__array_interface__["data"][0] % 8 // v.itemsize, v.size)
    tail = head + (v.size - head) // n * n
    return v[head:tail].view(np.uint64), v[:head], v[tail:]


@kernel
def _add_bytes(words: Any, before: Any, after: Any, total: Any) -> None:
    tables = np.zeros((N_TABLES, 256), np.uint32)
    t0, t1, t2, t3 = tables[0], tables[1], tables[2], tables[3]
    t4, t5, t6, t7 = tables[4], tables[5], tables[6], tables[7]
    for i in range(words.size):
        word = words[i]
        t0[word & BYTE] += ONE
        t1[(word >> np.uint64(8)) & BYTE] += ONE
        t2[(word >> np.uint64(16)) & BYTE] += ONE
        t3[(word >> np.uint64(24)) & BYTE] += ONE
        t4[(word >> np.uint64(32)) & BYTE] += ONE
        t5[(word >> np.uint64(40)) & BYTE] += ONE
        t6[(word >> np.uint64(48)) & BYTE] += ONE
        t7[word >> np.uint64(56)] += ONE
    for i in range(before.size):
        t0[before[i]] += ONE
    for i in range(after.size):
        t1[after[i]] += ONE
    for k in range(N_TABLES):
        table = tables[k]
        for i in range(total.size):
            total[i] += np.int64(table[i])


def count_words(v: Any) -> Any:
    """Count the 65536 levels of a flat uint16 array, in 64 bits."""
    words, before, after = _words(v)
    total = np.zeros(65536, np.int64)
    for i in range(0, words.size, BLOCK):
        table = np.zeros(65536, np.uint32)
        _add_words(words[i : i + BLOCK], table)
        total += table
    np.add.at(total, np.concatenate([before, after]), 1)
    return total


@kernel
def _add_words(words: Any, table: Any) -> None:
    """Count four numbers of 16 bits at a time.

    In one table: of several, some have entries that a processor takes for those of another that
    it has just written to, and waits; or they do not stay in its second cache.
    """
    for i in range(words.size):
        word = words[i]
        table[word & WORD] += ONE
        table[(word >> np.uint64(16)) & WORD] += ONE
        table[(word >> np.uint64(32)) & WORD] += ONE
        table[word >> np.uint64(48)] += ONE


@kernel
def _add_pairs(words: Any, total: Any) -> None:
    """Count two bytes at a time; here, because other threads wait for what Python adds up."""
    table = np.zeros(65536, np.uint32)
    _add_words(words, table)
    for i in range(256):
        pairs = table[256 * i : 256 * (i + 1)]
        for j in range(256):
            total[j] += np.int64(pairs[j])
            total[i] += np.int64(pairs[j])


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
def _place(v: Any, ends: Any, f: Any, scale: Any, doubt: Any, last: Any, bins: Any) -> Any:
    """Find the bin of each pixel; of those outside, the last.

    Give how many are outside, and how many may be in a neighbour of their bin.
    """
    (lo, hi), outside, doubtful = ends, np.int32(0), np.int32(0)
    for j in range(v.size):
        x = np.float64(v[j])
        q = (x * f - lo * f) * scale
        inside = lo <= x <= hi
        whole = np.floor(q)
        part = q - whole
        near = lo < x < hi and (part < doubt or part > 1 - doubt)
        outside += np.int32(not inside)
        doubtful += np.int32(near)
        bins[j] = np.int32(min(whole, np.float64(last))) if inside else last
    return outside, doubtful


@inner_kernel
def _place_narrow(v: Any, ends: Any, scale: Any, sure: Any, last: Any, bins: Any) -> Any:
    """Do as `_place` in float32, of which a vector has twice as many; more are doubtful."""
    (lo, hi), half = ends, np.float32(0.5)
    top, outside, doubtful = np.float32(last) + half, np.int32(0), np.int32(0)
    for j in range(v.size):
        x = np.float32(v[j])
        q = (x - lo) * scale
        inside = lo <= x <= hi
        # beyond the middle of the outermost bins there is no neighbour, and no doubt
        q = q if q > half else half  # noqa: FURB136  NaN is not
        q = q if q < top else top  # noqa: FURB136
        i = np.int32(q)
        outside += np.int32(not inside)
        doubtful += np.int32(abs(q - np.float32(i) - half) > sure)
        bins[j] = i if inside else last
    return outside, doubtful


@inner_kernel
def _decide(v: Any, edges: Any, f: Any, scale: Any, bins: Any) -> Any:
    """Find the bin of each pixel by comparison with the edges, where there is doubt."""
    last = np.int32(edges.size - 2)
    lo, hi = edges[0], edges[last + 1]
    # bins may be hardly wider than the steps of floats
    doubt = DOUBT + EPSILON * max(abs(lo), abs(hi)) * f * scale
    outside, doubtful = _place(v, (lo, hi), f, scale, doubt, last, bins)
    if doubtful == 0 and scale < np.inf:
        return outside
    for j in range(v.size):
        x, i = np.float64(v[j]), np.int64(bins[j])
        if lo <= x <= hi:
            if scale == np.inf:  # subnormal widths have no inverse
                i = min(np.int64((x - lo) / (hi - lo) * (last + 1)), np.int64(last))
            while x < edges[i]:
                i -= 1
            while i < last and x >= edges[i + 1]:
                i += 1
            bins[j] = i
    return outside


@kernel
def _find_bins(v: Any, edges: Any, f: Any, scale: Any, narrow: Any, bins: Any) -> Any:
    """Find the bin of each pixel; of those outside, and of NaN, the last. Count these."""
    ends, scale32, sure = narrow
    last, n_outside = np.int32(edges.size - 2), np.int64(0)
    step = FEW if sure > 0 else CHUNK
    for j in range(0, v.size, step):
        part, own = v[j : j + step], bins[j : j + step]
        outside, doubtful = np.int32(0), np.int32(1)
        if sure > 0:
            outside, doubtful = _place_narrow(part, ends, scale32, sure, last, own)
        if doubtful:
            outside = _decide(part, edges, f, scale, own)
        n_outside += outside
    return n_outside


def count_bins(v: Any, edges: Any) -> Any:
    """Count a flat float array in equal bins; NaN and what lies outside is left out.

    Bin i holds ``edges[i] <= v < edges[i + 1]``, the last one its upper edge too, by comparison
    with the edges themselves: the quotient alone can round into a neighbour.
    """
    lo, hi, n_bins = edges[0].item(), edges[-1].item(), edges.size - 1
    # halves where the range of the dtype itself makes hi - lo overflow
    f = 1.0 if hi - lo < np.inf else 0.5
    scale = n_bins / (hi * f - lo * f)  # infinite if that is subnormal
    narrow = _in_float32(lo, hi, scale if v.dtype == np.float32 and f == 1 else np.inf, n_bins)
    counts = np.zeros(n_bins, np.int64)
    dtype = np.uint8 if n_bins <= 256 else np.uint16 if n_bins <= 65536 else np.int32
    bins = np.empty(min(v.size, KEPT), dtype)
    for i in range(0, v.size, KEPT):
        part = v[i : i + KEPT]
        own = bins[: part.size]
        n_outside = _find_bins(part, edges, f, scale, narrow, own)
        counts += _count_places(own, n_bins)
        counts[-1] -= n_outside
    return counts


def _count_places(bins: Any, n_bins: int) -> Any:
    if bins.size < PAIRED or bins.itemsize > 2:
        return count_levels(bins, 0, n_bins)
    count = count_bytes if bins.itemsize == 1 else count_words
    return count(bins)[:n_bins]


def _in_float32(lo: float, hi: float, scale: float, n_bins: int) -> tuple[Any, Any, Any]:
    """Say how bins are found in float32, and how far from their middle is sure; 0: nowhere."""
    info = np.finfo(np.float32)
    # Python's: compared with NumPy's, a float beyond them is cast to float32 first, and overflows
    least, greatest = float(info.tiny), float(info.max)
    size = max(abs(lo), abs(hi))
    # of the difference, the scale and their product; and twice of an end, of which more below
    error = 2.0**-24 * (4 * n_bins + 2 * size * scale)
    if not (least < scale < greatest and size < greatest and error < UNSURE):
        return (np.float32(0), np.float32(1)), np.float32(1), np.float32(0)
    first, final = np.float32(lo), np.float32(hi)
    # the outermost floats that are inside
    first = first if float(first) >= lo else np.nextafter(first, np.float32(np.inf))
    final = final if float(final) <= hi else np.nextafter(final, np.float32(-np.inf))
    return (first, final), np.float32(scale), np.float32(0.5 - error)
