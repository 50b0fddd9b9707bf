"""Otsu's threshold: the two classes that differ most."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, relative
from skthresh.kernels.stack import SMALL, otsu_of_each
from skthresh.utils._threads import cuts, n_threads, run_threads

__all__ = ["OtsuThreshold", "between_class_variance", "otsu", "valley_emphasis"]


def between_class_variance(counts: Array, centers: Array) -> NDArray[np.float64]:
    """Give the between-class variance of every split of a histogram.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    variance : ndarray of float64 of shape (n_bins,)
        In squared grey levels. Entry i is for the classes ``<= centers[i]`` and ``> centers[i]``;
        0 where one of them is empty.

    Examples
    --------
    >>> between_class_variance([2, 0, 2], [0, 5, 10])
    array([25., 25.,  0.])
    """
    variance, _, scale = _split(np.asarray(counts), np.asarray(centers))
    with np.errstate(over="ignore"):
        return variance * scale * scale


def _split(counts: Array, centers: Array) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Give the variance of each split, the most that rounding can have changed it, and the unit.

    The unit is the grey level that both are measured in (squared).
    """
    total = float(counts.sum())
    if total == 0:
        return np.zeros(len(counts)), np.zeros(len(counts)), 1.0
    # Measured from a level in their middle, grey levels are small and their sums keep their digits.
    levels = _differences(centers, centers[len(centers) // 2])
    unit = max(float(np.abs(levels).max()), np.finfo(float).tiny)
    weight = counts / total
    moment = weight * (levels / unit)
    first, moment = np.cumsum(weight), np.cumsum(moment)
    second = np.append(np.cumsum(weight[:0:-1])[::-1], 0.0)  # summed from its own, small, end
    spread = np.abs(moment[-1] * first - moment)
    product = first * second
    inside = product > 0
    product[~inside] = 1.0
    rounding = 8 * (len(counts) + 8) * np.finfo(float).eps
    variance = np.where(inside, spread**2 / product, 0.0)
    slack = (2 * spread + rounding) * rounding / product + variance * rounding
    return variance, np.where(inside, slack, 0.0), unit


def _differences(centers: Array, middle: Any) -> NDArray[np.float64]:
    """Subtract a level, with as many digits as float64 has."""
    if centers.dtype.kind not in "iu":
        with np.errstate(over="ignore"):
            return np.asarray(centers - middle, np.float64)
    # Unsigned differences of the larger and the smaller are right whatever the range.
    bits, pivot = centers.astype(np.uint64), np.asarray(middle).astype(np.uint64)
    return np.where(
        centers >= middle, (bits - pivot).astype(np.float64), -(pivot - bits).astype(np.float64)
    )


def valley_emphasis(counts: Array, centers: Array) -> float:
    """Find Otsu's threshold with weights for rare levels.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of `centers`; the lowest of those that share the maximum. NaN if all counts are 0.

    Notes
    -----
    Maximises ``(1 - p) * (P1 * m1**2 + P2 * m2**2)``, with p the share of the level itself, P the
    shares and m the means of the classes, measured from the first of `centers`.

    Examples
    --------
    >>> valley_emphasis([5, 3, 1, 1, 2, 4], [0, 1, 2, 3, 4, 5])
    2
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    some = np.flatnonzero(counts)
    if len(some) < 2:
        return centers[some[0]].item() if len(some) else np.nan
    # Empty levels are the best of valleys: every split counts, not only those at occupied bins.
    inside = slice(some[0], some[-1])
    p, levels = counts / counts.sum(), relative(centers)
    moments = p * levels
    low, high = np.cumsum(p)[inside], (p.sum() - np.cumsum(p))[inside]
    below = np.cumsum(moments)[inside]
    squares = below**2 / low + (moments.sum() - below) ** 2 / high
    best = some[0] + first_maximum((1 - p[inside]) * squares)
    threshold: float = centers[best].item()
    return threshold


def otsu(counts: Array, centers: Array) -> float:
    """Find the threshold with the greatest between-class variance, in exact arithmetic.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.

    Returns
    -------
    threshold : int or float
        One of `centers`; the lowest of those that share the maximum. NaN if all counts are 0.

    Notes
    -----
    The variance of every split is computed in float64 with a bound on its error. Where more than
    one split may be the greatest, they are compared as fractions.

    Examples
    --------
    >>> otsu([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    occupied = counts > 0  # a split at an empty bin is the split below it
    counts, centers = counts[occupied], centers[occupied]
    if len(centers) < 3:
        return centers[0].item() if len(centers) else np.nan
    variance, slack, _ = _split(counts, centers)
    lower, upper = variance - slack, variance + slack
    candidates = np.flatnonzero(upper[:-1] >= lower[:-1].max())
    if len(candidates) > 1:
        exact = dict(_exact_variances(counts, centers, set(candidates.tolist())))
        candidates = np.array([max(exact, key=exact.__getitem__)])
    threshold: float = centers[candidates[0]].item()
    return threshold


def _exact_variances(
    counts: Array, centers: Array, splits: set[int]
) -> Iterator[tuple[int, Fraction]]:
    """Give the variance of some splits, up to a common factor, as fractions; in ascending order."""
    whole = counts.dtype.kind in "iu" and centers.dtype.kind in "iu"
    exact: Any = int if whole else Fraction  # integers add much faster
    weights = [exact(n) for n in counts.tolist()]
    moments = [w * exact(v) for w, v in zip(weights, centers.tolist(), strict=True)]
    total, total_moment = sum(weights), sum(moments)
    weight = moment = exact(0)
    for i in range(max(splits) + 1):
        weight += weights[i]
        moment += moments[i]
        if i in splits:
            spread = total_moment * weight - moment * total
            yield i, Fraction(spread * spread, weight * (total - weight))


class OtsuThreshold(GlobalThreshold):
    """Threshold where foreground and background differ most.

    The technique to try first: it has no parameter, and it is right when the histogram has two
    broad modes of similar weight. The threshold maximises the variance between the two classes,
    which is the same as minimising the variance within them.

    Parameters
    ----------
    valley_emphasis : bool, default=False
        Weigh each split by how rare its level is, so that the threshold lies in a valley of the
        histogram: for foregrounds much smaller than the background.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}
    between_class_variance_ : ndarray of shape (n_bins,), or list of such
        The criterion at each of ``histogram_.centers``, in squared grey levels.

    See Also
    --------
    SimpleThreshold : A threshold of your own.
    AdaptiveThreshold : For uneven illumination.

    Notes
    -----
    The maximum is exact: splits that float64 cannot tell apart are compared as fractions. Among
    equals the lowest threshold wins. A constant image has its own value as threshold and no
    foreground.

    References
    ----------
    .. [1] N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
       on Systems, Man, and Cybernetics 9(1), 1979, pp. 62-66.
       :doi:`10.1109/TSMC.1979.4310076`
    .. [2] H.-F. Ng, "Automatic thresholding for defect detection", Pattern Recognition Letters
       27(14), 2006, pp. 1644-1649. :doi:`10.1016/j.patrec.2006.03.009`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import OtsuThreshold
    >>> images = np.array([[[10, 12, 11, 200]], [[13, 210, 205, 11]]], dtype=np.uint8)
    >>> otsu = OtsuThreshold().fit(images)
    >>> otsu.threshold_
    13
    >>> otsu.predict(images)[0]
    array([[False, False, False,  True]])
    >>> OtsuThreshold(per_image=True).fit(images).thresholds(images)
    array([12, 13])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "valley_emphasis": ["boolean"],
    }

    def __init__(
        self,
        *,
        valley_emphasis: bool = False,
        per_image: bool = False,
        n_bins: int = 256,
        value_range: tuple[float, float] | None = None,
        log_scale: bool = False,
        correction: float = 1.0,
        bounds: tuple[float | None, float | None] | None = None,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            per_image=per_image,
            n_bins=n_bins,
            value_range=value_range,
            log_scale=log_scale,
            correction=correction,
            bounds=bounds,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.valley_emphasis = valley_emphasis

    def _of_each(self, rows: Array) -> Array | None:
        if self.valley_emphasis or rows.shape[1] > SMALL:
            return None
        found, n_jobs = np.empty(len(rows), np.int64), n_threads(self.n_jobs)

        def work(part: slice) -> None:
            otsu_of_each(rows[part], found[part])

        run_threads(work, cuts(len(rows), n_jobs), n_jobs)
        return found

    def _criterion(self, counts: Array, centers: Array) -> float:
        return (valley_emphasis if self.valley_emphasis else otsu)(counts, centers)

    @property
    def between_class_variance_(self) -> Any:
        """The criterion at every grey level of `histogram_`."""
        histogram = self.histogram_
        if isinstance(histogram, list):
            return [between_class_variance(h.counts, h.centers) for h in histogram]
        return between_class_variance(histogram.counts, histogram.centers)
