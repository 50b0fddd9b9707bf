"""The lowest point between the two peaks of a smoothed histogram."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.utils._sklearn import Interval

__all__ = ["MinimumThreshold", "minimum", "two_peaks"]


def _peaks(h: Array) -> Array:
    """Find the peaks of a curve; one that is flat on top is at the last of its highest points."""
    slope = np.sign(np.diff(h))
    rising = np.flatnonzero(slope)
    slope = np.concatenate([[1], slope[rising], [-1]])
    ends = np.concatenate([rising, [len(h) - 1]])  # where each stretch between turns ends
    return ends[(slope[:-1] > 0) & (slope[1:] < 0)]


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
        Their indices.

    Raises
    ------
    ThresholdNotFoundError
        If one peak is left, or more than two after `max_smoothings` times.
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    some = np.flatnonzero(counts)
    inside = slice(some[0], some[-1] + 1) if len(some) else slice(0, 0)
    smooth, centers = counts[inside].astype(np.float64), centers[inside]
    peaks = _peaks(smooth) if len(smooth) else some
    for _ in range(max_smoothings):
        if len(peaks) <= 2:
            break
        padded = np.concatenate([smooth[:1], smooth, smooth[-1:]])
        smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
        peaks = _peaks(smooth)
    if len(peaks) != 2:
        raise ThresholdNotFoundError(
            f"The histogram has {len(peaks)} peak(s) after smoothing, not two. Pass fallback= to "
            "say what to do then: a number, or another technique."
        )
    return smooth, centers, peaks


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
    smooth, centers, (left, right) = two_peaks(counts, centers, max_smoothings)
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
        )
        self.max_smoothings = max_smoothings
        self.fallback = fallback

    def _criterion(self, counts: Array, centers: Array) -> float:
        return minimum(counts, centers, self.max_smoothings)
