"""Li's threshold: the least cross entropy between an image and its two classes."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.levels import classes, occupied, relative
from skthresh.utils._sklearn import Interval

__all__ = ["LiThreshold", "li"]


def li(counts: Array, centers: Array, max_iter: int = 1000) -> float:
    """Iterate to a threshold of least cross entropy.

    Parameters
    ----------
    counts : array-like of shape (n_bins,)
        Pixels per bin.
    centers : array-like of shape (n_bins,)
        Grey level of each bin, ascending.
    max_iter : int, default=1000
        Bound on the number of steps. It is reached by no histogram that is met in practice.

    Returns
    -------
    threshold : int or float
        One of the occupied levels.

    Examples
    --------
    >>> li([5, 3, 0, 0, 2, 4], [0, 1, 2, 3, 4, 5])
    1
    """
    return _iterate(counts, centers, max_iter)[0]


def _iterate(counts: Array, centers: Array, max_iter: int) -> tuple[float, int]:
    """Give the threshold, and the number of steps."""
    counts, centers = occupied(counts, centers)
    if len(centers) < 2:
        return (centers[0].item() if len(centers) else np.nan), 1
    levels = relative(centers)
    low, high = classes(counts, centers).mean
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where the mean is 0 its logarithm is minus infinity, and the next threshold 0.
        following = np.where(low > 0, (high - low) / (np.log(high) - np.log(low)), 0)
    # A threshold counts only by the split that it makes; the step from each split is known.
    step = (np.searchsorted(levels, following, side="right") - 1).clip(0, len(levels) - 2)
    mean = float(counts @ levels / counts.sum())
    split = min(int(np.searchsorted(levels, mean, side="right")) - 1, len(levels) - 2)
    n_iter = 1
    while step[split] != split and n_iter < max_iter:
        split = int(step[split])
        n_iter += 1
    return centers[split].item(), n_iter


class LiThreshold(GlobalThreshold):
    """Threshold with the least cross entropy between the image and its two classes.

    For bright objects on a dark ground, fluorescent cells above all: it takes in dim foreground
    that Otsu's technique would lose.

    Parameters
    ----------
    max_iter : int, default=1000
        Bound on the number of steps of the iteration.
    {global_parameters}

    Attributes
    ----------
    {global_attributes}
    n_iter_ : int, or list of int with `channel_axis`
        Number of steps of the iteration.

    See Also
    --------
    OtsuThreshold : The same with squared differences.

    Notes
    -----
    The iteration of [2]_, from the mean. Each step depends on the split alone, and of splits there
    are finitely many: it stops at a fixed point and takes no tolerance. (scikit-image's
    ``threshold_li`` stops within a tolerance of half a level, at times one level away, and may not
    stop at all on float32.) Levels are measured from the lowest one, so that a shift of the image
    shifts the threshold; of levels as they are, the logarithm would not exist below 0.

    References
    ----------
    .. [1] C. H. Li and C. K. Lee, "Minimum cross entropy thresholding", Pattern Recognition 26(4),
       1993, pp. 617-625. :doi:`10.1016/0031-3203(93)90115-D`
    .. [2] C. H. Li and P. K. S. Tam, "An iterative algorithm for minimum cross entropy
       thresholding", Pattern Recognition Letters 19(8), 1998, pp. 771-776.
       :doi:`10.1016/S0167-8655(98)00057-9`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import LiThreshold
    >>> image = np.array([[[10, 12, 11, 60, 200]]], dtype=np.uint8)
    >>> LiThreshold().fit(image).threshold_
    12
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **GlobalThreshold._parameter_constraints,
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        *,
        max_iter: int = 1000,
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
        self.max_iter = max_iter

    def _criterion(self, counts: Array, centers: Array) -> float:
        return li(counts, centers, self.max_iter)

    @property
    def n_iter_(self) -> Any:
        """Number of steps of the iteration."""
        histogram = self.histogram_
        if isinstance(histogram, list):
            return [_iterate(h.counts, h.centers, self.max_iter)[1] for h in histogram]
        return _iterate(histogram.counts, histogram.centers, self.max_iter)[1]
