"""The warnings and errors of this library."""

from __future__ import annotations

__all__ = ["BatchShapeWarning", "ThresholdNotFoundError"]


class BatchShapeWarning(UserWarning):
    """The shape of X suggests that its axes mean something else than they are read as.

    Raised as a warning when one image stands where a batch of images belongs, or when an
    axis of three or four values that may be colour is read as pixels.

    Examples
    --------
    >>> import warnings
    >>> import numpy as np
    >>> from skthresh import BatchShapeWarning, SauvolaThreshold
    >>> image = np.zeros((40, 30), np.uint8)
    >>> with warnings.catch_warnings(action="error", category=BatchShapeWarning):
    ...     SauvolaThreshold().fit(image)
    Traceback (most recent call last):
    ...
    skthresh.exceptions.BatchShapeWarning: ...
    """


class ThresholdNotFoundError(ValueError):
    """A criterion finds no threshold in a histogram.

    `MinimumThreshold` on a histogram with one peak is an example. Techniques that can raise it
    have the parameter `fallback`.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MinimumThreshold
    >>> one_peak = np.repeat(np.arange(5, dtype=np.uint8), [1, 5, 9, 4, 1])[np.newaxis]
    >>> MinimumThreshold().fit(one_peak)
    Traceback (most recent call last):
    ...
    skthresh.exceptions.ThresholdNotFoundError: ...
    >>> MinimumThreshold(fallback=2.0).fit(one_peak).threshold_
    2
    """
