"""Half-way between the two peaks of a smoothed histogram."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import level, relative
from skthresh.global_threshold.minimum import two_peaks
from skthresh.utils._sklearn import Interval

__all__ = ["IntermodesThreshold", "intermodes"]


def intermodes(counts: Array, centers: Array, max_smoothings: int = 10_000) -> float:
    """Find the middle between the two peaks of a smoothed histogram.

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
        Of integers, the whole level at or below the middle.

    Raises
    ------
    ThresholdNotFoundError
        If smoothing does not come to two peaks.

    Examples
    --------
    >>> intermodes([0, 5, 7, 4, 1, 2, 6, 3], [0, 1, 2, 3, 4, 5, 6, 7])
    4
    """
    _, centers, peaks = two_peaks(counts, centers, max_smoothings)
    return level(centers, float(relative(centers)[peaks].sum() / 2))


class IntermodesThreshold(GlobalThreshold):
    """Threshold half-way between the two peaks of the histogram.

    The histogram is smoothed until it has two peaks. Unlike the valley between them, their middle
    does not depend on how deep or noisy the valley is.

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
    MinimumThreshold : The lowest point between the peaks.

    References
    ----------
    .. [1] J. M. S. Prewitt and M. L. Mendelsohn, "The analysis of cell images", Annals of the New
       York Academy of Sciences 128(3), 1966, pp. 1035-1053.
       :doi:`10.1111/j.1749-6632.1965.tb11715.x`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import IntermodesThreshold
    >>> image = np.repeat([1, 2, 3, 4, 5, 8, 9], [5, 7, 4, 1, 2, 6, 3]).astype(np.uint8)
    >>> IntermodesThreshold().fit(image[np.newaxis]).threshold_
    5
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
        return intermodes(counts, centers, self.max_smoothings)
