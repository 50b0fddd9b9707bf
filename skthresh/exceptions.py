"""The warnings of this library."""

from __future__ import annotations

__all__ = ["BatchShapeWarning"]


class BatchShapeWarning(UserWarning):
    """The shape of X suggests that its axes mean something else than they are read as.

    Raised as a warning when one image stands where a batch of images belongs, or when an
    axis of three or four values that may be colour is read as pixels.
    """
