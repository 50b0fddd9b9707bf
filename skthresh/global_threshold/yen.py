"""Yen's threshold: the greatest entropic correlation."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, occupied

__all__ = ["YenThreshold", "yen"]


def yen(counts: Array, centers: Array) -> float:
    """Find the threshold of the greatest entropic correlation.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of the occupied levels; the lowest of those that share the maximum.

    Notes
    -----
    With p the shares of the levels and P that of the class, a class has the correlation
    ``-ln(sum((p / P) ** 2))``; the sum over both classes is the greatest.

    Examples
    --------
    >>> yen([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p = counts / counts.sum()
    low, high = np.cumsum(p)[:-1], np.cumsum(p[:0:-1])[::-1]
    squares_low, squares_high = np.cumsum(p * p)[:-1], np.cumsum((p * p)[:0:-1])[::-1]
    correlation = 2 * (np.log(low) + np.log(high)) - np.log(squares_low) - np.log(squares_high)
    threshold: float = centers[first_maximum(correlation)].item()
    return threshold


class YenThreshold(GlobalThreshold):
    """Threshold with the greatest entropic correlation of the two classes.

    For small foregrounds: it tends to a threshold far from the large class.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    MaxEntropyThreshold : The same with Shannon's entropy.

    Notes
    -----
    Equal to scikit-image's ``threshold_yen``. On a constant float image scikit-image gives a number
    that is not in the image; here a constant has itself as threshold.

    References
    ----------
    .. [1] J.-C. Yen, F.-J. Chang and S. Chang, "A new criterion for automatic multilevel
       thresholding", IEEE Transactions on Image Processing 4(3), 1995, pp. 370-378.
       :doi:`10.1109/83.366472`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import YenThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> YenThreshold().fit(image).threshold_
    11
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return yen(counts, centers)
