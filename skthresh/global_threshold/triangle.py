"""The level farthest below the line from the histogram's peak to its far end."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import relative

__all__ = ["TriangleThreshold", "triangle"]


def triangle(counts: Array, centers: Array) -> float:
    """Find the level farthest below the line from the peak to the end of the longer tail.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of `centers`; of equals, the one nearest to the end of the tail.

    Examples
    --------
    >>> triangle([9, 4, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5])
    2
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    first, last = np.flatnonzero(counts)[[0, -1]] if counts.any() else (0, 0)
    if first == last:
        return centers[first].item() if counts.any() else np.nan
    counts, centers = counts[first : last + 1], centers[first : last + 1]
    levels = relative(centers)
    peak = int(np.argmax(counts))
    end = 0 if levels[peak] >= levels[-1] - levels[peak] else len(levels) - 1
    distance, length = np.abs(levels - levels[end]), abs(levels[peak] - levels[end])
    tail = slice(0, peak) if end == 0 else slice(peak + 1, None)
    gap = counts[peak] * (distance[tail] / length) - counts[tail]
    slack = 1e-12 * counts[peak]
    best = np.flatnonzero(gap >= gap.max() - slack)
    index = best[0] if end == 0 else peak + 1 + best[-1]
    threshold: float = centers[index].item()
    return threshold


class TriangleThreshold(GlobalThreshold):
    """Threshold at the foot of the histogram's peak.

    For images with one large, narrow peak and a long tail: dim objects that hardly make a peak of
    their own. The threshold is the level farthest below the straight line from the top of the peak
    to the end of the longer tail.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    RosinThreshold : The same, with the tail given.

    Notes
    -----
    Equal to scikit-image's ``threshold_triangle`` on integers. OpenCV widens the histogram by one
    empty level at the tail where it can, and takes one level off the result: its thresholds differ
    from these by a level or two. Of two highest levels the lower one is the peak.

    References
    ----------
    .. [1] G. W. Zack, W. E. Rogers and S. A. Latt, "Automatic measurement of sister chromatid
       exchange frequency", Journal of Histochemistry and Cytochemistry 25(7), 1977, pp. 741-753.
       :doi:`10.1177/25.7.70454`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import TriangleThreshold
    >>> image = np.repeat([10, 11, 12, 13, 40, 80], [90, 50, 20, 3, 1, 1]).astype(np.uint8)
    >>> TriangleThreshold().fit(image[np.newaxis]).threshold_
    14
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return triangle(counts, centers)
