"""What X may be: checked, remembered from `fit` to `transform`, and refused by name.

Everything that users pass as images comes through `read_batch`, which gives a
`skthresh.batch.Batch`.
"""

from __future__ import annotations

import math
import os
import sys
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_array, validate_data

from skthresh.array_api.batch import array_batch, refuse_unsupported
from skthresh.array_api.namespace import check_home, is_dispatched
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.exceptions import BatchShapeWarning
from skthresh.pixels import Seen, check_dtype, look_at, look_at_each
from skthresh.utils._dask import is_dask
from skthresh.utils._sklearn import InvalidParameterError

__all__ = ["is_ragged", "read_batch"]

# A table no longer than this many times its width may be an image, if it is large enough.
IMAGE_LIKE_ASPECT = 4

# From this side length on, a last axis of 3 or 4 may be colour.
COLOURED_SIDE = 16


def is_ragged(X: ImagesLike) -> bool:
    """Tell whether X is a list of images rather than an array or nested lists of numbers."""
    if isinstance(X, np.ndarray):
        return X.dtype.kind == "O" and X.ndim == 1 and len(X) > 0 and _is_image(X[0])
    return isinstance(X, list | tuple) and len(X) > 0 and any(_is_image(x) for x in X)


def _is_image(x: object) -> bool:
    if not any(hasattr(x, a) for a in ("__array__", "__array_interface__", "__dlpack__")):
        return False
    return np.ndim(x) > 0  # type: ignore[arg-type]


