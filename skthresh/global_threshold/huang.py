"""Huang's threshold: the least fuzziness."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import Floats, classes, first_maximum, occupied, relative

__all__ = ["HuangThreshold", "huang"]


# Up to this many occupied levels every split is looked at; more are pooled into as many groups.
ALL_SPLITS = 1024


def _entropy(distance: Floats) -> Floats:
    """Give Shannon's entropy of the membership ``1 / (1 + distance)``; it grows, ever slower."""
    logs = np.log(np.maximum(distance, np.finfo(np.float64).tiny))
    return np.asarray(np.log1p(distance) - distance / (1 + distance) * logs)


def _fuzziness(p: Floats, x: Floats, means: tuple[Floats, Floats], splits: Array) -> Floats:
    """Give the fuzziness of some splits."""
    out = np.empty(len(splits))
    for k, i in enumerate(splits):
        out[k] = p[: i + 1] @ _entropy(np.abs(x[: i + 1] - means[0][i]))
        out[k] += p[i + 1 :] @ _entropy(np.abs(x[i + 1 :] - means[1][i]))
    return out


def _candidates(p: Floats, x: Floats, means: tuple[Floats, Floats]) -> Array:
    """Give the splits that may be the best, by bounds on all the others.

    Levels are pooled into groups. On one side of a class's mean the entropy is concave in the
    level, so that the chord over a group is below it: this bounds the fuzziness of a split.
    """
    n, (low, high) = len(p), means
    first = np.linspace(0, n, ALL_SPLITS + 1).astype(np.intp)[:-1]
    last = np.append(first[1:], n) - 1
    mass, left, right = np.add.reduceat(p, first), x[first], x[last]
    width = np.where(right > left, right - left, 1.0)
    share = np.clip((np.add.reduceat(p * x, first) / mass - left) / width, 0, 1)

    def gap(a: Floats, b: Floats) -> Floats:  # distances of the groups from intervals
        return np.maximum(np.maximum(left - b[:, None], a[:, None] - right), 0.0)

    # All splits of a group at once: its means are in an interval.
    ends = np.minimum(last, n - 2)
    groups = np.arange(len(first))
    below = _entropy(gap(low[first], low[ends]))
    above = _entropy(gap(high[first], high[ends]))
    own = np.minimum(below, above)
    bound = np.where(
        groups < groups[:, None], below, np.where(groups > groups[:, None], above, own)
    )
    bound = bound @ mass
    least = _fuzziness(p, x, means, ends[[np.argmin(bound)]])[0] * (1 + 1e-9)
    some = np.flatnonzero(np.repeat(bound <= least, np.diff(np.append(first, n)))[: n - 1])

    # One split at a time, by chords; groups that a mean or the split is in are bounded by 0.
    bounds = np.empty(len(some))
    for k, i in enumerate(some):
        mean = np.where(left <= x[i], low[i], high[i])
        ours, theirs = _entropy(np.abs(left - mean)), _entropy(np.abs(right - mean))
        chord = ours + share * (theirs - ours)
        inside = ((left < mean) & (mean < right)) | ((left <= x[i]) & (x[i] < right))
        bounds[k] = np.where(inside, 0.0, chord) @ mass
        for g in np.flatnonzero(inside):
            part = slice(first[g], last[g] + 1)
            exact = np.where(x[part] <= x[i], low[i], high[i])
            bounds[k] += p[part] @ _entropy(np.abs(x[part] - exact))
    least = min(least, _fuzziness(p, x, means, some[[np.argmin(bounds)]])[0] * (1 + 1e-9))
    return np.asarray(some[bounds <= least])


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
    best = splits[first_maximum(-_fuzziness(p, x, means, splits))]
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
