"""The misclassification penalty metric: wrong pixels weighed by how far off they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from skthresh.metrics._counts import Mask
from skthresh.metrics._scores import Score
from skthresh.metrics._spatial import Sums, contour, plane_pairs, reduce_sums, validate

__all__ = ["mpm_score"]


def mpm_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the misclassification penalty metric, which punishes far-off pixels; low is good.

    It is ``(sum of distances of fn + sum of distances of fp) / (2 D)``: the distances of the
    wrong pixels from the contour of the true foreground, and D, the sum of the distances of all
    pixels. Wrong pixels along the contour cost little, specks far from any text a lot.

    Parameters
    ----------
    y_true : array-like of shape (n, height, width), or list of n array-like
        The true masks: a stack, or a list of 2-D masks that may differ in shape. Any boolean or
        real numeric dtype.
    y_pred : array-like of shape (n, height, width), or list of n array-like
        The predicted masks, each of the shape of its true mask.
    pos_label : int, float or bool, default=None
        The value of the foreground's pixels, in both masks. None means that every value but zero
        is foreground.
    reduction : {"mean", "pooled", "none"}, default="mean"
        ``"mean"`` averages the images' scores; ``"pooled"`` divides the sum of the distances of
        all images' wrong pixels by that of all pixels; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        From 0, every pixel right, to 0.5, every pixel wrong.

    Notes
    -----
    The contour is the true foreground that has background, or the image's edge, above, below,
    left or right of it; its own pixels have the distance 0, so that to miss them costs nothing.
    Distances are Euclidean. Where nothing but contour exists, every distance and the score are
    0. Without true foreground all pixels are taken to be equally far, the limit of a contour that
    moves away: the score is half the share of wrong pixels.

    The contests' tables give the values times 1000.

    References
    ----------
    .. [1] B. Gatos, K. Ntirogiannis and I. Pratikakis, "DIBCO 2009: document image binarization
       contest", International Journal on Document Analysis and Recognition 14(1), 2011.
       :doi:`10.1007/s10032-010-0115-7`

    Examples
    --------
    >>> from skthresh.metrics import mpm_score
    >>> mpm_score([[[1, 0, 0, 0, 0]]], [[[1, 1, 0, 0, 0]]])
    0.05
    >>> mpm_score([[[1, 0, 0, 0, 0]]], [[[1, 0, 0, 0, 1]]])
    0.2
    """
    validate("mpm_score", pos_label, reduction)
    rows = [_sums(t, p) for t, p in plane_pairs("mpm_score", y_true, y_pred, pos_label)]
    return reduce_sums(rows, _formula, reduction)


def _sums(t: Mask, p: Mask) -> tuple[float, float]:
    if not t.any():
        return float(np.count_nonzero(p)), float(t.size)
    distances = ndimage.distance_transform_edt(~contour(t))
    return float(distances[t != p].sum()), float(distances.sum())


def _formula(sums: Sums) -> Sums:
    out = np.zeros(len(sums))
    return np.divide(sums[:, 0], 2 * sums[:, 1], out=out, where=sums[:, 1] > 0)
