"""Shanbhag's threshold: both classes equally certain of their pixels."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, occupied
from skthresh.kernels import criteria as kernels

__all__ = ["ShanbhagThreshold", "shanbhag"]


# Terms of the logarithm's series: its argument is at most a half.
TERMS = 60

# Classes that are smaller than this share of the largest one are computed in a unit of their own.
SMALL = 2.0**-12


def _information(p: Array) -> Array:
    """Give the information of the class ``p[:i + 1]``, for every i.

    The membership of level j in it is ``1 - P[j - 1] / (2 P[i])``, P being cumulative: 1 for the
    level farthest from the threshold, about a half for the one at it. The logarithm is expanded,
    so that one cumulative sum serves all classes.
    """
    cumulative, total, end = np.cumsum(p), np.empty(len(p)), len(p)
    while end:  # from the large classes to the small ones, so that no power of a class underflows
        start = int(np.searchsorted(cumulative[:end], SMALL * cumulative[end - 1]))
        kernels.information(p[:end], cumulative[:end], start, TERMS, total[:end])
        end = start
    return total / 2


def shanbhag(counts: Array, centers: Array) -> float:
    """Find the threshold at which both classes are equally certain of their pixels.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of the occupied levels; the lowest of those that share the least difference.

    Examples
    --------
    >>> shanbhag([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p = counts / counts.sum()
    low, high = _information(p)[:-1], _information(p[::-1].copy())[::-1][1:]
    threshold: float = centers[first_maximum(-np.abs(low - high))].item()
    return threshold


class ShanbhagThreshold(GlobalThreshold):
    """Threshold at which foreground and background are equally certain of their pixels.

    A pixel belongs to its class the more, the farther its level is from the threshold; the
    information that this membership leaves open is balanced between the classes.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    MaxEntropyThreshold : Maximises the information instead.

    References
    ----------
    .. [1] A. G. Shanbhag, "Utilization of information measure as a means of image thresholding",
       CVGIP: Graphical Models and Image Processing 56(5), 1994, pp. 414-419.
       :doi:`10.1006/cgip.1994.1037`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import ShanbhagThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> ShanbhagThreshold().fit(image).threshold_
    11
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return shanbhag(counts, centers)
