"""Blocks of dask arrays with their neighbours' pixels around them.

Dask's own overlap takes a task for each neighbour of each block: twenty for one block of an image.
Here there are two, one that copies the rims of a block, and one that lays those of its neighbours
around it. Rims are copies, so that a block is free as soon as it is done; they alone travel.
"""

from __future__ import annotations

import itertools
from typing import Any

import dask.array as da
import numpy as np
from dask.base import tokenize
from dask.highlevelgraph import HighLevelGraph

from skthresh.batch import Array

__all__ = ["with_neighbours"]

# Which side of a block, along each axis: -1 the beginning, 1 the end, 0 all of it.
Side = tuple[int, ...]


def with_neighbours(x: Any, depth: tuple[int, ...]) -> Any:
    """Add pixels of their neighbours to the blocks.

    Parameters
    ----------
    x : dask array
        In chunks that are nowhere smaller than the depth.
    depth : tuple of int
        How many pixels, along each axis.

    Returns
    -------
    larger : dask array
        Of more pixels than `x`: those at the rims are in several blocks.

    Examples
    --------
    >>> with_neighbours(da.arange(6, chunks=3), (1,)).compute()
    array([0, 1, 2, 3, 2, 3, 4, 5])
    """
    token = tokenize(x.name, depth)
    rims, name = f"rims-{token}", f"with-neighbours-{token}"
    sides = [s for s in itertools.product(*[(-1, 0, 1) if d else (0,) for d in depth]) if any(s)]
    graph: dict[Any, Any] = {}
    for block in itertools.product(*map(range, x.numblocks)):
        around = {}
        for side in sides:
            other = tuple(i + s for i, s in zip(block, side, strict=True))
            if all(0 <= i < n for i, n in zip(other, x.numblocks, strict=True)):
                around[side] = (rims, *other)
        graph[rims, *block] = (rims_of, (x.name, *block), depth, sides)
        graph[name, *block] = (joined, (x.name, *block), list(around), list(around.values()))
    chunks = tuple(
        tuple(n + d * ((i > 0) + (i < len(c) - 1)) for i, n in enumerate(c))
        for c, d in zip(x.chunks, depth, strict=True)
    )
    whole = HighLevelGraph.from_collections(name, graph, dependencies=[x])
    return da.Array(whole, name, chunks, meta=x._meta)


def rims_of(block: Array, depth: tuple[int, ...], sides: list[Side]) -> dict[Side, Array]:
    """Copy what the neighbours on each side will need: to the one before goes the beginning."""
    found = {}
    for side in sides:
        at = tuple(
            slice(None) if s == 0 else slice(0, d) if s < 0 else slice(-d, None)
            for s, d in zip(side, depth, strict=True)
        )
        found[side] = np.array(block[at], order="C")
    return found


def joined(block: Array, sides: list[Side], neighbours: list[dict[Side, Array]]) -> Array:
    """Lay the neighbours' rims around a block."""
    if not sides:
        return block
    pieces = {}
    for side, rims in zip(sides, neighbours, strict=True):
        pieces[side] = rims[tuple(-s for s in side)]
    before, after = [0] * block.ndim, [0] * block.ndim
    for side, piece in pieces.items():
        for a, s in enumerate(side):
            if s:
                (before if s < 0 else after)[a] = piece.shape[a]
    shape = [a + n + b for a, n, b in zip(before, block.shape, after, strict=True)]
    out: Array = np.empty(shape, block.dtype)
    pieces[(0,) * block.ndim] = block
    for side, piece in pieces.items():
        starts = [
            0 if s < 0 else a if s == 0 else a + n
            for s, a, n in zip(side, before, block.shape, strict=True)
        ]
        out[tuple(slice(a, a + n) for a, n in zip(starts, piece.shape, strict=True))] = piece
    return out
