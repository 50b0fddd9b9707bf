"""Two more scores from the counts: correlation, and the rates of wrong pixels."""

from __future__ import annotations

from typing import Any

from skthresh.metrics import _formulas
from skthresh.metrics._scores import Score, _score

__all__ = ["mcc_score", "nrm_score"]


def mcc_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score two masks by Matthews' correlation coefficient, which knows all four counts.

    It is ``(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))``: the correlation of
    the two masks as numbers 0 and 1. Unlike accuracy, it is not high for a mask that leaves out a
    small foreground.

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
        From -1, every pixel wrong, over 0, no better than chance, to 1, every pixel right.

    Notes
    -----
    Where either mask has one value only, there is no correlation, and the score is 0, as in
    scikit-learn's `sklearn.metrics.matthews_corrcoef`: even if the masks are the same.

    References
    ----------
    .. [1] B. W. Matthews, "Comparison of the predicted and observed secondary structure of T4
       phage lysozyme", Biochimica et Biophysica Acta 405(2), 1975.
       :doi:`10.1016/0005-2795(75)90109-9`

    Examples
    --------
    >>> from skthresh.metrics import mcc_score
    >>> mcc_score([[1, 1, 0, 0]], [[1, 1, 0, 0]])
    1.0
    >>> mcc_score([[1, 1, 0, 0]], [[1, 0, 1, 0]])
    0.0
    """
    return _score("mcc_score", _formulas.mcc, y_true, y_pred, pos_label, reduction)


def nrm_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the negative rate metric: the mean of the two shares of wrong pixels; low is good.

    It is ``(fn / (fn + tp) + fp / (fp + tn)) / 2``: the share of the true foreground that was
    missed, and the share of the true background that was marked.

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
        From 0, every pixel right, to 1, every pixel wrong; a constant mask scores 0.5.

    Notes
    -----
    An image without true foreground misses none of it: that share is 0. The same holds for an
    image without true background.

    References
    ----------
    .. [1] B. Gatos, K. Ntirogiannis and I. Pratikakis, "DIBCO 2009: document image binarization
       contest", International Journal on Document Analysis and Recognition 14(1), 2011.
       :doi:`10.1007/s10032-010-0115-7`

    Examples
    --------
    >>> from skthresh.metrics import nrm_score
    >>> nrm_score([[1, 1, 0, 0, 0, 0]], [[1, 0, 1, 0, 0, 0]])
    0.375
    """
    return _score("nrm_score", _formulas.nrm, y_true, y_pred, pos_label, reduction)
