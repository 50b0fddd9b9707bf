"""Connected regions of a mask, by the runs of its rows.

A run is a stretch of foreground in one row. Runs of neighbouring rows that touch belong together:
each points at an earlier one of its region, or at itself (union-find).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from skthresh.kernels._jit import inlined_kernel, inner_kernel, kernel

__all__ = ["keep_seeded", "keep_sized", "of_size", "reconstruct"]


@inner_kernel
def _count_starts(row: Any, before: Any) -> Any:
    n = np.int64(row[0] != 0)
    for x in range(before.size):
        n += np.int64((row[x + 1] != 0) & (before[x] == 0))
    return n


@inlined_kernel
def _find_runs(row: Any, seeds: Any, k: int, starts: Any, ends: Any, seeded: Any) -> int:
    """Find the runs of a row, as the k-th and following ones; give the number of all so far."""
    x, n = 0, row.size
    while x < n:
        while x < n and row[x] == 0:
            x += 1
        if x == n:
            break
        starts[k], seeded[k] = x, 0
        while x < n and row[x] != 0:
            seeded[k] |= seeds[x]
            x += 1
        ends[k] = x
        k += 1
    return k


@inner_kernel
def _root(parent: Any, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@inlined_kernel
def _join_rows(a0: int, a1: int, b1: int, reach: int, starts: Any, ends: Any, parent: Any) -> None:
    """Join the runs [a0, a1) of a row with those of the next one, [a1, b1)."""
    a = a0
    for b in range(a1, b1):
        while a < a1 and ends[a] + reach <= starts[b]:
            a += 1
        i = a
        while i < a1 and starts[i] < ends[b] + reach:
            p, q = _root(parent, i), _root(parent, b)
            parent[max(p, q)] = min(p, q)
            i += 1


@kernel
def keep_seeded(mask: Any, seeds: Any, reach: int, out: Any) -> None:
    """Keep the regions of a mask that hold a seed.

    Parameters
    ----------
    mask, seeds : (H, W) ndarray of uint8
        0 and 1. Seeds outside of all regions do not matter.
    reach : int
        1: pixels that touch at a corner are connected; 0: they are not.
    out : (H, W) ndarray of uint8
        Gets 1 on the regions that are kept, else 0. It may be the mask itself, which has been read
        by then.
    """
    height = mask.shape[0]
    n = 0
    for y in range(height):
        n += _count_starts(mask[y], mask[y, :-1])
    starts, ends = np.empty(n, np.int32), np.empty(n, np.int32)
    seeded, parent = np.empty(n, np.uint8), np.arange(n)
    first = np.zeros(height + 1, np.int64)
    for y in range(height):
        first[y + 1] = _find_runs(mask[y], seeds[y], first[y], starts, ends, seeded)
        if y > 0:
            _join_rows(first[y - 1], first[y], first[y + 1], reach, starts, ends, parent)
    for k in range(n):  # the root of a region is its first run
        seeded[_root(parent, k)] |= seeded[k]
    for y in range(height):
        row = out[y]
        row[:] = 0
        for k in range(first[y], first[y + 1]):
            if seeded[_root(parent, k)]:
                row[starts[k] : ends[k]] = 1


@kernel
def keep_sized(mask: Any, reach: int, least: float, greatest: float, out: Any) -> None:
    """Keep the regions of a mask that are neither too small nor too large; as `keep_seeded`."""
    height = mask.shape[0]
    n = 0
    for y in range(height):
        n += _count_starts(mask[y], mask[y, :-1])
    starts, ends = np.empty(n, np.int32), np.empty(n, np.int32)
    seeded, parent, area = np.empty(n, np.uint8), np.arange(n), np.zeros(n, np.int64)
    first = np.zeros(height + 1, np.int64)
    for y in range(height):
        first[y + 1] = _find_runs(mask[y], mask[y], first[y], starts, ends, seeded)
        if y > 0:
            _join_rows(first[y - 1], first[y], first[y + 1], reach, starts, ends, parent)
    for k in range(n):
        area[_root(parent, k)] += ends[k] - starts[k]
    for y in range(height):
        row = out[y]
        row[:] = 0
        for k in range(first[y], first[y + 1]):
            if least <= area[_root(parent, k)] <= greatest:
                row[starts[k] : ends[k]] = 1


def of_size(mask: Any, least: float, greatest: float) -> Any:
    """Keep the connected regions of a mask, diagonals included, whose area is within limits.

    Parameters
    ----------
    mask : ndarray of bool
        Of any rank.
    least, greatest : float
        In pixels.

    Examples
    --------
    >>> of_size(np.array([True, True, False, True]), 2, np.inf)
    array([ True,  True, False, False])
    """
    if mask.ndim <= 2:
        shape = (1, *mask.shape)[-2:]
        kept = np.empty(shape, np.uint8)
        rows = np.ascontiguousarray(mask).view(np.uint8).reshape(shape)
        keep_sized(rows, 1, float(least), float(greatest), kept)
        return kept.view(bool).reshape(mask.shape)
    labels, _ = ndimage.label(mask, np.ones((3,) * mask.ndim))
    size = np.bincount(labels.reshape(-1))
    chosen = (size >= least) & (size <= greatest)
    chosen[0] = False
    return chosen[labels]


def reconstruct(
    mask: Any, seeds: Any, connectivity: int | None = None, *, overwrite_mask: bool = False
) -> Any:
    """Keep the connected regions of a mask that hold a seed.

    Parameters
    ----------
    mask, seeds : ndarray of bool
        Of any rank. Seeds outside of all regions do not matter.
    connectivity : int or None, default=None
        Along how many axes at a time neighbours may differ; None: along all.
    overwrite_mask : bool, default=False
        Whether the result may take the place of the mask.

    Examples
    --------
    >>> mask = np.array([True, True, False, True, False])
    >>> seeds = np.array([False, True, True, False, False])
    >>> reconstruct(mask, seeds)
    array([ True,  True, False, False, False])
    """
    connectivity = min(connectivity or mask.ndim, mask.ndim)
    if mask.ndim <= 2:
        shape = (1, *mask.shape)[-2:]
        rows = [np.ascontiguousarray(a).view(np.uint8).reshape(shape) for a in (mask, seeds)]
        kept = rows[0] if overwrite_mask else np.empty(shape, np.uint8)
        keep_seeded(*rows, int(connectivity == 2), kept)
        return kept.view(bool).reshape(mask.shape)
    labels, n = ndimage.label(mask, ndimage.generate_binary_structure(mask.ndim, connectivity))
    found = np.zeros(n + 1, bool)
    found[labels[seeds & mask]] = True
    return found[labels]
