"""A global technique: one function of a histogram."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from skthresh.base import ATTRIBUTES, MODE_PARAMETERS
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.learning import PARAMETERS, HistogramLearner, as_numbers, lazy_table
from skthresh.global_threshold.scalar import ScalarThreshold
from skthresh.histogram import Histogram

__all__ = ["GlobalThreshold"]

FITTED = """
threshold_ : int or float, or ndarray of shape (n_channels,)
    The threshold, in grey levels of X: whole for integers. Not there with ``per_image=True``.
histogram_ : Histogram, or list of them with `channel_axis`
    What it was learned from. Not there with ``per_image=True``.
"""


class GlobalThreshold(HistogramLearner, ScalarThreshold):
    """One threshold from a histogram: of the training images, or of each image by itself.

    A subclass gives `_criterion`, a function of counts and centres.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **ScalarThreshold._parameter_constraints,
        **HistogramLearner._parameter_constraints,
    }

    _passages = {
        "global_parameters": PARAMETERS.strip() + MODE_PARAMETERS,
        "global_attributes": FITTED.strip() + ATTRIBUTES,
    }

    _answer = "threshold_"

    # Techniques that can fail have this as a parameter.
    fallback: Any = None

    def __init__(
        self,
        *,
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
        self.per_image = per_image
        self.n_bins = n_bins
        self.value_range = value_range
        self.log_scale = log_scale
        self.correction = correction
        self.bounds = bounds
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    @abstractmethod
    def _criterion(self, counts: Array, centers: Array) -> float:
        """Choose a threshold from a histogram with at least three occupied bins."""

    def thresholds(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the thresholds as numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count, with ``per_image=True``.

        Returns
        -------
        thresholds : float, or ndarray of shape (n_samples,)
            One number for the batch, `threshold_`; with ``per_image=True`` one for each image.
            With `channel_axis` there is a last axis of length n_channels.
        """
        if not self.per_image:
            return super().thresholds(X, mask)
        batch = self._read(X, reset=False, mask=mask)
        if batch.is_lazy:
            return lazy_table(batch, self._survey(batch), ())
        table = self._per_plane(batch)
        return batch.like(table if batch.n_channels else table[:, 0])

    @property
    def _pointwise(self) -> bool:
        return not self.per_image and super()._pointwise

    def _per_plane(self, batch: Batch) -> Array:
        if not self.per_image:
            return super()._per_plane(batch)
        if batch.known(0) is not None:
            rows = [batch.known(i) for i in range(len(batch))]
            return as_numbers([t for row in rows for t in row], batch.dtype).reshape(len(rows), -1)
        if batch.dtype == np.uint8 and batch.is_one_block and self._is_plain:
            found = self._of_each(batch.rows())
            if found is not None:
                return found[:, np.newaxis]
        numbers = [self._threshold_of(h, batch.dtype) for h in self._own_histograms(batch)]
        return as_numbers(numbers, batch.dtype).reshape(len(batch), batch.n_channels or 1)

    def _of_each(self, rows: Array) -> Array | None:  # noqa: ARG002
        """Find the thresholds of images of bytes, one in each row, all at once; a hook.

        None: each is to be found by itself.
        """
        return None

    def _found_in(self, histogram: Histogram, dtype: np.dtype[Any]) -> Any:
        return self._threshold_of(histogram, dtype)

    def _threshold_of(self, histogram: Histogram, dtype: np.dtype[Any]) -> float:
        return self._thresholds_of(histogram, dtype)[0]

    def _keep(self, numbers: list[list[float]], dtype: np.dtype[Any], *, channels: bool) -> None:  # noqa: ARG002
        of_channels = [t for (t,) in numbers]
        self.threshold_ = np.array(of_channels) if channels else of_channels[0]

    def _split(self, counts: Array, centers: Array) -> list[float]:
        return [self._criterion(counts, centers)]

    def _find(self, histogram: Histogram) -> list[float]:
        try:
            return super()._find(histogram)
        except ThresholdNotFoundError as error:
            if self.fallback is None:
                raise ThresholdNotFoundError(
                    f"{error} Pass fallback= to {type(self).__name__} to say what to do then: a "
                    "number, or another technique."
                ) from None
            if isinstance(self.fallback, GlobalThreshold):
                return self.fallback._find(histogram)
            return [float(self.fallback)]
