"""From the user's images and masks to what a network takes, one image at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.reading import is_ragged

__all__ = [
    "check_rank",
    "input_range",
    "labels_of",
    "load_image",
    "pad_to",
    "padded_shape",
    "read_masks",
]


def check_rank(X: ImagesLike, channel_axis: int | None) -> None:
    """Refuse what is not a batch of images, before it is read as something else."""
    try:
        ndim = np.ndim(X[0]) if is_ragged(X) else np.ndim(X) - 1
    except ValueError:  # nested lists of unequal lengths: scikit-learn's validation says so better
        return
    if ndim < 2:
        hint = (
            "One image is passed as X[np.newaxis]; flat rows are folded by "
            "X.reshape(-1, height, width)."
        )
    elif ndim != 2 and channel_axis is None:
        hint = (
            "If an axis is colour, pass it as channel_axis=-1, or convert with skthresh.ToGray() "
            "first."
        )
    elif ndim != 3 and channel_axis is not None:
        hint = (
            f"channel_axis={channel_axis} asks for images of three dimensions, channels included; "
            "for grey images use channel_axis=None."
        )
    else:
        return
    given = f"X has samples of shape {np.shape(X[0])}" if ndim > 0 else "X has no images"
    raise ValueError(
        f"{given}, but UNetSegmenter needs images: X of shape (n, height, width), or with a "
        f"channel_axis, or a list of images. {hint}"
    )


def input_range(images: Iterable[Array]) -> tuple[float, float]:
    """Find the smallest and the largest pixel, NaN left out."""
    low, high = np.nan, np.nan
    for x in images:
        low = np.fmin(low, float(np.fmin.reduce(x, axis=None)))
        high = np.fmax(high, float(np.fmax.reduce(x, axis=None)))
    if np.isnan(low):
        raise ValueError("X has only NaN in its training images: there is nothing to learn from.")
    return float(low), float(high)


def load_image(batch: Batch, i: int, limits: tuple[float, float]) -> tuple[Array, Array]:
    """Read one image as the network takes it.

    Parameters
    ----------
    batch : Batch
        The images.
    i : int
        Which one.
    limits : tuple of (float, float)
        The values that become 0 and 1.

    Returns
    -------
    image : ndarray of float32 of shape (height, width, n_channels)
        Scaled, with 0 where there are no data.
    no_data : ndarray of bool of shape (height, width)
        Where some channel is NaN.
    """
    x = batch.sample(i)
    x = x[..., np.newaxis] if batch.channel_axis is None else np.moveaxis(x, batch.channel_axis, -1)
    low, high = limits
    # float32 holds 16-bit integers exactly; wider pixels lose nothing before they are scaled.
    image: Any = x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
    image -= low
    if high > low:
        image /= high - low
    no_data = np.isnan(image).any(axis=-1)
    if no_data.any():
        image[np.isnan(image)] = 0
    return image.astype(np.float32, copy=False), no_data


def padded_shape(shape: Sequence[int], multiple: int) -> tuple[int, int]:
    """Round height and width up to multiples."""
    height, width = (-(-n // multiple) * multiple for n in shape)
    return height, width


def pad_to(image: Array, shape: tuple[int, int], mode: Literal["reflect", "constant"]) -> Array:
    """Pad height and width at their ends, by reflection or with zeros ("constant")."""
    pads = [(0, shape[0] - image.shape[0]), (0, shape[1] - image.shape[1])]
    if not any(after for _, after in pads):
        return image
    pads += [(0, 0)] * (image.ndim - 2)
    return np.pad(image, pads, mode)


def read_masks(y: Any, batch: Batch) -> list[Array]:
    """Check that y has a mask of labels for each image.

    Parameters
    ----------
    y : array-like of shape (n, height, width) or list of array-like
        The masks.
    batch : Batch
        The images.

    Returns
    -------
    list of ndarray
        The masks, in the user's labels; views where possible.
    """
    if y is None:
        raise ValueError("UNetSegmenter requires y to be passed, but the target y is None.")
    masks = [np.asarray(mask) for mask in (y if isinstance(y, list | tuple) else np.asarray(y))]
    if len(masks) != len(batch):
        raise ValueError(
            f"X has {len(batch)} images and y has {len(masks)} masks: each image needs one mask."
        )
    for i, mask in enumerate(masks):
        _check_shape(mask, batch, i)
        if mask.dtype.kind not in "biuf":
            raise ValueError(
                f"y[{i}] has dtype {mask.dtype}; the labels of a mask are booleans or integers."
            )
        if mask.dtype.kind == "f":
            wrong = mask[~(mask == np.floor(mask))]  # NaN is caught too
            if wrong.size:
                raise ValueError(
                    f"y[{i}] has the value {wrong[0]}; the labels of a mask are whole numbers. "
                    "If y holds grey levels, threshold it first, for example y > 0.5."
                )
    return masks


def _check_shape(mask: Array, batch: Batch, i: int) -> None:
    image = batch.sample(i)
    shape = list(image.shape)
    if batch.channel_axis is not None:
        del shape[batch.channel_axis]
    if mask.shape == tuple(shape):
        return
    if mask.shape == (*shape, 1):
        hint = "Drop the last axis: y[..., 0]."
    elif mask.ndim > 2:
        hint = "A mask has no colours: give each colour a label, one number per pixel."
    else:
        hint = "Bring masks and images to one size, masks by nearest neighbour."
    raise ValueError(
        f"y[{i}] has shape {mask.shape}, but X[{i}] has shape {image.shape} and needs a mask of "
        f"shape {tuple(shape)}. {hint}"
    )


def labels_of(masks: list[Array]) -> Array:
    """Give the sorted labels that occur in the masks, in the masks' dtype."""
    return np.unique(np.concatenate([_labels_of_one(mask) for mask in masks]))


def _labels_of_one(mask: Array) -> Array:
    if mask.dtype.kind == "b" or mask.dtype == np.uint8:  # counting beats sorting
        present = np.bincount(mask.ravel().view(np.uint8), minlength=256)
        return np.flatnonzero(present).astype(mask.dtype)
    return np.unique(mask)
