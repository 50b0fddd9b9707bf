"""The grey level below which a given share of the pixels lies."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.utils._sklearn import Interval

__all__ = ["PercentileThreshold", "percentile"]


def percentile(counts: Array, centers: Array, fraction: float = 0.5) -> float:
    """Find the lowest level that has a share of the pixels at or below it.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    fraction : float, default=0.5
        The share, from 0 to 1.

    Examples
    --------
    >>> percentile([1, 1, 2], [0, 10, 255], 0.5)
    10
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    below = np.cumsum(counts)
    wanted = fraction * below[-1]
    # what is as good as the share is the share: 0.1 times 30 is 3
    index = int(np.argmax(below >= min(wanted * (1 - 1e-12), below[-1])))
    index = max(index, int(np.flatnonzero(counts)[0]))
    threshold: float = centers[index].item()
    return threshold


class PercentileThreshold(GlobalThreshold):
    """Threshold so that a given share of the pixels is background.

    For images of which it is known how much is foreground: a page of print is ink to 5 or 10
    per cent, for example. Also called p-tile.

    Parameters
    ----------
    fraction : float, default=0.5
        Share of the pixels that is to be at or below the threshold, from 0 to 1.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    GeneralizedHistogramThreshold : Has a weighted percentile as one of its limits.

    References
    ----------
    .. [1] W. Doyle, "Operations useful for similarity-invariant pattern recognition", Journal of
       the ACM 9(2), 1962, pp. 259-267. :doi:`10.1145/321119.321123`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import PercentileThreshold
    >>> image = np.arange(100, dtype=np.uint8).reshape(1, 10, 10)
    >>> PercentileThreshold(fraction=0.9).fit(image).predict(image).sum()
    np.int64(10)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "fraction": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        fraction: float = 0.5,
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
        self.fraction = fraction

    def _criterion(self, counts: Array, centers: Array) -> float:
        return percentile(counts, centers, self.fraction)
