"""The mean grey level."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import level, relative

__all__ = ["MeanThreshold", "mean"]

# What is more is summed as Python's whole numbers: float64 would round it.
EXACT = 2**53


def mean(counts: Array, centers: Array) -> float:
    """Give the mean grey level of a histogram.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        Of integers, the whole level at or below the mean.

    Examples
    --------
    >>> mean([1, 1, 2], [0, 10, 255])
    130
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    total = counts @ relative(centers)
    if centers.dtype.kind in "iu" and counts.dtype.kind in "iu" and total > EXACT:
        lowest, *levels = centers.tolist()
        total = sum(n * (v - lowest) for n, v in zip(counts[1:].tolist(), levels, strict=True))
        return lowest + total // int(counts.sum())
    return level(centers, float(total / counts.sum()))


class MeanThreshold(GlobalThreshold):
    """Threshold at the mean grey level.

    The simplest threshold that follows the brightness of an image. It is right where foreground
    and background cover about the same area, and serves as a starting point for others.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    IsodataThreshold : Goes on from here until the classes are stable.

    Notes
    -----
    On float images the mean is that of the histogram, as exact as its bins are narrow.

    References
    ----------
    .. [1] C. A. Glasbey, "An analysis of histogram-based thresholding algorithms", CVGIP: Graphical
       Models and Image Processing 55(6), 1993, pp. 532-537. :doi:`10.1006/cgip.1993.1040`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MeanThreshold
    >>> image = np.array([[[10, 12, 11, 200]]], dtype=np.uint8)
    >>> MeanThreshold().fit(image).threshold_
    58
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return mean(counts, centers)
