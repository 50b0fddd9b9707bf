"""What X is, once read: samples, their channels, and an output of the same kind.

Axis 0 of X indexes samples; all the other axes are the sample. `skthresh.reading` turns what
users pass into a `Batch`: samples that can be visited, and mapped to an output of X's kind, one
*plane* at a time. A plane is one channel of one sample as the kernels want it: C-contiguous,
read-only, of a native dtype that Numba knows. Together the two modules are the only place that
knows shapes, dtypes, channels, ragged lists and flat rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from skthresh.utils._threads import cuts, run_threads

__all__ = ["Array", "Batch", "ImagesLike", "Levels", "Part", "kernel_form"]

Array = NDArray[Any]

# What users may pass as images: an array-like with samples on axis 0, or a list of images.
ImagesLike = Any

# Writes one output plane from one input plane: (plane, out, sample index, channel index).
PlaneFunction = Callable[[Array, Array, int, int], None]


class Levels(NamedTuple):
    """What was seen of float pixels when they were read.

    Attributes
    ----------
    lo, hi : float
        The least and the greatest; (inf, -inf) if there is none.
    has_gaps : bool
        Whether any is NaN.
    """

    lo: float
    hi: float
    has_gaps: bool


@dataclass(frozen=True)
class Part:
    """Where a batch lies in larger images that it is a part of, and what is known of these.

    Attributes
    ----------
    start : tuple of int
        Where its planes begin in theirs.
    shape : tuple of int
        Of their planes.
    inside : tuple of slice
        What of its planes is asked for; the rest is there for the neighbours' sake.
    known : list or None
        For each sample, what an estimator has found out about the whole image.
    """

    start: tuple[int, ...]
    shape: tuple[int, ...]
    inside: tuple[slice, ...]
    known: list[Any] | None = None


@dataclass(frozen=True)
class Batch:
    """Validated images.

    Attributes
    ----------
    data : ndarray or list of ndarray
        X as the user holds it: a stack (flat rows included), or a list if X is ragged.
    image_shape : tuple of int or None
        How a flat row is to be folded; None if samples have their own shape.
    channel_axis : int or None
        The axis of one sample that indexes channels.
    mask : ndarray of bool, list of ndarray of bool, or None
        The pixels that count, as `data` is held, with or without the channel axis. None: all.
    part : Part or None
        What larger images the samples are parts of. None: they are whole.
    seen : tuple of (Levels or None), or None
        What is known of all pixels of each sample, so that nobody looks again.
    """

    # Whether the images are still to be read: see `skthresh.lazy_batch`.
    is_lazy: ClassVar[bool] = False

    data: Array | list[Array]
    image_shape: tuple[int, ...] | None = None
    channel_axis: int | None = None
    mask: Array | list[Array] | None = None
    part: Part | None = None
    seen: tuple[Levels | None, ...] | None = None

    @property
    def is_ragged(self) -> bool:
        """Whether X is a list of images."""
        return isinstance(self.data, list)

    @property
    def is_flat(self) -> bool:
        """Whether the samples are rows of a table, as scikit-learn's own data come."""
        return not self.is_ragged and self.held(0).ndim == 1

    @property
    def dtype(self) -> np.dtype[Any]:
        """The one dtype of all images."""
        return self.data[0].dtype

    @property
    def n_channels(self) -> int | None:
        """Number of channels of each sample; None without a channel axis."""
        if self.channel_axis is None:
            return None
        return int(self.sample(0).shape[self.channel_axis])

    @property
    def spatial_ndim(self) -> int:
        """Rank of one plane: the sample's axes without the channels."""
        return self.sample(0).ndim - (self.channel_axis is not None)

    def __len__(self) -> int:
        return len(self.data)

    def known(self, i: int) -> Any:
        """Give what was found out about the whole image of a sample; None: nothing."""
        return None if self.part is None or self.part.known is None else self.part.known[i]

    def levels(self, i: int) -> Levels | None:
        """Give what was seen of a sample; None: nothing, or it is not one plane that all counts."""
        if self.seen is None or self.channel_axis is not None or self.mask is not None:
            return None
        return self.seen[i]

    def held(self, i: int) -> Array:
        """Give sample ``i`` as X holds it: a row, if X is flat."""
        return self.data[i]

    def sample(self, i: int) -> Array:
        """Give sample ``i`` in its own shape, as a view."""
        return self._fold(self.held(i))

    @property
    def xp(self) -> Any:
        """The namespace of the images: NumPy, or one that has the same functions."""
        return np

    def like(self, x: Any) -> Any:
        """Give an array-like as an array of the images' kind."""
        return np.asarray(x)

    def is_boolean(self, x: Any) -> bool:
        """Tell whether an array of the images' kind is boolean."""
        return bool(x.dtype == bool)

    def nonzero(self, x: Any) -> Any:
        """Tell which pixels of a true mask are foreground."""
        return x != 0

    def valid(self, i: int, c: int) -> Array | None:
        """Give the pixels of a plane that the mask leaves in; None if there is no mask."""
        if self.mask is None:
            return None
        mask, shape, axis = self.mask[i], self.sample(i).shape, self.channel_axis
        if axis is None or mask.size == math.prod(shape):
            mask = mask.reshape(shape)
            return mask if axis is None else mask.take(c, axis=axis)
        return mask.reshape(shape[:axis] + shape[axis + 1 :])

    def samples(self) -> Iterator[Array]:
        """Visit every sample in its own shape."""
        for i in range(len(self)):
            yield self.sample(i)

    def planes(self, channel: int | None = None) -> Iterator[tuple[Array, int, int]]:
        """Visit every (plane, sample index, channel index), of one channel only if it is given.

        The planes are in the kernels' form; what had to be copied for that is gone with the next.
        """
        for i in range(len(self)):
            for c, view in enumerate(self._channels(self.data[i])):
                if channel is None or c == channel:
                    yield kernel_form(view), i, c

    def whole(self) -> Array | None:
        """Give all pixels as one plane; None if they are not one block, or some do not count."""
        return kernel_form(self.data) if self.is_one_block else None  # type: ignore[arg-type]

    def pixels(self, channel: int | None = None) -> Iterator[tuple[Array, int, int]]:
        """Visit the pixels that count of what `planes` visits."""
        for plane, i, c in self.planes(channel):
            yield self._counted(plane, i, c), i, c

    def _counted(self, plane: Array, i: int, c: int) -> Array:
        valid = self.valid(i, c)
        return plane if valid is None else kernel_form(plane[valid])

    def map(
        self,
        function: PlaneFunction,
        dtype: DTypeLike | None = None,
        *,
        pointwise: bool = False,
        n_jobs: int = 1,
    ) -> Array | list[Array]:
        """Fill an output of X's kind and shape, plane by plane.

        Parameters
        ----------
        function : callable
            ``function(plane, out, sample, channel)`` writes `out`, which is C-contiguous and of
            a native dtype.
        dtype : dtype, default=None
            Of the output; None means that of each input image.
        pointwise : bool, default=False
            Whether an output pixel depends on its input pixel and on nothing else, sample and
            channel included. Then a whole contiguous stack is handed over in one call, or in one
            for each thread.
        n_jobs : int, default=1
            Threads: each takes a sample at a time.
        """
        if isinstance(self.data, list):
            out: Any = [np.empty(x.shape, x.dtype if dtype is None else dtype) for x in self.data]
        else:
            out = np.empty(self.data.shape, self.dtype if dtype is None else dtype)
            if pointwise and self.is_one_block:
                _fill_parts(function, self.data, out, n_jobs)
                return out

        def work(i: int) -> None:
            pairs = zip(self._channels(self.data[i]), self._channels(out[i]), strict=True)
            for c, (source, target) in enumerate(pairs):
                _fill(function, source, target, i, c)

        run_threads(work, range(len(self)), n_jobs)
        return out

    @property
    def is_one_block(self) -> bool:
        """Whether the samples stand one after the other in memory, and all pixels count."""
        return (
            not isinstance(self.data, list)
            and self.channel_axis is None
            and self.mask is None
            and self.data.flags.c_contiguous
        )

    def rows(self) -> Array:
        """Give the samples as rows of pixels, as the kernels want them; they must be one block."""
        assert not isinstance(self.data, list)
        return kernel_form(self.data.reshape(len(self), -1))

    def map_block(
        self, function: Callable[[Array, Array], None], dtype: DTypeLike | None = None
    ) -> Array:
        """Fill an output from all samples at once: ``function(stack, out)``; as `map` otherwise.

        The samples must be one block.
        """
        assert not isinstance(self.data, list)
        shape = (len(self), *self.sample(0).shape)
        out = np.empty(shape, self.dtype if dtype is None else dtype)
        _fill(lambda v, o, *_: function(v, o), self.data.reshape(shape), out, 0, 0)
        return out.reshape(self.data.shape)

    def rebuild(self, samples: list[Array]) -> Array | list[Array]:
        """Give new samples back as X came: a list, flat rows, or a stack."""
        if self.is_ragged:
            return samples
        if self.is_flat:
            samples = [s.reshape(-1) for s in samples]
        dtypes = {s.dtype for s in samples}
        # NumPy alone would make native ones of swapped bytes.
        return np.stack(samples, dtype=dtypes.pop() if len(dtypes) == 1 else None)

    def _fold(self, x: Array) -> Array:
        return x if self.image_shape is None else x.reshape(self.image_shape)

    def _channels(self, x: Array) -> list[Array]:
        x = self._fold(x)
        if self.channel_axis is None:
            return [x]
        return list(np.moveaxis(x, self.channel_axis, 0))


