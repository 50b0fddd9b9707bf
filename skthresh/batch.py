"""What X may be: the only place that knows shapes, dtypes, channels, ragged lists and flat rows.

Axis 0 of X indexes samples; all the other axes are the sample. An estimator calls `read_batch`
and from then on sees a `Batch`: samples that can be visited, and mapped to an output of the same
kind as X, one *plane* at a time. A plane is one channel of one sample as the kernels want it:
C-contiguous, read-only, of a native dtype that Numba knows.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sklearn.utils.validation import check_array, validate_data

from skthresh.exceptions import BatchShapeWarning

__all__ = ["Array", "Batch", "ImagesLike", "read_batch"]

Array = NDArray[Any]

# What users may pass as images: an array-like with samples on axis 0, or a list of images.
ImagesLike = Any

ALLOWED_DTYPES = "bool, (u)int8, (u)int16, (u)int32, (u)int64, float16, float32, float64"

# A table with both sides from here on and no longer than this many times its width looks more
# like one image than like flat rows.
IMAGE_LIKE_SIDE = 32
IMAGE_LIKE_ASPECT = 4

# Writes one output plane from one input plane: (plane, out, sample index, channel index).
PlaneFunction = Callable[[Array, Array, int, int], None]


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
    """

    data: Array | list[Array]
    image_shape: tuple[int, ...] | None = None
    channel_axis: int | None = None

    @property
    def is_ragged(self) -> bool:
        """Whether X is a list of images."""
        return isinstance(self.data, list)

    @property
    def is_flat(self) -> bool:
        """Whether the samples are rows of a table, as scikit-learn's own data come."""
        return not self.is_ragged and self.data[0].ndim == 1

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

    def sample(self, i: int) -> Array:
        """Give sample ``i`` in its own shape, as a view."""
        return self._fold(self.data[i])

    def samples(self) -> Iterator[Array]:
        """Visit every sample in its own shape."""
        for i in range(len(self)):
            yield self.sample(i)

    def planes(self) -> Iterator[tuple[Array, int, int]]:
        """Visit every (plane, sample index, channel index), in the kernels' form."""
        for i in range(len(self)):
            for c, view in enumerate(self._channels(self.data[i])):
                yield kernel_form(view), i, c

    def map(
        self, function: PlaneFunction, dtype: DTypeLike | None = None, *, pointwise: bool = False
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
            channel included. Then a whole contiguous stack is handed over in one call.
        """
        if isinstance(self.data, list):
            return [self._map_sample(function, x, dtype, i) for i, x in enumerate(self.data)]
        out = np.empty(self.data.shape, self.dtype if dtype is None else dtype)
        if pointwise and self.channel_axis is None and self.data.flags.c_contiguous:
            _fill(function, self.data, out, 0, 0)
        else:
            for i, x in enumerate(self.data):
                self._map_sample(function, x, out[i], i)
        return out

    def rebuild(self, samples: list[Array]) -> Array | list[Array]:
        """Give new samples back as X came: a list, flat rows, or a stack."""
        if self.is_ragged:
            return samples
        if self.is_flat:
            return np.stack([s.reshape(-1) for s in samples])
        return np.stack(samples)

    def _map_sample(
        self, function: PlaneFunction, x: Array, out: Array | DTypeLike | None, i: int
    ) -> Array:
        if not isinstance(out, np.ndarray):
            out = np.empty(x.shape, x.dtype if out is None else out)
        pairs = zip(self._channels(x), self._channels(out), strict=True)
        for c, (source, target) in enumerate(pairs):
            _fill(function, source, target, i, c)
        return out

    def _fold(self, x: Array) -> Array:
        return x if self.image_shape is None else x.reshape(self.image_shape)

    def _channels(self, x: Array) -> list[Array]:
        x = self._fold(x)
        if self.channel_axis is None:
            return [x]
        return list(np.moveaxis(x, self.channel_axis, 0))

    @classmethod
    def of(cls, image: Array) -> Self:
        """Wrap one image that is known to be valid."""
        return cls(image[np.newaxis])


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


def _fill(function: PlaneFunction, source: Array, target: Array, i: int, c: int) -> None:
    dtype = _kernel_dtype(target.dtype)
    direct = target.flags.c_contiguous and dtype == target.dtype
    out = target if direct else np.empty(target.shape, dtype)
    function(kernel_form(source), out.view(np.uint8) if dtype.kind == "b" else out, i, c)
    if not direct:
        target[...] = out


def is_ragged(X: ImagesLike) -> bool:
    """Tell whether X is a list of images rather than an array or nested lists of numbers."""
    if isinstance(X, np.ndarray):
        return X.dtype.kind == "O" and X.ndim == 1 and len(X) > 0 and _is_image(X[0])
    return isinstance(X, list | tuple) and len(X) > 0 and any(_is_image(x) for x in X)


def _is_image(x: object) -> bool:
    if not (hasattr(x, "__array__") or hasattr(x, "__array_interface__")):
        return False
    return np.ndim(x) > 0  # type: ignore[arg-type]


def read_batch(
    estimator: Any,
    X: ImagesLike,
    *,
    reset: bool,
    channel_axis: int | None = None,
    image_shape: int | tuple[int, ...] | None = None,
    shape_matters: bool = False,
    mixed_ranks: bool = False,
) -> Batch:
    """Validate X and remember, or check, what kind of samples an estimator was fitted on.

    Parameters
    ----------
    estimator : estimator
        Gets ``sample_ndim_`` and ``n_channels_`` (and, for flat rows, scikit-learn's
        ``n_features_in_`` and ``feature_names_in_``) when `reset`; is checked against them
        otherwise.
    X : array-like or list of array-like
        The images.
    reset : bool
        Whether this is a fit.
    channel_axis : int, default=None
        The axis of one sample that indexes channels.
    image_shape : int or tuple of int, default=None
        How a flat row (2-D X) is to be folded.
    shape_matters : bool, default=False
        Whether the estimator would treat an image differently if its rows were samples.
    mixed_ranks : bool, default=False
        Whether a ragged list may hold images of different ranks.
    """
    if is_ragged(X):
        data: Array | list[Array] = _read_list(X, mixed_ranks=mixed_ranks)
        _forget_features(estimator, reset=reset)
    else:
        data = _read_array(estimator, X, reset=reset)
    batch = Batch(data)
    if batch.is_flat and image_shape is not None:
        batch = Batch(data, _check_image_shape(image_shape, data[0].size))
    if channel_axis is not None:
        batch = Batch(data, batch.image_shape, _check_channel_axis(channel_axis, batch))
    if mixed_ranks:
        estimator.sample_ndim_ = estimator.n_channels_ = None
    else:
        _check_layout(estimator, batch, reset=reset)
    if reset:
        _warn_of_suspicious_shape(estimator, batch, shape_matters=shape_matters)
    return batch


def _read_list(X: ImagesLike, *, mixed_ranks: bool) -> list[Array]:
    images = [
        _check_dtype(
            check_array(
                x,
                dtype="numeric",
                ensure_2d=False,
                allow_nd=True,
                ensure_min_samples=0,
                ensure_min_features=0,
                ensure_all_finite=False,
                input_name=f"X[{i}]",
            ),
            f"X[{i}]",
        )
        for i, x in enumerate(X)
    ]
    first = images[0]
    for i, x in enumerate(images):
        if x.size == 0 or x.ndim == 0:
            raise ValueError(f"X[{i}] has shape {x.shape}; an image needs at least one pixel.")
        if x.ndim != first.ndim and not mixed_ranks:
            raise ValueError(
                f"X[{i}] has shape {x.shape} and X[0] has shape {first.shape}: the images of "
                "one batch must have the same number of dimensions. If some are colour and "
                "some are grey, convert them with skthresh.ToGray()."
            )
        if x.dtype != first.dtype:
            raise ValueError(
                f"X[{i}] has dtype {x.dtype} and X[0] has dtype {first.dtype}: the images of "
                "one batch must have one dtype."
            )
    return images


def _read_array(estimator: Any, X: ImagesLike, *, reset: bool) -> Array:
    checks: dict[str, Any] = {
        "dtype": "numeric",
        "allow_nd": True,
        "ensure_all_finite": False,  # its sum overflows on extreme values
    }
    ndim = X.ndim if hasattr(X, "ndim") else _nested_ndim(X)
    if ndim <= 2:  # a table: scikit-learn's own rules, its feature names and its messages
        return _check_dtype(validate_data(estimator, X, reset=reset, **checks), "X")
    X = _check_dtype(check_array(X, estimator=estimator, input_name="X", **checks), "X")
    if X.size == 0:
        raise ValueError(f"X has shape {X.shape}; an image needs at least one pixel.")
    _forget_features(estimator, reset=reset)
    return X


def _nested_ndim(X: Any) -> int:
    ndim = 0
    while isinstance(X, list | tuple):
        ndim += 1
        if not X:
            break
        X = X[0]
    return ndim


def _check_dtype(x: Array, name: str) -> Array:
    if x.dtype.kind in "biu":
        return x
    if x.dtype.kind != "f" or x.dtype.itemsize > 8:
        raise ValueError(
            f"{name} has dtype {x.dtype}, which is not supported. Use {ALLOWED_DTYPES}."
        )
    if np.isinf(x).any():
        raise ValueError(
            f"Input {name} contains infinity or a value too large for {x.dtype!r}. NaN may stand "
            "for missing pixels."
        )
    return x


def _check_image_shape(image_shape: int | tuple[int, ...], n_pixels: int) -> tuple[int, ...]:
    shape = (image_shape,) if isinstance(image_shape, int) else tuple(image_shape)
    if math.prod(shape) != n_pixels or any(n < 1 for n in shape):
        raise ValueError(
            f"image_shape={shape} asks for {math.prod(shape)} pixels, but the rows of X have "
            f"{n_pixels}."
        )
    return shape


def _check_channel_axis(channel_axis: int, batch: Batch) -> int:
    """Turn the axis into a non-negative one, and check that the samples have it."""
    n_channels = set()
    for i, x in enumerate(batch.samples()):
        if x.ndim < 2 or not -x.ndim <= channel_axis < x.ndim:
            raise ValueError(
                f"channel_axis={channel_axis} asks for a channel axis beside at least one axis "
                f"of pixels, but sample {i} of X has shape {x.shape}."
            )
        n_channels.add(x.shape[channel_axis])
        if not batch.is_ragged:
            break
    if len(n_channels) > 1:
        raise ValueError(
            f"The images of X have {sorted(n_channels)} channels on channel_axis={channel_axis}; "
            "the images of one batch must have the same number."
        )
    return channel_axis % batch.sample(0).ndim


def _forget_features(estimator: Any, *, reset: bool) -> None:
    """Drop what an earlier fit on flat rows recorded; refuse images where rows were fitted."""
    if not reset:
        return
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(estimator, name):
            delattr(estimator, name)


def _check_layout(estimator: Any, batch: Batch, *, reset: bool) -> None:
    ndim, n_channels = batch.data[0].ndim, batch.n_channels
    if reset:
        estimator.sample_ndim_, estimator.n_channels_ = ndim, n_channels
        return
    name = type(estimator).__name__
    if ndim != estimator.sample_ndim_:
        raise ValueError(
            f"X has samples of {ndim} dimension(s) (shape {batch.data[0].shape}), but {name} was "
            f"fitted on samples of {estimator.sample_ndim_}. Axis 0 of X indexes samples: one "
            "image is passed as image[np.newaxis]."
        )
    if n_channels != estimator.n_channels_:
        raise ValueError(
            f"X has {n_channels} channels, but {name} was fitted on {estimator.n_channels_}."
        )


def _warn_of_suspicious_shape(estimator: Any, batch: Batch, *, shape_matters: bool) -> None:
    name, x = type(estimator).__name__, batch.data[0]
    if (
        shape_matters
        and batch.is_flat
        and batch.image_shape is None
        and _looks_like_image(len(batch), x.size)
    ):
        warnings.warn(
            f"{name} reads X of shape {(len(batch), x.size)} as {len(batch)} samples of one row "
            "each. If X is one image, add the axis of samples: X[np.newaxis]. If its rows are "
            "flattened images, pass image_shape=(height, width). If they really are 1-D signals, "
            f"say so with image_shape=({x.size},).",
            BatchShapeWarning,
            stacklevel=_caller_level(),
        )
    sample = batch.sample(0)
    if estimator.sample_ndim_ is None and sample.ndim > 2:
        return  # it takes colour as it comes
    pixels = sample.shape[:-1] if sample.ndim == 3 else (len(batch), *sample.shape[:-1])
    if (
        batch.channel_axis is None
        and sample.ndim in (2, 3)
        and sample.shape[-1] in (3, 4)
        and _looks_like_image(*pixels[-2:])
    ):
        kind = "a grey volume" if sample.ndim == 3 else "a grey image"
        warnings.warn(
            f"{name} reads each sample of shape {sample.shape} as {kind}, its last axis as "
            "pixels. If that axis is colour, convert with skthresh.ToGray() first, or pass "
            "channel_axis=-1 to threshold each channel by itself"
            + ("." if sample.ndim == 3 else "; and one colour image is passed as X[np.newaxis]."),
            BatchShapeWarning,
            stacklevel=_caller_level(),
        )


def _looks_like_image(*shape: int) -> bool:
    return min(shape) >= IMAGE_LIKE_SIDE and max(shape) <= IMAGE_LIKE_ASPECT * min(shape)


def _caller_level() -> int:
    """Count the frames up to the user's own line, so that the warning points at it."""
    import sys  # noqa: PLC0415

    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("skthresh.", "sklearn.")) or ".tests." in module:
            break
        frame, level = frame.f_back, level + 1
    return level
