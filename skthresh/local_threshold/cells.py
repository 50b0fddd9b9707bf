"""Images cut into blocks, and blocks into halves: their sums, and what belongs to each pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from skthresh.batch import Array

__all__ = [
    "BAND",
    "Cells",
    "bands",
    "merged",
    "shared",
    "slabs",
    "spread",
    "spread_within",
    "summed",
]

# Pixels that are looked at together, so that they stay in the processor's cache.
BAND = 2**16


@dataclass(frozen=True)
class Cells:
    """An axis cut into cells: blocks that stay whole are two of them, others are one each.

    Attributes
    ----------
    starts, sizes : ndarray of int of shape (n_cells,)
        Of each cell, in pixels.
    first : ndarray of int of shape (n_blocks,)
        The first cell of each block.
    block : ndarray of int of shape (n_cells,)
        The block of each cell.
    """

    starts: Array
    sizes: Array
    first: Array
    block: Array

    @classmethod
    @lru_cache(maxsize=32)  # the images of a batch are mostly of one size
    def cut(cls, n: int, size: int) -> Cells:
        """Cut an axis into blocks, a rest of less than half a block left to the last of them.

        Examples
        --------
        >>> cells = Cells.cut(9, 4)
        >>> cells.starts, cells.sizes, cells.block
        (array([0, 2, 4, 6]), array([2, 2, 2, 3]), array([0, 0, 1, 1]))
        """
        count = max(n // size + (n % size >= max(size // 2, 1)), 1)
        bounds = np.append(np.arange(count) * size, n)
        halves = bounds[:-1] + np.diff(bounds) // 2
        starts, first = np.unique(np.concatenate([bounds[:-1], halves]), return_index=True)
        block = np.cumsum(first < count) - 1
        return cls(starts, np.diff(starts, append=n), np.flatnonzero(first < count), block)


def slabs(axis: Cells) -> Iterator[slice]:
    """Visit the pixels of each cell of the first axis."""
    for start, size in zip(axis.starts.tolist(), axis.sizes.tolist(), strict=True):
        yield slice(start, start + size)


def bands(axis: Cells, width: int) -> Iterator[tuple[slice, slice]]:
    """Visit the cells of the first axis, some at a time, and their pixels; at least one."""
    ends = np.cumsum(axis.sizes)
    first = 0
    while first < len(ends):
        start = int(axis.starts[first])
        last = max(int(np.searchsorted(ends, start + BAND // width, side="right")), first + 1)
        yield slice(first, last), slice(start, int(ends[last - 1]))
        first = last


def summed(slab: Array, axes: list[Cells]) -> Array:
    """Sum over the first axis, and over the cells of the others."""
    total = slab.sum(axis=0, dtype=np.float64)
    for axis, cells in enumerate(axes):
        total = np.add.reduceat(total, cells.starts, axis=axis)
    return np.asarray(total)


def spread(values: Array, axes: list[Cells]) -> Array:
    """Repeat each cell's value over its pixels."""
    for axis, cells in enumerate(axes):
        values = np.repeat(values, cells.sizes, axis=axis)
    return values


def spread_within(values: Array, axes: list[Cells]) -> Array:
    """Repeat the values of some cells of the first axis along the others, over their pixels."""
    for axis, cells in enumerate(axes, start=1):
        values = np.repeat(values, cells.sizes, axis=axis)
    return values


def merged(values: Array, axes: list[Cells]) -> Array:
    """Add the cells of each block."""
    for axis, cells in enumerate(axes):
        values = np.add.reduceat(values, cells.first, axis=axis)
    return values


def shared(values: Array, axes: list[Cells]) -> Array:
    """Give each cell its block's value."""
    for axis, cells in enumerate(axes):
        values = np.take(values, cells.block, axis=axis)
    return values