def kernel_form(plane: Array) -> Array:
    """Give a plane as the kernels want it: C-contiguous, native, read-only, Numba's dtypes.

    Nothing is copied unless it must be. Read-only views give Numba one type to compile for,
    whether or not the user's array is writable, and make a write to the input impossible.
    """
    view = np.ascontiguousarray(plane, dtype=_kernel_dtype(plane.dtype)).view()
    view = view.reshape(plane.shape)  # ascontiguousarray makes a scalar 1-D
    if view.dtype == bool:
        view = view.view(np.uint8)
    view.flags.writeable = False
    return view


def _kernel_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    # Numba has no float16 on the CPU, and no foreign byte order.
    return np.dtype(np.float32) if dtype.str[1:] == "f2" else dtype.newbyteorder("=")


def _fill_parts(function: PlaneFunction, data: Array, out: Array, n_jobs: int) -> None:
    """Fill a stack whose pixels are independent of each other, a part in each thread."""
    if n_jobs == 1:
        _fill(function, data, out, 0, 0)
        return
    data, out = data.reshape(-1), out.reshape(-1)
    run_threads(lambda p: _fill(function, data[p], out[p], 0, 0), cuts(data.size, n_jobs), n_jobs)


def _fill(function: PlaneFunction, source: Array, target: Array, i: int, c: int) -> None:
    dtype = _kernel_dtype(target.dtype)
    direct = target.flags.c_contiguous and dtype == target.dtype
    out = target if direct else np.empty(target.shape, dtype)
    function(kernel_form(source), out.view(np.uint8) if dtype.kind == "b" else out, i, c)
    if not direct:
        with np.errstate(over="ignore"):  # in float16 a threshold may be infinite
            target[...] = out
