"""The lowest point between the two peaks of a smoothed histogram."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.kernels import criteria as kernels
from skthresh.utils._sklearn import Interval

__all__ = ["MinimumThreshold", "minimum", "two_peaks"]


# So many levels beyond what smoothing reaches are enough to find peaks among, if there are many.
BEGINNING = 2048


def two_peaks(counts: Array, centers: Array, max_smoothings: int) -> tuple[Array, Array, Array]:
    """Smooth a histogram by running means of three until it has two peaks.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    max_smoothings : int
        The most often that it is smoothed.

    Returns
    -------
    smooth : ndarray of float64
        Without empty bins at the ends, which stand for nothing.
    centers : ndarray
        Its levels.
    peaks : ndarray of two int
        Their indices. A peak that is flat on top is at the last of its highest points.

    Raises
    ------
    ThresholdNotFoundError
        If one peak is left, or more than two after `max_smoothings` times.
    """
    smooth, centers, (left, _, right) = _sums(counts, centers, max_smoothings)
    # Means of three keep the sum of all.
    return smooth * (np.sum(counts) / smooth.sum()), centers, np.array([left, right])


def _sums(counts: Array, centers: Array, max_smoothings: int) -> tuple[Array, Array, Array]:
    """Smooth until there are two peaks, up to a factor; give the lowest point between them, too."""
    counts, centers = np.asarray(counts), np.asarray(centers)
    some = np.flatnonzero(counts)
    inside = slice(some[0], some[-1] + 1) if len(some) else slice(0, 0)
    h, at = counts[inside].astype(np.float64), np.zeros(5, np.intp)
    n_peaks = len(h)
    max_smoothings = int(max_smoothings)  # NumPy's narrow ones have no room for what is added
    if len(h) and not _keeps_many(h, max_smoothings):
        h, n_peaks, _ = kernels.smooth(h, np.empty_like(h), at, max_smoothings, True)
    if n_peaks != 2:
        many = {0: "no peak", 1: "one peak"}.get(n_peaks, "more than two peaks")
        raise ThresholdNotFoundError(f"The histogram has {many} after smoothing, not two.")
    return h, centers[inside], at[:3]


def _keeps_many(h: Array, max_smoothings: int) -> bool:
    """Tell of a wide histogram whether it is sure to keep three peaks, without smoothing it all."""
    if len(h) <= max_smoothings + BEGINNING:
        return False
    # A mean of k smoothings is that over where a walk of k steps ends. It ends where it began with
    # a chance of 1 / (2 k + 1) or more, and `far` away with one of 2 exp(-far ** 2 / 2 k) or less
    # (Hoeffding): in the middle of so wide a gap the curve stays below the levels beside it.
    some = np.flatnonzero(h)
    least, greatest = np.log(h[some].min()), np.log(h.max())
    log_ratio = math.log(2 * (2 * max_smoothings + 1)) + greatest - least
    far = math.sqrt(2 * max_smoothings * log_ratio)
    if np.count_nonzero(np.diff(some) > 2 * far + 1) >= 2:
        return True
    begin, at = h[: max_smoothings + BEGINNING].copy(), np.zeros(5, np.intp)
    _, n_peaks, _ = kernels.smooth(begin, np.empty_like(begin), at, max_smoothings, False)
    return bool(n_peaks > 2)


def minimum(counts: Array, centers: Array, max_smoothings: int = 10_000) -> float:
    """Find the lowest point between the two peaks of a smoothed histogram.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    max_smoothings : int, default=10000
        The most often that the histogram is smoothed.

    Returns
    -------
    threshold : int or float
        One of `centers`; the first of equally low ones.

    Raises
    ------
    ThresholdNotFoundError
        If smoothing does not come to two peaks.

    Examples
    --------
    >>> minimum([0, 5, 7, 4, 1, 2, 6, 3], [0, 1, 2, 3, 4, 5, 6, 7])
    4
    """
    smooth, centers, (left, _, right) = _sums(counts, centers, max_smoothings)
    threshold: float = centers[left + int(np.argmin(smooth[left : right + 1]))].item()
    return threshold


class MinimumThreshold(GlobalThreshold):
    """Threshold in the valley between the two peaks of the histogram.

    The histogram is smoothed until it has two peaks. For images whose histogram really has two;
    others are refused.

    Parameters
    ----------
    max_smoothings : int, default=10000
        The most often that the histogram is smoothed.
    fallback : None, float or GlobalThreshold, default=None
        What to do where the histogram does not have two peaks: None raises
        `ThresholdNotFoundError`; a number is the threshold; an estimator finds another.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    IntermodesThreshold : Half-way between the peaks.

    Notes
    -----
    A peak at the very end of the histogram (saturated white) counts as one; scikit-image's
    ``threshold_minimum`` sees such a peak at the dark end only. Where a valley has a flat bottom
    the threshold is at its dark side.

    References
    ----------
    .. [1] J. M. S. Prewitt and M. L. Mendelsohn, "The analysis of cell images", Annals of the New
       York Academy of Sciences 128(3), 1966, pp. 1035-1053.
       :doi:`10.1111/j.1749-6632.1965.tb11715.x`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MinimumThreshold
    >>> image = np.repeat([1, 2, 3, 4, 5, 6, 7], [5, 7, 4, 1, 2, 6, 3]).astype(np.uint8)
    >>> MinimumThreshold().fit(image[np.newaxis]).threshold_
    4
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "max_smoothings": [Interval(Integral, 1, None, closed="left")],
        "fallback": [None, Interval(Real, None, None, closed="neither"), GlobalThreshold],
    }

    def __init__(
        self,
        *,
        max_smoothings: int = 10_000,
        fallback: Any = None,
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
        self.max_smoothings = max_smoothings
        self.fallback = fallback

    def _criterion(self, counts: Array, centers: Array) -> float:
        return minimum(counts, centers, self.max_smoothings)
