"""What y may be: a mask of labels for each image, in memory or read when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.unet.images import Images, is_lazy

__all__ = ["Masks", "label_counts", "read_masks", "read_weights"]


@dataclass(frozen=True)
class Masks:
    """The masks of y, each compared with its image's size when it is read.

    Attributes
    ----------
    source : list of ndarray, ndarray, or any object with ``len`` and ``[i]``
        The masks.
    """

    source: Any

    def of(self, i: int, shape: tuple[int, ...]) -> Array:
        """Give mask `i` in the user's labels; `shape` is its image's, channels last."""
        mask = np.asarray(self.source[i])
        _check_shape(mask, shape, i)
        return mask

    def checked(self, i: int, shape: tuple[int, ...]) -> Array:
        """Give mask `i` after a look at all its labels."""
        mask = self.of(i, shape)
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
        return mask


def read_masks(y: Any, images: Images) -> Masks:
    r"""Check that y has a mask for each image, and the sizes of those in memory.

    Parameters
    ----------
    y : array-like of shape (n, \*size), list of array-like, or object with ``len`` and ``[i]``
        The masks.
    images : Images
        The images.
    """
    if y is None:
        raise ValueError("UNetSegmenter requires y to be passed, but the target y is None.")
    source = y if is_lazy(y) or isinstance(y, list | tuple) else np.asarray(y)
    n = 0 if isinstance(source, np.ndarray) and source.ndim == 0 else len(source)
    if n != len(images):
        raise ValueError(
            f"X has {len(images)} images and y has {n} masks: each image needs one mask."
        )
    masks = Masks(source)
    if not images.is_lazy and not is_lazy(y):
        for i in range(n):
            masks.of(i, images[i].shape)
    return masks


def read_weights(sample_weight: Any, images: Images) -> Any:
    """Check the weights: one for each image, or one for each pixel.

    Returns
    -------
    ndarray of shape (n,), or list of ndarray
        One weight for each image, or an array of the image's size for each.
    """
    if sample_weight is None:
        return np.ones(len(images))
    per_pixel = isinstance(sample_weight, list | tuple) and np.ndim(sample_weight[0]) > 0
    weights = (
        [np.asarray(w, float) for w in sample_weight] if per_pixel else np.asarray(sample_weight)
    )
    if np.ndim(weights[0] if len(weights) else 0.0) == 0:
        weights = np.asarray(weights, np.float64)
    if len(weights) != len(images):
        raise ValueError(
            f"sample_weight has {len(weights)} entries and X has {len(images)} images: it has one "
            "weight for each image, or an array of weights, one for each pixel."
        )
    positive = False
    for i, w in enumerate(weights):
        if np.ndim(w) and w.shape != images[i].shape[:-1]:
            raise ValueError(
                f"sample_weight[{i}] has shape {w.shape}, but the size of X[{i}] is "
                f"{images[i].shape[:-1]}: weights are one for each image, or one for each pixel."
            )
        if not np.isfinite(w).all() or np.min(w) < 0:
            raise ValueError(
                f"sample_weight must be finite and not negative; sample_weight[{i}] is not."
            )
        positive |= bool(np.any(w))
    if not positive:
        raise ValueError("sample_weight must not be zero for all images.")
    return weights


def _check_shape(mask: Array, image_shape: tuple[int, ...], i: int) -> None:
    size = image_shape[:-1]
    if mask.shape == size:
        return
    if mask.shape == (*size, 1):
        hint = "Drop the last axis: y[..., 0]."
    elif mask.ndim > len(size):
        hint = "A mask has no colours: give each colour a label, one number per pixel."
    else:
        hint = "Bring masks and images to one size, masks by nearest neighbour."
    raise ValueError(
        f"y[{i}] has shape {mask.shape}, but X[{i}] is an image of size {size} and needs a mask of "
        f"shape {size}. {hint}"
    )


def label_counts(mask: Array) -> tuple[Array, Array]:
    """Give the sorted labels of a mask, in its dtype, and how many pixels have each."""
    if mask.dtype.kind == "b" or mask.dtype == np.uint8:  # counting beats sorting
        counts = np.bincount(np.ascontiguousarray(mask).ravel().view(np.uint8), minlength=256)
        present = np.flatnonzero(counts)
        return present.astype(mask.dtype), counts[present]
    return np.unique(mask, return_counts=True)
