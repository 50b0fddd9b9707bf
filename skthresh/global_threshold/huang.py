"""Huang's threshold: the least fuzziness."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import classes, first_maximum, occupied, relative

__all__ = ["HuangThreshold", "huang"]


# Up to this many occupied levels every split is looked at.
ALL_SPLITS = 1024


def _fuzziness(p: Array, levels: Array, means: tuple[Array, Array], splits: Array) -> Array:
    """Give Shannon's entropy of the memberships at some splits."""
    span = levels[-1]
    out = np.empty(len(splits))
    for k, i in enumerate(splits):
        distance = np.abs(levels - np.where(levels <= levels[i], means[0][i], means[1][i]))
        membership = 1 / (1 + distance / span)
        other = 1 - membership
        entropy = -membership * np.log(membership)
        some = other > 0
        entropy[some] -= other[some] * np.log(other[some])
        out[k] = p @ entropy
    return out


def huang(counts: Array, centers: Array) -> float:
    """Find the threshold of the least fuzziness.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of the occupied levels; the lowest of those that share the minimum. Of more than 1024
        occupied levels 1024 are tried, and then those around the best.

    Examples
    --------
    >>> huang([9, 8, 0, 0, 8, 9], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p, levels = counts / counts.sum(), relative(centers)
    means = classes(counts, centers).mean
    n_splits = len(centers) - 1
    first, step = 0, max(1, -(-n_splits // ALL_SPLITS))
    splits = np.arange(0, n_splits, step)
    best = splits[first_maximum(-_fuzziness(p, levels, means, splits))]
    if step > 1:
        first = max(0, best - step)
        splits = np.arange(first, min(n_splits, best + step + 1))
        best = splits[first_maximum(-_fuzziness(p, levels, means, splits))]
    threshold: float = centers[best].item()
    return threshold


class HuangThreshold(GlobalThreshold):
    """Threshold with the least fuzziness.

    A pixel belongs to its class the more, the nearer its level is to the mean of the class. The
    threshold is the one at which memberships are clearest, by Shannon's entropy.

    Parameters
    ----------
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    Notes
    -----
    Class means are not rounded (ITK and ImageJ round them to a level). Distances are measured
    against the range of the occupied levels.

    References
    ----------
    .. [1] L.-K. Huang and M.-J. J. Wang, "Image thresholding by minimizing the measures of
       fuzziness", Pattern Recognition 28(1), 1995, pp. 41-51. :doi:`10.1016/0031-3203(94)E0043-K`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import HuangThreshold
    >>> image = np.array([[[10, 12, 11, 198, 200]]], dtype=np.uint8)
    >>> HuangThreshold().fit(image).threshold_
    12
    """

    def _criterion(self, counts: Array, centers: Array) -> float:
        return huang(counts, centers)
