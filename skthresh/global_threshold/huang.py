"""Huang's threshold: the least fuzziness."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import Floats, classes, first_maximum, occupied, relative
from skthresh.kernels import criteria as kernels

__all__ = ["HuangThreshold", "huang"]


# Up to this many splits each one is looked at.
ALL_SPLITS = 4

# The search for the best of more starts with so many groups of levels, and divides them by so many.
GROUPS, FINER = 32, 16

# A bound may be too large by this share of it, and by rounding.
SLACK, ROUNDING = 4e-9, 1e-12


def _entropy(distance: Floats) -> Floats:
    """Give Shannon's entropy of the membership ``1 / (1 + distance)``; it grows, ever slower."""
    logs = np.log(np.maximum(distance, np.finfo(np.float64).tiny))
    return np.asarray(np.log1p(distance) - distance / (1 + distance) * logs)


def _fuzziness(
    p: Floats, x: Floats, means: tuple[Floats, Floats], splits: Sequence[int] | Array
) -> Floats:
    """Give the fuzziness of some splits."""
    out = np.empty(len(splits))
    for k, i in enumerate(splits):
        out[k] = p[: i + 1] @ _entropy(np.abs(x[: i + 1] - means[0][i]))
        out[k] += p[i + 1 :] @ _entropy(np.abs(x[i + 1 :] - means[1][i]))
    return out


@cache
def _table() -> Floats:
    table: Floats = kernels.tabulate(_entropy)
    return table


def _groups(size: Floats, n_groups: int) -> tuple[Array, Array]:
    """Divide levels into groups over which `size` grows alike.

    Gives the first level of each group, and the number of levels behind; the group of each level.
    """
    n = len(size)
    if n_groups >= n:
        return np.arange(n + 1), np.arange(n)
    group = (size * (n_groups / size[-1])).astype(np.intp)
    group[-1] = min(group[-1], n_groups - 1)
    first = np.concatenate([[0], np.flatnonzero(group[1:] > group[:-1]) + 1, [n]])
    return first, np.repeat(np.arange(len(first) - 1), np.diff(first))


def _candidates(p: Floats, x: Floats, means: tuple[Floats, Floats]) -> Array:
    """Give the splits that may be the best, by bounds on all the others.

    The bounds are of levels in groups: of few groups for all splits, and of ever more for the
    splits that are left.
    """
    sums = np.concatenate([[0.0], np.cumsum(p)]), np.concatenate([[0.0], np.cumsum(p * x)])
    splits, n_groups, least, best = np.arange(len(p) - 1), GROUPS, np.inf, -1
    while len(splits) > ALL_SPLITS:
        bounds = np.empty(len(splits))
        groups = _groups(sums[0][1:] + x, n_groups)  # of few pixels, and narrow
        kernels.fuzziness_bounds((x, *sums), means, groups, _table(), splits, bounds)
        before, best = best, splits[np.argmin(bounds)]
        if best != before:
            least = min(least, _fuzziness(p, x, means, [best])[0] * (1 + SLACK) + ROUNDING)
        splits = splits[bounds <= least]
        if n_groups >= len(p):
            break
        n_groups *= FINER
    return splits


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
        One of the occupied levels; the lowest of those that share the minimum.

    Examples
    --------
    >>> huang([9, 8, 0, 0, 8, 9], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    p, x = counts / counts.sum(), relative(centers)
    low, high = classes(counts, centers).mean
    means = low / x[-1], high / x[-1]
    x = x / x[-1]
    n_splits = len(x) - 1
    splits = np.arange(n_splits) if n_splits <= ALL_SPLITS else _candidates(p, x, means)
    if len(splits) > 1:
        splits = splits[[first_maximum(-_fuzziness(p, x, means, splits))]]
    threshold: float = centers[splits[0]].item()
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
