"""Otsu's technique for any number of classes, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.levels import occupied
from skthresh.global_threshold.multi_level import MultiLevelThreshold
from skthresh.global_threshold.otsu import otsu
from skthresh.global_threshold.partition import best_partition

__all__ = ["MultiOtsuThreshold", "multi_otsu"]


def multi_otsu(counts: Array, centers: Array, n_classes: int = 3) -> Array:
    """Find the thresholds with the greatest variance between classes, in exact arithmetic.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    n_classes : int, default=3
        At least 2.

    Returns
    -------
    thresholds : ndarray of shape (n_classes - 1,)
        Each is one of `centers`; among equals each is the lowest. With no more levels than classes
        all but the highest, the last of them repeated. NaN if all counts are 0.

    Examples
    --------
    >>> multi_otsu([5, 3, 0, 0, 2, 4, 0, 0, 0, 6], range(10), 3)
    array([1, 5])
    """
    n_classes = int(n_classes)  # in NumPy's narrow integers costs would overflow
    counts, centers = occupied(counts, centers)
    if len(centers) == 0:
        return np.full(n_classes - 1, np.nan)
    if n_classes == 2:
        return np.array([otsu(counts, centers)], centers.dtype)
    if len(centers) <= n_classes:
        kept = np.minimum(np.arange(n_classes - 1), max(len(centers) - 2, 0))
        return np.asarray(centers[kept])
    return np.asarray(centers[np.array(best_partition(counts, centers, n_classes)) - 1])


class MultiOtsuThreshold(MultiLevelThreshold):
    """Divide grey levels into any number of classes that differ most from each other.

    Otsu's technique for images of several materials, or to reduce an image to a few grey levels.
    The thresholds maximise the variance between the classes, which is the same as minimising the
    variance within them.

    Parameters
    ----------
    n_classes : int, default=3
        Number of classes, one more than there are thresholds; up to 65536.
    {multi_level_parameters}

    Attributes
    ----------
    {multi_level_attributes}

    See Also
    --------
    OtsuThreshold : Two classes, and masks.

    Notes
    -----
    The maximum is exact, whatever the histogram: dynamic programming in float64, with a bound on
    its error, leaves the thresholds that may be the best, and integers decide between them. The
    time is in proportion to ``n_classes * n * log(n)``, with n the levels that occur. Where much
    more than float64 can tell apart must be compared (pixels of one level outnumber those of
    another 10**14 times, or weights differ as much), a histogram of 65536 levels can take seconds.

    Among equals each threshold is the lowest. With two classes it is that of `OtsuThreshold`.

    An image of no more levels than classes has a threshold at each level but the highest, and the
    last one repeated: the highest level is of the last class, and classes before it stay empty. A
    constant image is of class 0. Without any pixel the thresholds are NaN, and all is of class 0.

    There is no `mode`, no `max_value` and no `decision_function`, which are of two classes. For the
    same reason `skthresh.binarize` and `skthresh.compare_thresholds` do not have this technique.

    References
    ----------
    .. [1] N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
       on Systems, Man, and Cybernetics 9(1), 1979, pp. 62-66.
       :doi:`10.1109/TSMC.1979.4310076`
    .. [2] M. Luessi, M. Eichmann, G. M. Schuster and A. K. Katsaggelos, "Framework for efficient
       optimal multilevel image thresholding", Journal of Electronic Imaging 18(1), 2009, 013004.
       :doi:`10.1117/1.3073891`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MultiOtsuThreshold
    >>> image = np.array([[[10, 12, 100, 104, 230, 11]]], dtype=np.uint8)
    >>> multi_otsu = MultiOtsuThreshold(n_classes=3).fit(image)
    >>> multi_otsu.thresholds_
    array([ 12, 104])
    >>> multi_otsu.predict(image)
    array([[[0, 0, 1, 1, 2, 0]]], dtype=uint8)
    >>> multi_otsu.transform(image)
    array([[[ 11,  11, 102, 102, 230,  11]]], dtype=uint8)
    >>> multi_otsu.set_params(output="levels").transform(image)
    array([[[  0,   0, 128, 128, 255,   0]]], dtype=uint8)
    """

    def _split(self, counts: Array, centers: Array) -> list[Any]:
        thresholds: list[Any] = multi_otsu(counts, centers, self.n_classes).tolist()
        return thresholds
