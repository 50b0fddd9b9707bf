"""The threshold half-way between the means of its own two classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import classes, occupied, relative

__all__ = ["IsodataThreshold", "isodata", "isodata_fixed_points"]


def isodata_fixed_points(counts: Array, centers: Array) -> list[float]:
    """Find every threshold that is half-way between the means of the classes it makes.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    thresholds : list of int or float
        Levels of `centers`, the greatest at or below each half-way point; ascending, at least one.

    Examples
    --------
    >>> isodata_fixed_points([4, 1, 0, 1, 4], [0, 1, 2, 3, 4])
    [2]
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    n, v = occupied(counts, centers)
    if len(v) < 2:
        return [v[0].item()] if len(v) else [np.nan]
    low, high = classes(n, v).mean
    middle, levels = low / 2 + high / 2, relative(v)
    # rounding must not move a point across the level that it falls on
    nearest = np.interp(middle, levels, levels)
    at = levels[np.searchsorted(levels, nearest).clip(0, len(levels) - 1)]
    middle = np.where(np.abs(at - middle) <= 1e-12 * levels[-1], at, middle)
    fixed = np.flatnonzero((levels[:-1] <= middle) & (middle < levels[1:]))
    every = relative(centers) - (relative(centers)[np.flatnonzero(counts)[0]])
    index = np.searchsorted(every, middle[fixed], side="right") - 1
    return [centers[i].item() for i in index]


def isodata(counts: Array, centers: Array) -> float:
    """Find the lowest threshold that is half-way between the means of the classes it makes.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Examples
    --------
    >>> isodata([4, 1, 0, 1, 4], [0, 1, 2, 3, 4])
    2
    """
    return isodata_fixed_points(counts, centers)[0]


class IsodataThreshold(GlobalThreshold):
    """Threshold half-way between the mean of the foreground and that of the background.

    Also called intermeans, or the method of Ridler and Calvard. Its answers are often those of
    Otsu's technique. There may be several such thresholds; the lowest is taken.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}
    fixed_points_ : list of int or float, or list of such lists
        All thresholds that are half-way between the means of their classes, ascending.

    See Also
    --------
    OtsuThreshold : Chooses among such thresholds the one whose classes differ most.

    Notes
    -----
    The fixed points are found directly, for all splits at once: nothing iterates.

    References
    ----------
    .. [1] T. W. Ridler and S. Calvard, "Picture thresholding using an iterative selection method",
       IEEE Transactions on Systems, Man, and Cybernetics 8(8), 1978, pp. 630-632.
       :doi:`10.1109/TSMC.1978.4310039`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import IsodataThreshold
    >>> image = np.array([[[10, 12, 11, 200]]], dtype=np.uint8)
    >>> IsodataThreshold().fit(image).threshold_
    105
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return isodata(counts, centers)

    @property
    def fixed_points_(self) -> Any:
        """Every threshold that is half-way between the means of its classes."""
        histogram = self.histogram_
        if isinstance(histogram, list):
            return [isodata_fixed_points(h.counts, h.centers) for h in histogram]
        return isodata_fixed_points(histogram.counts, histogram.centers)
