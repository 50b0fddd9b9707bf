"""The scores: count per image, apply a formula, reduce over the images."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.metrics import _formulas
from skthresh.metrics._counts import confusion_counts
from skthresh.utils._sklearn import StrOptions, validate_parameter_constraints

__all__ = [
    "accuracy_score",
    "dice_score",
    "f_measure",
    "iou_score",
    "precision_score",
    "psnr_score",
    "recall_score",
]

Score = float | NDArray[np.float64]

CONSTRAINTS: dict[str, list[Any]] = {
    "pos_label": [Real, "boolean", None],
    "reduction": [StrOptions({"mean", "pooled", "none"})],
}


def _score(
    name: str,
    formula: _formulas.Formula,
    y_true: Any,
    y_pred: Any,
    pos_label: float | None,
    reduction: str,
) -> Score:
    given = {"pos_label": pos_label, "reduction": reduction}
    validate_parameter_constraints(CONSTRAINTS, given, caller_name=name)
    counts = confusion_counts(y_true, y_pred, pos_label=pos_label)
    if reduction == "pooled":
        counts = _formulas.pool(counts)
    scores = formula(counts)
    return scores if reduction == "none" else float(scores.mean())


def dice_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the overlap of two masks: ``2 tp / (2 tp + fp + fn)``, also called F-measure or F1.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0, no foreground in common, to 1, the same foreground.

    Notes
    -----
    An image without foreground in both masks scores 1. With `pos_label` set to one class of a
    label mask, this is that class's score.

    References
    ----------
    .. [1] L. R. Dice, "Measures of the amount of ecologic association between species",
       Ecology 26(3), 1945. :doi:`10.2307/1932409`

    Examples
    --------
    >>> from skthresh.metrics import dice_score
    >>> y_true = [[[1, 1], [0, 0]], [[0, 0], [0, 0]]]
    >>> y_pred = [[[1, 0], [0, 0]], [[0, 0], [0, 0]]]
    >>> dice_score(y_true, y_pred, reduction="none")
    array([0.66666667, 1.        ])
    """
    return _score("dice_score", _formulas.dice, y_true, y_pred, pos_label, reduction)


f_measure = dice_score


def iou_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the overlap of two masks as intersection over union: ``tp / (tp + fp + fn)``.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0, no foreground in common, to 1, the same foreground.

    Notes
    -----
    Also called Jaccard index. An image without foreground in both masks scores 1. Of one image,
    ``dice = 2 iou / (1 + iou)``.

    References
    ----------
    .. [1] P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11(2),
       1912. :doi:`10.1111/j.1469-8137.1912.tb05611.x`

    Examples
    --------
    >>> from skthresh.metrics import iou_score
    >>> iou_score([[1, 1, 0, 0]], [[1, 0, 0, 0]])
    0.5
    """
    return _score("iou_score", _formulas.iou, y_true, y_pred, pos_label, reduction)


def precision_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score how much of the predicted foreground is true: ``tp / (tp + fp)``.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0 to 1.

    Notes
    -----
    An image without predicted foreground scores 1 if it has no true foreground either, else 0.

    Examples
    --------
    >>> from skthresh.metrics import precision_score
    >>> precision_score([[1, 1, 0, 0]], [[1, 0, 0, 0]])
    1.0
    """
    return _score("precision_score", _formulas.precision, y_true, y_pred, pos_label, reduction)


def recall_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score how much of the true foreground is found: ``tp / (tp + fn)``.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0 to 1.

    Notes
    -----
    An image without true foreground scores 1 if none is predicted either, else 0.

    Examples
    --------
    >>> from skthresh.metrics import recall_score
    >>> recall_score([[1, 1, 0, 0]], [[1, 0, 0, 0]])
    0.5
    """
    return _score("recall_score", _formulas.recall, y_true, y_pred, pos_label, reduction)


def accuracy_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score how many pixels are right: ``(tp + tn) / (tp + fp + fn + tn)``.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0 to 1.

    Notes
    -----
    Where the foreground is small, a mask without any scores high: prefer `dice_score` or
    `iou_score`.

    Examples
    --------
    >>> from skthresh.metrics import accuracy_score
    >>> accuracy_score([[1, 1, 0, 0]], [[1, 0, 0, 0]])
    0.75
    """
    return _score("accuracy_score", _formulas.accuracy, y_true, y_pred, pos_label, reduction)


def psnr_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the peak signal-to-noise ratio of a mask in decibels: ``10 log10(1 / MSE)``.

    Parameters
    ----------
    y_true : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The true masks: a stack, flat rows, or a list of masks that may differ in shape. Any
        boolean or real numeric dtype.
    y_pred : array-like of shape (n, ...) or (n, n_pixels), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` scores all pixels of all images as
        if they were one image; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        At least 0, which is every pixel wrong; infinity for a perfect mask.

    Notes
    -----
    The mean squared error of two masks of values 0 and 1 is the share of wrong pixels,
    ``(fp + fn) / (tp + fp + fn + tn)``. One perfect mask makes the mean over images infinite;
    ``reduction="pooled"`` stays finite until every mask is perfect.

    References
    ----------
    .. [1] B. Gatos, K. Ntirogiannis and I. Pratikakis, "DIBCO 2009: document image binarization
       contest", International Journal on Document Analysis and Recognition 14(1), 2011.
       :doi:`10.1007/s10032-010-0115-7`

    Examples
    --------
    >>> from skthresh.metrics import psnr_score
    >>> psnr_score([[1, 1, 0, 0, 0, 0, 0, 0, 0, 0]], [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    10.0
    """
    return _score("psnr_score", _formulas.psnr, y_true, y_pred, pos_label, reduction)
