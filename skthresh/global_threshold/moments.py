"""Tsai's threshold: the binary image keeps the moments."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import occupied, relative

__all__ = ["MomentsThreshold", "moments"]


def moments(counts: Array, centers: Array) -> float:
    """Find the threshold whose binary image can have the same first three moments.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        The lowest level with at least the wanted share of the pixels at or below it.

    Examples
    --------
    >>> moments([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p, levels = counts / counts.sum(), relative(centers)
    # Two values have the same mean, variance and third moment: in units of the standard deviation
    # they are the roots of z**2 - skewness z - 1, with shares that follow from the mean.
    deviation = levels - p @ levels
    std = np.sqrt(p @ deviation**2)
    skewness = p @ (deviation / std) ** 3
    root = np.hypot(skewness, 2)
    darker = (skewness - root) / 2 if skewness < 0 else -2 / (skewness + root)
    brighter = -1 / darker
    share = brighter / (brighter - darker)
    below = np.cumsum(p)
    index = int(np.argmax(below >= min(share * (1 - 1e-12), below[-2])))
    threshold: float = centers[index].item()
    return threshold


class MomentsThreshold(GlobalThreshold):
    """Threshold whose binary image keeps the mean, the variance and the skewness.

    The image is taken for a blurred binary one: of all pairs of grey levels and shares, one has the
    same first three moments. The threshold gives the background its share.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    PercentileThreshold : The share is given.

    References
    ----------
    .. [1] W.-H. Tsai, "Moment-preserving thresholding: a new approach", Computer Vision, Graphics,
       and Image Processing 29(3), 1985, pp. 377-393. :doi:`10.1016/0734-189X(85)90133-1`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MomentsThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> MomentsThreshold().fit(image).threshold_
    60
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return moments(counts, centers)
