"""Dask arrays in blocks: each is worked on as NumPy's, in a task that knows where it lies."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import dask.array as da
import numpy as np
from dask._task_spec import Alias, DataNode, convert_legacy_graph
from dask.base import clone_key
from dask.core import flatten
from dask.highlevelgraph import HighLevelGraph

from skthresh.batch import Array, Batch, Part
from skthresh.pixels import check_dtype, look_at
from skthresh.rims import with_neighbours

__all__ = [
    "Blocks",
    "Cuts",
    "at_least",
    "finished",
    "folded",
    "objects",
    "read_again",
    "with_axis",
    "without",
]


@dataclass(frozen=True)
class Blocks:
    """X as it is worked on.

    Attributes
    ----------
    x, mask : dask array
        In chunks no smaller than the depth.
    depth : tuple of int
        How many pixels of their neighbours blocks get, along each axis.
    channel_axis : int or None
    """

    x: Any
    mask: Any
    depth: tuple[int, ...]
    channel_axis: int | None

    def run(
        self,
        function: Callable[[Batch], Any],
        what: str,
        chunks: tuple[Any, ...],
        dtype: np.dtype[Any],
        known: Any,
    ) -> Any:
        """Call a function with each block, in a task."""
        arrays = [self.x] if self.mask is None else [self.x, self.mask]
        if any(self.depth):
            arrays = [with_neighbours(a, self.depth) for a in arrays]
        if known is not None:
            arrays.append(known[(slice(None), *[None] * (self.x.ndim - 1))])
        work = partial(
            _on_block,
            function=function,
            what=what,
            layout=Layout(tuple(map(Cuts.of, self.x.chunks)), self.depth, self.channel_axis),
            masked=self.mask is not None,
            informed=known is not None,
        )
        meta = np.empty((0,) * self.x.ndim, dtype)
        return da.map_blocks(work, *arrays, dtype=dtype, meta=meta, chunks=chunks)


@dataclass(frozen=True)
class Cuts:
    """How an axis is cut into chunks, with one entry for all that follow each other and are alike.

    It travels with every task, and a million images may be a million chunks.
    """

    runs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, chunks: tuple[int, ...]) -> Cuts:
        """Count chunks that are alike.

        Examples
        --------
        >>> Cuts.of((4, 4, 4, 2)), Cuts.of((4, 4, 4, 2)).span(3)
        (Cuts(runs=((4, 3), (2, 1))), (12, 14))
        """
        return cls(tuple((size, len(list(same))) for size, same in itertools.groupby(chunks)))

    @property
    def length(self) -> int:
        """The length of the axis."""
        return sum(size * n for size, n in self.runs)

    def span(self, i: int) -> tuple[int, int]:
        """Give where a chunk begins and ends."""
        start = 0
        for size, n in self.runs:
            if i < n:
                return start + i * size, start + (i + 1) * size
            start, i = start + n * size, i - n
        raise IndexError(i)


@dataclass(frozen=True)
class Layout:
    """Where blocks lie, and what their axes are."""

    axes: tuple[Cuts, ...]
    depth: tuple[int, ...]
    channel_axis: int | None

    def box(self, block: tuple[int, ...]) -> list[tuple[int, int]]:
        """Give where a block begins and ends on each axis, without its neighbours' pixels."""
        return [axis.span(int(i)) for axis, i in zip(self.axes, block, strict=True)]

    def part(self, block: tuple[int, ...], known: list[Any] | None) -> Part:
        """Say what a block with its neighbours' pixels is a part of."""
        box, depth, axis = self.box(block)[1:], self.depth[1:], self.channel_axis
        before = tuple(min(d, a) for d, (a, _) in zip(depth, box, strict=True))
        start = tuple(a - n for n, (a, _) in zip(before, box, strict=True))
        inside = tuple(slice(n, n + b - a) for n, (a, b) in zip(before, box, strict=True))
        shape = tuple(axis.length for axis in self.axes[1:])
        return Part(without(start, axis), without(shape, axis), without(inside, axis), known)

    @contextmanager
    def place(self, block: tuple[int, ...]) -> Iterator[None]:
        """Say of an error where it happened."""
        try:
            yield
        except Exception as error:
            at = ", ".join(f"{a}:{b}" for a, b in self.box(block))
            where = f"In block {tuple(map(int, block))} of X, which is X[{at}]"
            if len(error.args) == 1 and isinstance(error.args[0], str):
                error.args = (f"{where}: {error.args[0]}",)
            else:
                error.add_note(f"{where}.")
            raise


