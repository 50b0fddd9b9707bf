"""The corner of a histogram with one peak."""

from __future__ import annotations

from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import relative
from skthresh.utils._sklearn import StrOptions

__all__ = ["RosinThreshold", "rosin"]


def rosin(counts: Array, centers: Array, tail: str = "bright") -> float:
    """Find the level farthest from the line between the peak and the end of a tail.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    tail : {"bright", "dark"}, default="bright"
        The side of the peak on which the foreground's levels are.

    Returns
    -------
    threshold : int or float
        One of `centers`; of equals, the one nearest to the peak.

    Examples
    --------
    >>> rosin([9, 4, 1, 1, 1, 1], [0, 1, 2, 3, 4, 5])
    2
    """
    counts, centers = np.asarray(counts), np.asarray(centers)
    some = np.flatnonzero(counts)
    if len(some) < 2:
        return centers[some[0]].item() if len(some) else np.nan
    inside = slice(some[0], some[-1] + 1)
    counts, centers = counts[inside].astype(np.float64), centers[inside]
    levels = relative(centers)
    if tail == "dark":
        counts, levels = counts[::-1], levels[-1] - levels[::-1]
    peak = int(np.argmax(counts))
    if peak == len(counts) - 1:  # there is no tail on this side
        index = peak - 1 if tail == "bright" else peak
    else:
        # The line ends at the first empty level beyond the last one that occurs.
        end = 2 * levels[-1] - levels[-2]
        # Levels beyond 2**53 can be one and the same to float64: the line is then a point.
        width = max(end - levels[peak], np.finfo(np.float64).tiny)
        line = counts[peak] * ((end - levels[peak:]) / width)
        gap = line - counts[peak:]
        index = peak + int(np.flatnonzero(gap >= gap.max() - 1e-12 * counts[peak])[0])
        index = min(index, len(counts) - 2)
    threshold: float = centers[index if tail == "bright" else len(counts) - 1 - index].item()
    return threshold


class RosinThreshold(GlobalThreshold):
    """Threshold at the corner of a histogram with one large peak and a tail.

    For edge strengths, differences of images, sparse fluorescence: nearly all pixels are
    background, and the foreground makes no peak of its own.

    Parameters
    ----------
    tail : {"bright", "dark"}, default="bright"
        The side of the peak on which the levels of the foreground are.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}

    See Also
    --------
    TriangleThreshold : Takes the longer tail.

    References
    ----------
    .. [1] P. L. Rosin, "Unimodal thresholding", Pattern Recognition 34(11), 2001, pp. 2083-2096.
       :doi:`10.1016/S0031-3203(00)00136-9`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import RosinThreshold
    >>> image = np.repeat([10, 11, 12, 13, 40, 80], [90, 50, 20, 3, 1, 1]).astype(np.uint8)
    >>> RosinThreshold().fit(image[np.newaxis]).threshold_
    14
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "tail": [StrOptions({"bright", "dark"})],
    }

    def __init__(
        self,
        *,
        tail: str = "bright",
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
        self.tail = tail

    def _criterion(self, counts: Array, centers: Array) -> float:
        return rosin(counts, centers, self.tail)
