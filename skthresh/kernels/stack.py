"""Otsu's threshold of each image of a stack: one call for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import inner_kernel, kernel
from skthresh.kernels.rank import otsu_packed

__all__ = ["SMALL", "otsu_of_each"]

# Images of no more pixels are counted in 16 bits, which are cleared sooner.
SMALL = 2**16

N_LEVELS = 256


@inner_kernel
def _count(v: Any, tables: Any, counts: Any) -> None:
    """Count bytes; equal neighbours go to different tables, and do not wait for each other."""
    t0, t1, t2, t3 = tables[0], tables[1], tables[2], tables[3]
    for i in range(N_LEVELS):
        t0[i] = t1[i] = t2[i] = t3[i] = 0
    whole = v.size // 4 * 4
    for i in range(0, whole, 4):
        t0[v[i]] += 1
        t1[v[i + 1]] += 1
        t2[v[i + 2]] += 1
        t3[v[i + 3]] += 1
    for i in range(whole, v.size):
        t0[v[i]] += 1
    for i in range(N_LEVELS):
        counts[i] = np.int32(np.int32(t0[i]) + np.int32(t1[i])) + np.int32(
            np.int32(t2[i]) + np.int32(t3[i])
        )


@inner_kernel
def _range(v: Any) -> Any:
    lo = hi = v[0]
    for i in range(v.size):
        lo, hi = min(lo, v[i]), max(hi, v[i])
    return np.int64(lo), np.int64(hi)


@kernel
def otsu_of_each(v: Any, out: Any) -> None:
    """Find Otsu's threshold of each image of a stack, exactly.

    Parameters
    ----------
    v : (n, m) ndarray of uint8
        With at most `SMALL` pixels in each image, and at least one.
    out : (n,) ndarray of int64
    """
    tables, counts = np.empty((4, N_LEVELS), np.uint16), np.empty(N_LEVELS, np.int32)
    steps, sums, work = (
        np.empty(N_LEVELS, np.int64),
        np.empty(N_LEVELS, np.int64),
        np.empty(N_LEVELS),
    )
    for i in range(N_LEVELS):
        steps[i] = 1 + (np.int64(i) << 32)
    for i in range(v.shape[0]):
        _count(v[i], tables, counts)
        first, last = _range(v[i])
        out[i] = otsu_packed(counts, steps, first, last, sums, work)