def _on_block(
    x: Array,
    *others: Array,
    function: Callable[[Batch], Any],
    what: str,
    layout: Layout,
    masked: bool,
    informed: bool,
    block_id: tuple[int, ...],
) -> Array:
    known = list(others[-1].reshape(-1)) if informed else None
    with layout.place(block_id):
        look_at(check_dtype(x, "X"), "X")
        part = layout.part(block_id, known)
        batch = Batch(x, None, layout.channel_axis, others[0] if masked else None, part)
        found = function(batch)
    if what == "whole":
        return np.asarray(found)
    if what == "pixels":
        inside = list(part.inside)
        if layout.channel_axis is not None:
            inside.insert(layout.channel_axis, slice(None))
        return np.asarray(found[(slice(None), *inside)])
    return objects(found if what == "each" else [found], x.ndim)


def with_axis(batch: Batch, function: Callable[[Batch], Array], axis: int) -> Array:
    """Give what a function gives, with an axis of length 1."""
    return np.expand_dims(function(batch), axis)


def objects(items: list[Any], ndim: int) -> Array:
    """Give an array of objects, along the first of its axes."""
    out = np.empty(len(items), object)
    for i, item in enumerate(items):
        out[i] = item
    return out.reshape(-1, *[1] * (ndim - 1))


def folded(parts: Any, axes: tuple[int, ...], merge: Callable[[Any, Any], Any]) -> Any:
    """Merge objects along axes, some at a time."""
    if not axes or all(parts.numblocks[a] == 1 and parts.shape[a] == 1 for a in axes):
        return parts
    by = MergedBy(merge)
    return da.reduction(
        parts,
        chunk=by,
        combine=by,
        aggregate=by,
        axis=axes,
        keepdims=True,
        dtype=object,
        meta=np.empty((0,) * parts.ndim, object),
    )


@dataclass(frozen=True)
class MergedBy:
    """Merge along axes: a function that travels."""

    merge: Callable[[Any, Any], Any]

    def __call__(self, parts: Array, axis: Any, keepdims: bool) -> Array:  # noqa: ARG002
        if parts.size == 0:  # dask asks what the result is like
            return parts
        for a in (axis,) if isinstance(axis, int) else axis:
            parts = np.frompyfunc(self.merge, 2, 1).reduce(parts, axis=a, keepdims=True)
        return parts


def finished(found: Any, finish: Callable[[Any], Any]) -> Any:
    """Call a function with each of an array's objects, which stand for images."""
    layout = Layout((Cuts.of(found.chunks[0]),), (0,), None)
    work = partial(_finish_block, finish=finish, layout=layout)
    return da.map_blocks(work, found, dtype=object, meta=np.empty(0, object))


def _finish_block(
    found: Array, finish: Callable[[Any], Any], layout: Layout, block_id: tuple[int, ...]
) -> Array:
    with layout.place(block_id):
        return objects([finish(item) for item in found], 1)


def read_again(array: Any) -> Any:
    """Give an array of the same values, whose chunks are computed anew.

    It is what `dask.graph_manipulation.clone` is for, which takes tasks for data, and loses
    what they depend on. Data that are in the graph already are shared.
    """
    graph, seed = convert_legacy_graph(dict(array.__dask_graph__())), uuid.uuid4().hex
    names = {key: clone_key(key, seed) for key, node in graph.items() if _is_work(node)}
    again = {
        names.get(key, key): node.substitute(names, key=names[key]) if key in names else node
        for key, node in graph.items()
    }
    name = clone_key(array.name, seed)
    for key in flatten(array.__dask_keys__()):
        if key not in names:
            again[clone_key(key, seed)] = Alias(clone_key(key, seed), key)
    whole = HighLevelGraph.from_collections(name, again, dependencies=())
    return da.Array(whole, name, array.chunks, meta=array._meta)


def _is_work(node: Any) -> bool:
    return not isinstance(node, DataNode)


def at_least(least: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """Put chunks together until none is smaller than its neighbours need it to be.

    Examples
    --------
    >>> at_least(3, (2, 2, 5, 1)), at_least(9, (2, 2))
    ((4, 6), (4,))
    """
    together: list[int] = []
    open_ = 0
    for size in sizes:
        open_ += size
        if open_ >= max(least, 1):
            together.append(open_)
            open_ = 0
    if open_ and together:
        together[-1] += open_
    elif open_:
        together.append(open_)
    return tuple(together)


def without(items: tuple[Any, ...], axis: int | None) -> tuple[Any, ...]:
    """Leave out the item of an axis."""
    return items if axis is None else items[:axis] + items[axis + 1 :]
