"""The count of true and false positives and negatives that every score derives from."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.utils._sklearn import validate_parameter_constraints

__all__ = ["Counts", "Mask", "as_masks", "confusion_counts", "foreground", "mask_pairs"]

# One row per image, with the columns tp, fp, fn, tn.
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


def confusion_counts(y_true: Any, y_pred: Any, *, pos_label: float | None = None) -> Counts:
    """Count the pixels of each image that are true or false positives or negatives.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground, so that 0/1, 0/255 and boolean masks can be mixed.

    Returns
    -------
    ndarray of shape (n, 4) and dtype int64
        Per image: true positives, false positives, false negatives, true negatives.

    Raises
    ------
    ValueError
        If there is no image or a mask has no pixels, if the numbers of images or the shapes of
        two masks differ, or if a mask has NaN or is not numeric.

    Examples
    --------
    >>> from skthresh.metrics import confusion_counts
    >>> confusion_counts([[[0, 255], [255, 255]]], [[[True, True], [True, False]]])
    array([[2, 1, 1, 0]])
    """
    constraints = {"pos_label": [Real, "boolean", None]}
    validate_parameter_constraints(
        constraints, {"pos_label": pos_label}, caller_name="confusion_counts"
    )
    pairs = mask_pairs(y_true, y_pred, pos_label)
    return np.array([_count_image(t, p) for t, p in pairs], np.int64)


def mask_pairs(y_true: Any, y_pred: Any, pos_label: float | None) -> Iterator[tuple[Mask, Mask]]:
    """Visit the true and the predicted foreground of each image, once they are known to fit."""
    true_masks, pred_masks = as_masks(y_true, "y_true"), as_masks(y_pred, "y_pred")
    if len(true_masks) != len(pred_masks):
        raise ValueError(
            f"y_true has {len(true_masks)} images and y_pred has {len(pred_masks)}: they must "
            "have the same number."
        )
    for i, (t, p) in enumerate(zip(true_masks, pred_masks, strict=True)):
        t, p = np.asarray(t), np.asarray(p)  # noqa: PLW2901
        if t.shape != p.shape:
            raise ValueError(
                f"The masks of image {i} differ in shape: y_true[{i}] has {t.shape} and "
                f"y_pred[{i}] has {p.shape}."
            )
        yield (
            foreground(t, pos_label, f"y_true[{i}]"),
            foreground(p, pos_label, f"y_pred[{i}]"),
        )


def as_masks(y: Any, name: str) -> Any:
    """Give something with a length, whose items are the masks."""
    masks = y if isinstance(y, list | tuple) else np.asarray(y)
    if isinstance(masks, np.ndarray) and masks.ndim == 0:
        raise ValueError(f"{name} must be an array or a list of masks; got {y!r}.")
    if len(masks) == 0:
        raise ValueError(f"{name} holds no images; at least one is needed.")
    return masks


def foreground(mask: NDArray[Any], pos_label: float | None, name: str) -> Mask:
    if mask.dtype.kind not in "biuf":
        raise ValueError(f"{name} has dtype {mask.dtype}; a mask must be boolean or real numbers.")
    if mask.ndim == 0:
        raise ValueError(
            f"{name} is the number {mask}, not a mask. Axis 0 indexes images: one mask is passed "
            "as mask[np.newaxis]."
        )
    if mask.size == 0:
        raise ValueError(f"{name} has shape {mask.shape}; a mask needs at least one pixel.")
    if mask.dtype.kind == "f" and np.isnan(mask).any():
        raise ValueError(f"{name} contains NaN; a mask needs a value for each pixel.")
    if pos_label is None:
        return mask if mask.dtype == bool else mask != 0
    return mask == pos_label


def _count_image(t: Mask, p: Mask) -> tuple[int, int, int, int]:
    tp = int(np.count_nonzero(t & p))
    fp = int(np.count_nonzero(p)) - tp
    fn = int(np.count_nonzero(t)) - tp
    return tp, fp, fn, t.size - tp - fp - fn
