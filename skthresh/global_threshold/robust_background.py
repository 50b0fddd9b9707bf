"""So many deviations above the background, without its outliers."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import level, relative
from skthresh.utils._sklearn import Interval, InvalidParameterError, StrOptions

__all__ = ["RobustBackgroundThreshold", "robust_background"]


def _median(counts: Array, values: Array) -> float:
    """Give the middle value, or the mean of the two in the middle."""
    below = np.cumsum(counts)
    half = below[-1] / 2
    lower = values[np.argmax(below >= half * (1 - 1e-12))]
    upper = values[np.argmax(below > half * (1 + 1e-12))]
    return float(lower / 2 + upper / 2)


def robust_background(
    counts: Array,
    centers: Array,
    *,
    lower_outlier_fraction: float = 0.05,
    upper_outlier_fraction: float = 0.05,
    averaging_method: str = "mean",
    variance_method: str = "sd",
    n_deviations: float = 2.0,
) -> float:
    """Add deviations to the average of a histogram that has lost its ends.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    lower_outlier_fraction, upper_outlier_fraction : float
    averaging_method, variance_method : str
    n_deviations : float
        As `RobustBackgroundThreshold` has them.

    Examples
    --------
    >>> robust_background([50, 40, 5, 5], [0, 1, 2, 100])
    1
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    total = float(counts.sum())
    if total == 0:
        return np.nan
    below = np.cumsum(counts).astype(np.float64)
    lo, hi = lower_outlier_fraction * total, total * (1 - upper_outlier_fraction)
    kept = np.diff(np.clip(below, lo, hi), prepend=lo)  # what of each bin is inside
    kept[kept < 1e-12 * total] = 0
    levels = relative(centers)
    if averaging_method == "mean":
        average = float(kept @ levels / kept.sum())
    elif averaging_method == "median":
        average = _median(kept, levels)
    else:
        average = float(levels[np.argmax(kept)])
    if variance_method == "sd":
        mean = kept @ levels / kept.sum()
        deviation = float(np.sqrt(kept @ (levels - mean) ** 2 / kept.sum()))
    else:
        distances = np.abs(levels - _median(kept, levels))
        order = np.argsort(distances, kind="stable")
        deviation = _median(kept[order], distances[order])
    return level(centers, average + n_deviations * deviation)


class RobustBackgroundThreshold(GlobalThreshold):
    """Threshold some deviations above the background, estimated without outliers.

    For images that are mostly background, of which the foreground is a small bright part: the
    darkest and the brightest pixels are left out, and the rest is taken for background.
    CellProfiler has it as "Robust Background".

    Parameters
    ----------
    lower_outlier_fraction : float, default=0.05
        Share of the pixels that is left out at the dark end.
    upper_outlier_fraction : float, default=0.05
        Share of the pixels that is left out at the bright end; less than 1 with the other.
    averaging_method : {"mean", "median", "mode"}, default="mean"
        What the background is taken to be. The mode is the most frequent level.
    variance_method : {"sd", "mad"}, default="sd"
        Standard deviation, or median absolute deviation (from the median, not scaled).
    n_deviations : float, default=2.0
        How many deviations above the background the threshold is.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    Notes
    -----
    A level that the share divides counts by the part that is inside. With bright background and
    dark foreground take a negative `n_deviations`, and ``mode="binary_inv"``.

    References
    ----------
    .. [1] A. E. Carpenter et al., "CellProfiler: image analysis software for identifying and
       quantifying cell phenotypes", Genome Biology 7, 2006, R100. :doi:`10.1186/gb-2006-7-10-r100`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import RobustBackgroundThreshold
    >>> image = np.repeat([10, 11, 12, 200], [20, 60, 15, 5]).astype(np.uint8)
    >>> RobustBackgroundThreshold().fit(image[np.newaxis]).threshold_
    12
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "lower_outlier_fraction": [Interval(Real, 0, 1, closed="left")],
        "upper_outlier_fraction": [Interval(Real, 0, 1, closed="left")],
        "averaging_method": [StrOptions({"mean", "median", "mode"})],
        "variance_method": [StrOptions({"sd", "mad"})],
        "n_deviations": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self,
        *,
        lower_outlier_fraction: float = 0.05,
        upper_outlier_fraction: float = 0.05,
        averaging_method: str = "mean",
        variance_method: str = "sd",
        n_deviations: float = 2.0,
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
        self.lower_outlier_fraction = lower_outlier_fraction
        self.upper_outlier_fraction = upper_outlier_fraction
        self.averaging_method = averaging_method
        self.variance_method = variance_method
        self.n_deviations = n_deviations

    def _criterion(self, counts: Array, centers: Array) -> float:
        if self.lower_outlier_fraction + self.upper_outlier_fraction >= 1:
            raise InvalidParameterError(
                "lower_outlier_fraction and upper_outlier_fraction must be less than 1 together. "
                f"Got {self.lower_outlier_fraction!r} and {self.upper_outlier_fraction!r}."
            )
        return robust_background(
            counts,
            centers,
            lower_outlier_fraction=self.lower_outlier_fraction,
            upper_outlier_fraction=self.upper_outlier_fraction,
            averaging_method=self.averaging_method,
            variance_method=self.variance_method,
            n_deviations=self.n_deviations,
        )
