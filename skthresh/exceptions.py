"""The warnings and errors of this library."""

from __future__ import annotations

__all__ = ["BatchShapeWarning", "ThresholdNotFoundError"]


class BatchShapeWarning(UserWarning):
    """The shape of X suggests that its axes mean something else than they are read as.

    Raised as a warning when one image stands where a batch of images belongs, or when an
    axis of three or four values that may be colour is read as pixels.
    """


class ThresholdNotFoundError(ValueError):
    """A criterion finds no threshold in a histogram.

    `MinimumThreshold` on a histogram with one peak is an example. Techniques that can raise it
    have the parameter `fallback`.
    """
