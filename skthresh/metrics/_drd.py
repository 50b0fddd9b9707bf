"""The distance reciprocal distortion: wrong pixels weighed by what is around them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.metrics._counts import Mask
from skthresh.metrics._scores import Score
from skthresh.metrics._spatial import plane_pairs, reduce_sums, validate

__all__ = ["drd_score"]

BLOCK = 8


def _weights() -> NDArray[np.float64]:
    """Give the reciprocal distances from the middle of 5x5 pixels, with a sum of one."""
    y, x = np.ogrid[-2:3, -2:3]
    distance = np.hypot(y, x)
    distance[2, 2] = np.inf
    weights = 1 / distance
    return weights / weights.sum()


WEIGHTS = _weights()


def drd_score(
    y_true: Any, y_pred: Any, *, pos_label: float | None = None, reduction: str = "mean"
) -> Score:
    """Score the distance reciprocal distortion, a measure of visible damage; low is good.

    A wrong pixel costs the more, the more of the true pixels around it differ from its predicted
    value: a speck on empty paper costs 1, a pixel more or less on the edge of a stroke about
    half. The sum is divided by the number of blocks that hold text.

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
        ``"mean"`` averages the images' scores; ``"pooled"`` divides the distortion of all images
        by the number of blocks of all images; ``"none"`` gives one score per image.

    Returns
    -------
    float, or ndarray of shape (n,) if `reduction` is ``"none"``
        At least 0, which is every pixel right. There is no upper bound.

    Notes
    -----
    The weights of the 5x5 pixels around a wrong one are the reciprocals of their distances,
    divided by their sum; neighbours outside of the image cost nothing. The blocks are the whole
    8x8 blocks of the true mask that are neither all foreground nor all background. What remains
    at the right and the lower edge belongs to no block, which is how the published values of the
    DIBCO contests count. Where there is no such block, the sum is divided by one.

    doxapy 0.9.2 overlooks the last row and column of each block, so that its values are higher.

    References
    ----------
    .. [1] H. Lu, A. C. Kot and Y. Q. Shi, "Distance-reciprocal distortion measure for binary
       document images", IEEE Signal Processing Letters 11(2), 2004.
       :doi:`10.1109/LSP.2003.821748`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh.metrics import drd_score
    >>> y_true = np.zeros((1, 16, 16), bool)
    >>> y_true[0, 2:4, 2:6] = True
    >>> y_pred = y_true.copy()
    >>> y_pred[0, 12, 12] = True
    >>> round(drd_score(y_true, y_pred), 3)
    1.0
    """
    validate("drd_score", pos_label, reduction)
    rows = [_sums(t, p) for t, p in plane_pairs("drd_score", y_true, y_pred, pos_label)]
    return reduce_sums(rows, lambda s: s[:, 0] / np.maximum(s[:, 1], 1), reduction)


def _sums(t: Mask, p: Mask) -> tuple[float, int]:
    distortion = 0.0
    # A pixel wrongly foreground differs from the background around it, and the other way round.
    for wrong, other in ((p & ~t, ~t), (t & ~p, t)):
        if wrong.any():
            cost = ndimage.correlate(other.astype(np.float64), WEIGHTS, mode="constant")
            distortion += float(cost[wrong].sum())
    return distortion, _non_uniform_blocks(t)


def _non_uniform_blocks(t: Mask) -> int:
    rows, columns = t.shape[0] // BLOCK, t.shape[1] // BLOCK
    whole = t[: rows * BLOCK, : columns * BLOCK]
    counts = whole.reshape(rows, BLOCK, columns, BLOCK).sum(axis=(1, 3))
    return int(np.count_nonzero((counts > 0) & (counts < BLOCK**2)))