def read_batch(
    estimator: Any,
    X: ImagesLike,
    *,
    reset: bool,
    channel_axis: int | None = None,
    image_shape: int | tuple[int, ...] | None = None,
    image_like_side: int | None = None,
    mixed_ranks: bool = False,
    mask: Any = None,
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
    image_like_side : int or None, default=None
        Warn of 2-D X whose sides are at least so long: it may be one image. None: never.
    mixed_ranks : bool, default=False
        Whether a ragged list may hold images of different ranks.
    mask : array-like of bool or list of array-like of bool, default=None
        The pixels that count: one mask for each image.
    """
    _refuse_what_would_be_lost(X)
    elsewhere, data = is_dispatched(X), X
    if elsewhere:
        refuse_unsupported(estimator)
    check_home(estimator, X, reset=reset)
    if is_dask(X):
        batch = _read_dask(estimator, X, reset=reset)
    else:
        if is_ragged(X):
            data, seen = _read_list(X, mixed_ranks=mixed_ranks)
            _forget_features(estimator, reset=reset)
        else:
            data, seen = _read_array(estimator, X, reset=reset)
        batch = array_batch(data) if elsewhere else Batch(data, seen=seen)
    if batch.is_flat and image_shape is not None:
        shape = _check_image_shape(image_shape, batch.held(0).shape[0])
        batch = replace(batch, image_shape=shape)
    if channel_axis is not None:
        batch = replace(batch, channel_axis=_check_channel_axis(channel_axis, batch))
    if mixed_ranks:
        estimator.sample_ndim_ = estimator.n_channels_ = None
    else:
        _check_layout(estimator, batch, reset=reset)
    if reset:
        _warn_of_suspicious_shape(estimator, batch, image_like_side)
    if mask is None:
        return batch
    if batch.is_lazy:
        lazy: Any = batch
        return lazy.with_mask(mask)
    return replace(batch, mask=_read_mask(mask, batch))


def _read_dask(estimator: Any, X: Any, *, reset: bool) -> Any:
    from skthresh.lazy_batch import LazyBatch, check_dask  # noqa: PLC0415  dask need not be there

    check_dask(X)
    if X.ndim == 2:  # scikit-learn's rules for the width of tables
        validate_data(estimator, X, reset=reset, skip_check_array=True)
    else:
        _forget_features(estimator, reset=reset)
    return LazyBatch(X)


def _read_mask(mask: Any, batch: Batch) -> Array | list[Array]:
    """Check that there is a boolean mask for each image, of its shape."""
    masks: Any = [batch.like(m) for m in mask] if is_ragged(mask) else batch.like(mask)
    n = len(masks) if isinstance(masks, list) else (*masks.shape, None)[0]
    if n != len(batch) or np.ndim(masks[0] if isinstance(masks, list) else masks) == 0:
        raise ValueError(
            f"mask must have one mask for each of the {len(batch)} images of X; got "
            + (f"{n} masks." if isinstance(masks, list) else f"shape {tuple(masks.shape)}.")
        )
    for i in range(len(batch)):
        m = masks[i] if isinstance(masks, list) else masks[i, ...]
        if not batch.is_boolean(m):
            raise ValueError(
                f"mask must be boolean, True on the pixels that count; mask[{i}] has dtype "
                f"{m.dtype}."
            )
        shapes = {tuple(batch.held(i).shape)}
        if batch.channel_axis is not None:
            sample = tuple(batch.sample(i).shape)
            pixels = sample[: batch.channel_axis] + sample[batch.channel_axis + 1 :]
            shapes.add((math.prod(pixels),) if batch.image_shape else pixels)
        if tuple(m.shape) not in shapes:
            raise ValueError(
                f"mask[{i}] has shape {tuple(m.shape)}, but X[{i}] has shape "
                f"{tuple(batch.held(i).shape)}: a mask has the shape of its image, with or without "
                "the channel axis."
            )
    return masks


def _refuse_what_would_be_lost(X: ImagesLike) -> None:
    """Refuse files' names and classes, which are no images, and masks, which NumPy drops."""
    items = X if isinstance(X, list | tuple) else [X]
    for x in items:
        if isinstance(x, type):
            raise TypeError(f"X holds the class {x.__name__} where an image is expected.")
        if isinstance(x, str | os.PathLike):
            raise TypeError(
                f"X holds the name {str(x)!r} where an image is expected. Read the files first, "
                "for example with skimage.io.imread or skthresh.datasets.load_pairs."
            )
        if isinstance(x, np.ma.MaskedArray) and np.ma.is_masked(x):
            raise TypeError(
                "X is a masked array, whose mask would be lost. NaN means 'no data' here: pass "
                "X.astype(float).filled(np.nan)."
            )
        if x is not X and is_dask(x):
            raise TypeError(
                "X is a list of dask arrays, which would all be loaded. Stack images of one shape "
                "with dask.array.stack(X)."
            )


def _read_list(X: ImagesLike, *, mixed_ranks: bool) -> tuple[list[Array], Seen]:
    images = [
        check_dtype(
            x
            if _is_plain(x)
            else check_array(
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
    seen = tuple(look_at(x, f"X[{i}]") for i, x in enumerate(images))
    first = images[0]
    for i, x in enumerate(images):
        if x.ndim == 0 or 0 in x.shape:
            raise ValueError(
                f"X[{i}] has shape {tuple(x.shape)}; an image needs at least one pixel."
            )
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
    return images, seen


def _read_array(estimator: Any, X: ImagesLike, *, reset: bool) -> tuple[Array, Seen]:
    checks: dict[str, Any] = {
        "dtype": "numeric",
        "allow_nd": True,
        "ensure_all_finite": False,  # its sum overflows on extreme values
    }
    ndim = X.ndim if hasattr(X, "ndim") else _nested_ndim(X)
    if ndim <= 2:  # a table: scikit-learn's own rules, its feature names and its messages
        X = check_dtype(validate_data(estimator, X, reset=reset, **checks), "X")
        return X, look_at_each(X)
    if not _is_plain(X) or 0 in X.shape:
        X = check_array(X, estimator=estimator, input_name="X", **checks)
    X = check_dtype(X, "X")
    if 0 in X.shape:
        raise ValueError(f"X has shape {tuple(X.shape)}; an image needs at least one pixel.")
    seen = look_at_each(X)
    _forget_features(estimator, reset=reset)
    return X, seen


def _is_plain(x: Any) -> bool:
    """Tell what `check_array` would give back as it is; it takes longer than a small image."""
    return type(x) is np.ndarray and x.dtype.kind in "biuf"


def _nested_ndim(X: Any) -> int:
    ndim = 0
    while isinstance(X, list | tuple):
        ndim += 1
        if not X:
            break
        X = X[0]
    return ndim


def _check_image_shape(image_shape: int | tuple[int, ...], n_pixels: int) -> tuple[int, ...]:
    shape = tuple(image_shape) if isinstance(image_shape, tuple | list) else (image_shape,)
    if not all(isinstance(n, int | np.integer) and n > 0 for n in shape):
        raise InvalidParameterError(
            f"image_shape={image_shape!r} is not allowed: it must be a positive int, or a tuple of "
            "them."
        )
    if math.prod(shape) != n_pixels:
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
                f"of pixels, but sample {i} of X has shape {tuple(x.shape)}."
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
    ndim, n_channels = batch.held(0).ndim, batch.n_channels
    if reset:
        estimator.sample_ndim_, estimator.n_channels_ = ndim, n_channels
        return
    name = type(estimator).__name__
    if estimator.sample_ndim_ is None:  # it was fitted on no images
        return
    if ndim != estimator.sample_ndim_:
        raise ValueError(
            f"X has samples of {ndim} dimension(s) (shape {tuple(batch.held(0).shape)}), "
            f"but {name} was fitted on samples of {estimator.sample_ndim_}. Axis 0 of X indexes "
            "samples: one image is passed as image[np.newaxis]."
        )
    if n_channels != estimator.n_channels_:
        raise ValueError(
            f"X has {n_channels} channels, but {name} was fitted on {estimator.n_channels_}."
        )


def _warn_of_suspicious_shape(estimator: Any, batch: Batch, image_like_side: int | None) -> None:
    name, shape = type(estimator).__name__, tuple(batch.held(0).shape)
    if (
        image_like_side is not None
        and batch.is_flat
        and batch.image_shape is None
        and _looks_like_image(len(batch), shape[0], side=image_like_side)
    ):
        warnings.warn(
            f"{name} reads X of shape {(len(batch), *shape)} as {len(batch)} samples of one row "
            "each. If X is one image, add the axis of samples: X[np.newaxis]. If its rows are "
            "flattened images, pass image_shape=(height, width). If they really are 1-D signals, "
            f"say so with image_shape={shape}.",
            BatchShapeWarning,
            stacklevel=_caller_level(),
        )
    sample = tuple(batch.sample(0).shape)
    if estimator.sample_ndim_ is None and len(sample) > 2:
        return  # it takes colour as it comes
    pixels = sample[:-1] if len(sample) == 3 else (len(batch), *sample[:-1])
    if (
        batch.channel_axis is None
        and len(sample) in (2, 3)
        and sample[-1] in (3, 4)
        and _looks_like_image(*pixels[-2:], side=COLOURED_SIDE)
    ):
        kind = "a grey volume" if len(sample) == 3 else "a grey image"
        warnings.warn(
            f"{name} reads each sample of shape {sample} as {kind}, its last axis as "
            "pixels. If that axis is colour, convert with skthresh.ToGray() first, or pass "
            "channel_axis=-1 to threshold each channel by itself"
            + ("." if len(sample) == 3 else "; and one colour image is passed as X[np.newaxis]."),
            BatchShapeWarning,
            stacklevel=_caller_level(),
        )


def _looks_like_image(*shape: int, side: int) -> bool:
    return min(shape) >= side and max(shape) <= IMAGE_LIKE_ASPECT * min(shape)


def _caller_level() -> int:
    """Count the frames up to the user's own line, so that the warning points at it."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(("skthresh.", "sklearn.")) or ".tests." in module:
            break
        frame, level = frame.f_back, level + 1
    return level
