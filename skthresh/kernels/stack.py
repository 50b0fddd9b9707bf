"""Otsu's threshold of each image of a stack: one call for all of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.kernels._jit import kernel
from skthresh.kernels.rank import otsu_split

__all__ = ["otsu_of_each"]

N_LEVELS = 256


@kernel
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
        counts[i] = (t0[i] + t1[i]) + (t2[i] + t3[i])


@kernel
def otsu_of_each(v: Any, levels: Any, out: Any) -> None:
    """Find Otsu's threshold of each image of a stack, exactly.

    Parameters
    ----------
    v : (n, m) ndarray of uint8
        With fewer than 2**31 pixels in each image.
    levels : (256,) ndarray of int64
        0, 1, 2, ...
    out : (n,) ndarray of int64
    """
    tables, counts = np.empty((4, N_LEVELS), np.int32), np.empty(N_LEVELS, np.int64)
    for i in range(v.shape[0]):
        _count(v[i], tables, counts)
        out[i] = otsu_split(counts, levels, True, 1e-14)
