"""Renyi's entropy of two classes: three orders together, or one."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import first_maximum, level, occupied, relative
from skthresh.global_threshold.max_entropy import max_entropy
from skthresh.utils._sklearn import Interval

__all__ = ["RenyiEntropyThreshold", "renyi_entropy"]


# Levels of 256: thresholds no further apart than this agree, in the paper.
NEAR = 5 / 255


# An order as near to 1 as this is 1: the formula would lose all digits.
SHANNON = 1e-7


def _of_one_order(counts: Array, alpha: float) -> int:
    """Give the index of the split with the greatest sum of the classes' Renyi entropies."""
    p = counts / counts.sum()
    powers = alpha * np.log(p)
    low, high = np.cumsum(p)[:-1], np.cumsum(p[:0:-1])[::-1]
    # sums of logarithms: powers of small shares would be 0
    sums_low = np.logaddexp.accumulate(powers)[:-1]
    sums_high = np.logaddexp.accumulate(powers[:0:-1])[::-1]
    logs = sums_low + sums_high - alpha * (np.log(low) + np.log(high))
    return first_maximum(logs / (1 - alpha))


def renyi_entropy(counts: Array, centers: Array, alpha: float | None = None) -> float:
    """Find the threshold of the greatest Renyi entropy of both classes.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    alpha : float or None, default=None
        The order of the entropy; positive. None: the paper's combination of the thresholds of the
        orders 1/2, 1 and 2.

    Returns
    -------
    threshold : int or float
        Of integers, the whole level at or below the combination.

    Examples
    --------
    >>> renyi_entropy([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    span = float(relative(np.asarray(centers))[-1])
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return centers[0].item() if len(centers) else np.nan
    if alpha is not None and abs(alpha - 1) < SHANNON:
        return max_entropy(counts, centers)
    if alpha is not None:
        threshold: float = centers[_of_one_order(counts, alpha)].item()
        return threshold
    kapur = int(np.searchsorted(centers, max_entropy(counts, centers)))
    found = [_of_one_order(counts, 0.5), kapur, _of_one_order(counts, 2.0)]
    first, second, third = sorted(found)
    levels, below = relative(centers), np.cumsum(counts) / counts.sum()
    near = [
        levels[b] - levels[a] <= NEAR * span * (1 + 1e-12)
        for a, b in ((first, second), (second, third))
    ]
    weights = {(True, False): (0, 1, 3), (False, True): (3, 1, 0)}.get(
        (bool(near[0]), bool(near[1])), (1, 2, 1)
    )
    between = below[third] - below[first]
    shares = [between * w / 4 for w in weights]
    combined = (
        levels[first] * (below[first] + shares[0])
        + levels[second] * shares[1]
        + levels[third] * (1 - below[third] + shares[2])
    )
    return level(centers, combined + 1e-12 * span)


class RenyiEntropyThreshold(GlobalThreshold):
    """Threshold with the greatest Renyi entropy of foreground and background.

    Combines what entropies of the orders 1/2, 1 (Kapur's) and 2 say: robust where one of them
    alone goes astray.

    Parameters
    ----------
    alpha : float or None, default=None
        The order of the entropy; positive. None: the paper's combination of three orders.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    MaxEntropyThreshold : The order 1.
    YenThreshold : The order 2.

    Notes
    -----
    In the paper two thresholds agree if they are at most 5 of 256 levels apart; here this is 5/255
    of the range of the histogram's levels, which is the same for uint8.

    References
    ----------
    .. [1] P. Sahoo, C. Wilkins and J. Yeager, "Threshold selection using Renyi's entropy", Pattern
       Recognition 30(1), 1997, pp. 71-84. :doi:`10.1016/S0031-3203(96)00065-9`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import RenyiEntropyThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> RenyiEntropyThreshold().fit(image).threshold_
    11
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "alpha": [Interval(Real, 0, 100, closed="right"), None],
    }

    def __init__(
        self,
        *,
        alpha: float | None = None,
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
        self.alpha = alpha

    def _criterion(self, counts: Array, centers: Array) -> float:
        return renyi_entropy(counts, centers, self.alpha)
