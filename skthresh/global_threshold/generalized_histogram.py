"""Barron's threshold: Otsu's, the least error and a percentile as limits of one criterion."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import EQUAL, level, occupied, relative
from skthresh.utils._sklearn import Interval

__all__ = ["GeneralizedHistogramThreshold", "generalized_histogram"]


def generalized_histogram(
    counts: Array,
    centers: Array,
    nu: float = 0.0,
    tau: float = 0.0,
    kappa: float = 0.0,
    omega: float = 0.5,
) -> float:
    """Find the threshold of the most probable mixture of two normal distributions.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    nu, tau, kappa, omega : float
        As `GeneralizedHistogramThreshold` has them.

    Returns
    -------
    threshold : int or float
        The mean of the levels that share the maximum; of integers, the whole level below.

    Examples
    --------
    >>> generalized_histogram([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5], nu=1, tau=1)
    1
    """
    n, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    n, levels = n.astype(np.float64), relative(centers)
    gaps = np.diff(levels)
    # Strengths and widths beyond 1e100 (levels) are infinite: their products stay in range.
    nu, kappa, tau = (min(float(p), 1e100) for p in (nu, kappa, tau / levels[-1]))
    # Without a prior, a level is as wide as in `min_error`.
    within = 0.0 if nu else (gaps[gaps > 0].min() / levels[-1]) ** 2 / 12
    levels_of = levels / levels[-1]
    tiny = np.finfo(np.float64).tiny
    score = np.zeros(len(n) - 1)
    for part, x, share in ((n, levels_of, omega), (n[::-1], levels_of[::-1], 1 - omega)):
        weight = np.cumsum(part)
        mean = np.cumsum(part * x) / weight
        before = np.concatenate([[x[0]], mean[:-1]])
        deviation = np.cumsum(part * (x - before) * (x - mean))  # squared, summed
        deviation += weight * within
        fraction = weight / weight[-1]
        prior = fraction * nu
        variance = np.maximum((prior * tau**2 + deviation) / (prior + weight), tiny)
        term = -deviation / variance - weight * np.log(variance)
        term += 2 * (weight + kappa * share) * np.log(weight)
        score += term[:-1] if part is n else term[::-1][1:]
    greatest = score.max()
    best = levels[:-1][score >= greatest - EQUAL * max(abs(greatest), tiny)]
    return level(centers, float(best.mean()))


class GeneralizedHistogramThreshold(GlobalThreshold):
    """Threshold that generalises Otsu's technique, the least error, and a percentile.

    The two classes are normally distributed, with priors on their variances and on their sizes. The
    four parameters lead from one classical technique to another; searched for on labelled images,
    they give one threshold that suits a kind of image.

    Parameters
    ----------
    nu : float, default=0.0
        Strength of the prior on the variances, in pixels of the image. 0: none.
    tau : float, default=0.0
        Standard deviation that the prior expects, in grey levels.
    kappa : float, default=0.0
        Strength of the prior on the classes' sizes, in pixels. 0: none.
    omega : float, default=0.5
        Share of the pixels at or below the threshold that the prior expects.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    OtsuThreshold : The limit of a very large `nu` with a very small `tau`.
    MinErrorThreshold : The same as ``nu = 0``, ``kappa = 0``.
    PercentileThreshold : The limit of a very large `kappa`, with `omega` as its share.

    Notes
    -----
    For documents the paper takes ``nu=2**29.5, tau=2**3.125, kappa=2**22.25, omega=2**-3.25`` on
    8-bit images with ink bright; the strengths count pixels, and grow with the image. With ``nu=0``
    a level has a width, as in `MinErrorThreshold`; the paper's formula alone would prefer a class
    of one level, which has no variance.

    References
    ----------
    .. [1] J. T. Barron, "A generalization of Otsu's method and minimum error thresholding",
       European Conference on Computer Vision, 2020. :doi:`10.48550/arXiv.2007.07350`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import GeneralizedHistogramThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> GeneralizedHistogramThreshold(nu=1e9, tau=0.01).fit(image).threshold_  # as Otsu
    60
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "nu": [Interval(Real, 0, None, closed="left")],
        "tau": [Interval(Real, 0, None, closed="left")],
        "kappa": [Interval(Real, 0, None, closed="left")],
        "omega": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        *,
        nu: float = 0.0,
        tau: float = 0.0,
        kappa: float = 0.0,
        omega: float = 0.5,
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
        self.nu = nu
        self.tau = tau
        self.kappa = kappa
        self.omega = omega

    def _criterion(self, counts: Array, centers: Array) -> float:
        return generalized_histogram(counts, centers, self.nu, self.tau, self.kappa, self.omega)
