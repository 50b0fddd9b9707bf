"""Kittler and Illingworth's threshold: the least error of two normal distributions."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, occupied, relative

__all__ = ["MinErrorThreshold", "min_error"]


def _variances(p: Array, levels: Array) -> tuple[Array, Array]:
    """Give share and variance of the class ``p[:i + 1]``, for every i; no digits are lost."""
    share = np.cumsum(p)
    mean = np.cumsum(p * levels) / share
    # Welford's update, cumulated: each level adds its distances from the means before and after
    before = np.concatenate([[levels[0]], mean[:-1]])
    return share, np.cumsum(p * (levels - before) * (levels - mean)) / share


def min_error(counts: Array, centers: Array) -> float:
    """Find the threshold of the least error of classification.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of the occupied levels; the lowest of those that share the minimum.

    Notes
    -----
    The criterion is ``P1 ln(s1 / P1) + P2 ln(s2 / P2)``, with the shares P and the standard
    deviations s of the classes. A level stands for an interval as wide as the least distance of two
    levels, which adds 1/12 of its square to the variances: a class of one level has a variance,
    too, and the criterion is always finite.

    Examples
    --------
    >>> min_error([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p, levels = counts / counts.sum(), relative(centers)
    gaps = np.diff(levels)  # 0 where float64 cannot tell 64-bit integers apart
    within = gaps[gaps > 0].min() ** 2 / 12
    low, var_low = (a[:-1] for a in _variances(p, levels))
    high, var_high = (a[::-1][1:] for a in _variances(p[::-1], levels[::-1]))
    error = low * (np.log(var_low + within) / 2 - np.log(low)) + high * (
        np.log(var_high + within) / 2 - np.log(high)
    )
    threshold: float = centers[first_maximum(-error)].item()
    return threshold


class MinErrorThreshold(GlobalThreshold):
    """Threshold with the least error, if both classes are normally distributed.

    Unlike Otsu's technique it is right for classes of very different size or spread: a few cells on
    a wide, even background.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    GeneralizedHistogramThreshold : Has this and Otsu's technique as its limits.

    Notes
    -----
    Every split is evaluated; the iteration of the paper finds one local minimum of several. A class
    of one level is given the variance of a uniform distribution as wide as a level: the formula
    alone would call it infinitely good.

    References
    ----------
    .. [1] J. Kittler and J. Illingworth, "Minimum error thresholding", Pattern Recognition 19(1),
       1986, pp. 41-47. :doi:`10.1016/0031-3203(86)90030-0`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MinErrorThreshold
    >>> image = np.array([[[10, 12, 11, 11, 60, 200]]], dtype=np.uint8)
    >>> MinErrorThreshold().fit(image).threshold_
    12
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return min_error(counts, centers)
