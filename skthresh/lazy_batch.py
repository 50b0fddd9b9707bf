"""Dask arrays as a batch: the same work, block by block, in tasks that run when they are asked for.

A task makes a `skthresh.batch.Batch` of a NumPy block and hands it to the very function that a
NumPy array would have been handed to. What the function has to know beside the pixels is in the
block's `skthresh.batch.Part`: where it lies, which of its pixels are there for their neighbours'
sake, and what was found out about the whole images before. Nobody else knows of chunks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import dask.array as da
import numpy as np
from numpy.typing import DTypeLike

from skthresh.batch import Array, Batch
from skthresh.blocks import (
    Blocks,
    Cuts,
    at_least,
    finished,
    folded,
    objects,
    read_again,
    with_axis,
    without,
)
from skthresh.pixels import ALLOWED_DTYPES
from skthresh.utils._dask import is_dask

__all__ = ["LazyBatch", "check_dask"]

# How far a pixel's answer looks, along each axis of its plane; None: at the whole image.
Reach = tuple[int, ...] | None


def check_dask(X: Any, name: str = "X") -> None:
    """Refuse a dask array that cannot be read as images; nothing is computed."""
    if not isinstance(X._meta, np.ndarray):
        raise TypeError(
            f"{name} is a dask array of {type(X._meta).__name__}; the chunks must be NumPy arrays."
        )
    if any(math.isnan(n) for n in X.shape):
        raise ValueError(
            f"{name} has unknown chunk sizes: its shape is {X.shape}. Images need a known shape: "
            f"call {name}.compute_chunk_sizes() first."
        )
    if X.dtype.kind not in "biuf" or X.dtype.itemsize > 8:
        raise ValueError(
            f"{name} has dtype {X.dtype}, which is not supported. Use {ALLOWED_DTYPES}."
        )
    if X.ndim < 2 or X.size == 0:
        raise ValueError(
            f"{name} has shape {X.shape}: axis 0 indexes samples, and an image needs at least one "
            "pixel. One image is passed as X[np.newaxis]."
        )


@dataclass(frozen=True)
class LazyBatch(Batch):
    """Validated images of which nothing has been read yet.

    Attributes
    ----------
    data : dask array
        X as the user holds it.
    mask : dask array of bool of data's shape, or None
        The pixels that count.
    """

    data: Any
    mask: Any = None

    is_lazy: ClassVar[bool] = True

    @property
    def is_ragged(self) -> bool:
        """Whether X is a list of images: it is not."""
        return False

    @property
    def is_flat(self) -> bool:
        """Whether the samples are rows of a table."""
        return bool(self.data.ndim == 2)

    @property
    def is_one_block(self) -> bool:
        """Whether the samples stand one after the other in memory: they are in none."""
        return False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The one dtype of all images."""
        dtype: np.dtype[Any] = self.data.dtype
        return dtype

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of a sample, channels included."""
        return tuple(self.image_shape or self.data.shape[1:])

    @property
    def n_channels(self) -> int | None:
        """Number of channels of each sample; None without a channel axis."""
        return None if self.channel_axis is None else self.sample_shape[self.channel_axis]

    @property
    def spatial_ndim(self) -> int:
        """Rank of one plane."""
        return len(self.sample_shape) - (self.channel_axis is not None)

    @property
    def plane_shape(self) -> tuple[int, ...]:
        """The shape of one plane: the sample's without the channels."""
        return without(self.sample_shape, self.channel_axis)

    def anew(self) -> LazyBatch:
        """Give the same images, to be read a second time.

        What is found out about whole images is needed before the first pixel is written. A graph
        that read them once would hold all of them in memory until then.
        """
        mask = None if self.mask is None else read_again(self.mask)
        return replace(self, data=read_again(self.data), mask=mask)

    def as_masks(self, y: Any, name: str) -> Any:
        """Bring masks to the shape and the chunks of X.

        Parameters
        ----------
        y : array-like or dask array
            One for each image, of its shape, with or without the channel axis; or one value for
            each image.
        name : str
            What errors call it.
        """
        if is_dask(y):
            if any(math.isnan(n) for n in y.shape):
                raise ValueError(
                    f"{name} has unknown chunk sizes: its shape is {y.shape}. Call "
                    f"{name}.compute_chunk_sizes() first."
                )
        else:
            given = np.asarray(y)
            chunks = self.data.chunks if given.shape == self.data.shape else "auto"
            y = da.from_array(given, chunks=chunks)
        if y.ndim == 0 or len(y) != len(self):
            raise ValueError(
                f"{name} has shape {y.shape}: one mask for each of the {len(self)} images of X is "
                "needed."
            )
        shape, pixels = self.data.shape[1:], self.plane_shape
        plain = (math.prod(pixels),) if self.image_shape else pixels
        if y.ndim == 1:
            y = da.broadcast_to(y.reshape(-1, *[1] * len(shape)), self.data.shape)
        elif y.shape[1:] != shape and y.shape[1:] == plain and self.channel_axis is not None:
            y = da.expand_dims(y.reshape(len(self), *pixels), self.channel_axis + 1)
            y = da.broadcast_to(y, (len(self), *self.sample_shape)).reshape(self.data.shape)
        if y.shape != self.data.shape:
            raise ValueError(
                f"{name} has shape {y.shape}, but X has shape {self.data.shape}: a mask has the "
                "shape of its image, with or without the channel axis."
            )
        return y.rechunk(self.data.chunks)

    def with_mask(self, mask: Any) -> LazyBatch:
        """Give the batch with the pixels that count."""
        masks = self.as_masks(mask, "mask")
        if masks.dtype != bool:
            raise ValueError(
                f"mask must be boolean, True on the pixels that count; got dtype {masks.dtype}."
            )
        return replace(self, mask=masks)

    def lazily(
        self,
        function: Callable[[Batch], Array],
        dtype: DTypeLike | None,
        *,
        reach: Reach,
        known: Any = None,
        width: int | None = None,
    ) -> Any:
        """Give a dask array of X's shape and chunks, to be filled block by block.

        Parameters
        ----------
        function : callable
            ``function(batch)`` gives an array of the batch's shape. It travels to the workers.
        dtype : dtype or None
            Of the result; None: that of X.
        reach : tuple of int, or None
            How far pixels look along each axis of a plane: so much of their neighbours is added to
            the blocks. None: blocks are whole images.
        known : dask array of shape (n_samples,), default=None
            What `each` found out: `function` finds it in its batch's `part`.
        width : int, default=None
            The length of the result's last axis, where X has its channels. None: that of X.
        """
        blocks = self._blocks(reach)
        dtype = np.dtype(self.dtype if dtype is None else dtype)
        last = () if width is None else ((width,),)
        chunks = blocks.x.chunks[: blocks.x.ndim - len(last)] + last
        out = blocks.run(function, "pixels", chunks, dtype, known)
        if last:
            return out.rechunk((*self.data.chunks[:-1], -1))
        return out.reshape(self.data.shape).rechunk(self.data.chunks)

    def without_axis(self, function: Callable[[Batch], Array], dtype: DTypeLike, axis: int) -> Any:
        """Give a dask array of samples that lack one axis; as `lazily` otherwise.

        ``function(batch)`` sees the axis whole, and nothing beyond a block.
        """
        x = self.data
        if self.image_shape is not None:
            x = x.reshape(len(self), *self.sample_shape)
        x = x.rechunk({axis + 1: -1})
        chunks = tuple((1,) if a == axis + 1 else c for a, c in enumerate(x.chunks))
        blocks = Blocks(x, None, (0,) * x.ndim, None)
        kept = partial(with_axis, function=function, axis=axis + 1)
        out = blocks.run(kept, "whole", chunks, np.dtype(dtype), None)
        out = out[(slice(None),) * (axis + 1) + (0,)]
        return out.reshape(len(self), -1) if self.is_flat else out

    def each(
        self,
        function: Callable[[Batch], list[Any]],
        merge: Callable[[Any, Any], Any],
        finish: Callable[[Any], Any] | None = None,
        *,
        reach: Reach = (),
        known: Any = None,
    ) -> Any:
        """Find out something about each image, from its blocks.

        Parameters
        ----------
        function : callable
            ``function(batch)`` gives one object for each sample.
        merge : callable
            Makes one object of two.
        finish : callable, default=None
            What becomes of the last one.
        reach, known
            As `lazily` has them; an empty reach is none.

        Returns
        -------
        found : dask array of object of shape (n_samples,)
        """
        blocks = self._blocks(reach)
        ones = tuple((1,) * len(c) for c in blocks.x.chunks[1:])
        parts = blocks.run(function, "each", (blocks.x.chunks[0], *ones), np.dtype(object), known)
        parts = folded(parts, tuple(range(1, parts.ndim)), merge)
        found = parts[(slice(None), *[0] * (parts.ndim - 1))]
        return found if finish is None else finished(found, finish)

    def reduce(self, function: Callable[[Batch], Any], merge: Callable[[Any, Any], Any]) -> Any:
        """Find out something about all images together, now; as `each` otherwise."""
        blocks = self._blocks(())
        ones = tuple((1,) * len(c) for c in blocks.x.chunks)
        parts = blocks.run(function, "all", ones, np.dtype(object), None)
        return folded(parts, tuple(range(parts.ndim)), merge).compute().item()

    @staticmethod
    def table(found: Any, tail: tuple[int, ...], dtype: Any) -> Any:
        """Give what `each` found as numbers: for each image an array of shape `tail`."""
        return da.map_blocks(
            _numbers,
            found,
            dtype=dtype,
            new_axis=list(range(1, 1 + len(tail))) or None,
            chunks=(found.chunks[0], *((n,) for n in tail)),
            meta=np.empty((0,) * (1 + len(tail)), dtype),
            tail=tail,
            to=np.dtype(dtype),
        )

    def everywhere(self, known: Any) -> Any:
        """Give what is known of all images alike, as `each` gives what it found."""
        chunks = at_least(1, self.data.chunks[0])
        return da.map_blocks(
            partial(_repeated, known=known, cuts=Cuts.of(chunks)),
            chunks=(chunks,),
            dtype=object,
            meta=np.empty(0, object),
        )

    def _blocks(self, reach: Reach) -> Blocks:
        axis = self.channel_axis
        x, mask = self.data, self.mask
        if axis is None and reach is not None and not any(reach):
            reach = (0,) * (x.ndim - 1)  # rows need not be folded
        elif self.image_shape is not None:
            x, mask = (
                None if a is None else a.reshape(len(self), *self.sample_shape) for a in (x, mask)
            )
        along: list[int | None] = [None] * self.spatial_ndim
        if reach is not None:
            along = list(reach or (0,) * self.spatial_ndim)
        if axis is not None:
            along.insert(axis, None)
        pairs = list(zip([0, *along], x.chunks, strict=True))
        chunks = [(sum(sizes),) if n is None else at_least(n, sizes) for n, sizes in pairs]
        depth = [
            0 if n is None or len(c) == 1 else n for (n, _), c in zip(pairs, chunks, strict=True)
        ]
        x, mask = (None if a is None else a.rechunk(tuple(chunks)) for a in (x, mask))
        return Blocks(x, mask, tuple(depth), axis)


def _numbers(found: Array, tail: tuple[int, ...], to: np.dtype[Any]) -> Array:
    numbers = np.array(found.tolist(), object)
    if to.kind == "i":
        info = np.iinfo(to)
        numbers = np.clip(numbers, info.min, info.max)
    return numbers.astype(to).reshape(len(found), *tail)


def _repeated(known: Any, cuts: Cuts, block_id: tuple[int, ...]) -> Array:
    start, stop = cuts.span(block_id[0])
    return objects([known] * (stop - start), 1)
