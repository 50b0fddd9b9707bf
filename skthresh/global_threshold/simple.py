"""A fixed threshold."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

from skthresh.batch import ImagesLike
from skthresh.global_threshold.scalar import ScalarThreshold
from skthresh.utils._sklearn import Interval, fit_context

__all__ = ["SimpleThreshold"]


class SimpleThreshold(ScalarThreshold):
    """Threshold images at a given number.

    The simplest technique, and the fastest. Its threshold is a parameter, so that a grid search
    can choose it.

    Parameters
    ----------
    threshold : float, default=127
        In grey levels of X. Foreground is ``X > threshold``, strictly; on integers that is
        ``X > floor(threshold)``. A float32 or float16 image is compared with the threshold in its
        own precision.
    {mode_parameters}

    Attributes
    ----------
    threshold_ : float
        The threshold.
    {attributes}

    See Also
    --------
    OtsuThreshold : Finds the threshold by itself.
    AdaptiveThreshold : Gives each pixel its own.

    Notes
    -----
    Equal to ``cv2.threshold`` in every output, on every dtype that it takes: a threshold below the
    range of the dtype leaves everything above it (``"trunc"`` then gives 0), and one at or beyond
    its greatest value leaves nothing.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import SimpleThreshold
    >>> images = np.array([[[0, 127, 128, 255]]], dtype=np.uint8)
    >>> SimpleThreshold(127).fit_transform(images)
    array([[[  0,   0, 255, 255]]], dtype=uint8)
    >>> SimpleThreshold(127, mode="trunc").fit_transform(images)
    array([[[  0, 127, 127, 127]]], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **ScalarThreshold._parameter_constraints,
        "threshold": [Interval(Real, None, None, closed="neither")],
    }

    _image_like_side = None

    def __init__(
        self,
        threshold: float = 127,
        *,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.threshold = threshold
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None, mask: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of the kind that `transform` will get.
        y : Ignored
            Present for scikit-learn's conventions.
        mask : Ignored
            Present as `fit_transform` has it.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._read(X, reset=True, mask=mask)
        self.threshold_ = self.threshold
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: ImagesLike, y: Any = None, mask: Any = None) -> Self:  # noqa: ARG002
        """Check one batch of a stream; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of the kind that `transform` will get.
        y : Ignored
            Present for scikit-learn's conventions.
        mask : Ignored
            Present as `fit` has it.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._read(X, reset=not self.__sklearn_is_fitted__(), mask=mask)
        self.threshold_ = self.threshold
        return self
