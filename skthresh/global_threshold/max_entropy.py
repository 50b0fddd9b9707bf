"""Kapur's threshold: the greatest sum of the entropies of both classes."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, occupied

__all__ = ["MaxEntropyThreshold", "max_entropy"]


def max_entropy(counts: Array, centers: Array) -> float:
    """Find the threshold of the greatest sum of the classes' entropies.

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
    With p the shares of the levels and P that of the class, a class has the entropy
    ``-sum(p / P * ln(p / P))``.

    Examples
    --------
    >>> max_entropy([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p = counts / counts.sum()
    low, high = np.cumsum(p)[:-1], np.cumsum(p[:0:-1])[::-1]
    terms = -p * np.log(p)
    sums_low, sums_high = np.cumsum(terms)[:-1], np.cumsum(terms[:0:-1])[::-1]
    entropy = np.log(low) + sums_low / low + np.log(high) + sums_high / high
    threshold: float = centers[first_maximum(entropy)].item()
    return threshold


class MaxEntropyThreshold(GlobalThreshold):
    """Threshold with the greatest sum of the entropies of foreground and background.

    For small foregrounds of many levels on a broad background; it looks at how evenly the levels
    of a class are used, not at how far the classes are apart.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    RenyiEntropyThreshold : Three entropies together.
    TsallisEntropyThreshold : Entropy that is not additive.

    References
    ----------
    .. [1] J. N. Kapur, P. K. Sahoo and A. K. C. Wong, "A new method for gray-level picture
       thresholding using the entropy of the histogram", Computer Vision, Graphics, and Image
       Processing 29(3), 1985, pp. 273-285. :doi:`10.1016/0734-189X(85)90125-2`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MaxEntropyThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> MaxEntropyThreshold().fit(image).threshold_
    11
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return max_entropy(counts, centers)
