"""A global technique: one function of a histogram."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Self

import numpy as np

from skthresh.base import ScalarThreshold
from skthresh.batch import Array, Batch, ImagesLike, kernel_form
from skthresh.histogram import FloatGrid, Histogram, count
from skthresh.modes import representable
from skthresh.utils._sklearn import Interval, check_sample_weight, fit_context

__all__ = ["GlobalThreshold"]


@dataclass(frozen=True)
class WeightedChannel:
    """The planes of one channel with the weights of their images; can be visited again.

    A contiguous stack without weights is one plane; else one plane is in memory at a time.
    """

    batch: Batch
    channel: int
    weights: Array | None

    def __iter__(self) -> Iterator[tuple[Array, float | None]]:
        data = self.batch.data
        if (
            self.weights is None
            and not isinstance(data, list)
            and data.flags.c_contiguous
            and self.batch.channel_axis is None
        ):
            yield kernel_form(data), None
            return
        for plane, i, _ in self.batch.planes(self.channel):
            yield plane, None if self.weights is None else float(self.weights[i])


class GlobalThreshold(ScalarThreshold):
    """One threshold from a histogram: of the training images, or of each image by itself.

    A subclass gives `_criterion`, a function of counts and centres.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **ScalarThreshold._parameter_constraints,
        "per_image": ["boolean"],
        "n_bins": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        *,
        per_image: bool = False,
        mode: str = "binary",
        max_value: float | None = None,
        n_bins: int = 256,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.per_image = per_image
        self.mode = mode
        self.max_value = max_value
        self.n_bins = n_bins
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    @abstractmethod
    def _criterion(self, counts: Array, centers: Array) -> float:
        """Choose a threshold from a histogram with at least three occupied bins."""

    @property
    def _image_like_side(self) -> int | None:  # type: ignore[override]
        # Flat rows are as good as images here: only what is as large as an image is suspicious.
        return 28 if self.per_image else None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: ARG002
        """Learn the threshold from the pooled pixels of the training images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The training images.
        y : Ignored
            Present for scikit-learn's conventions.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of whole images. An image of weight 2 counts as two.

        Returns
        -------
        self : object
            The fitted estimator. With ``per_image=True`` nothing is learned.
        """
        batch = self._read(X, reset=True)
        for name in ("threshold_", "histogram_", "_grids"):
            self.__dict__.pop(name, None)
        weights = self._weights(batch, sample_weight)
        if not self.per_image:
            self._learn([self._count(batch, c, weights) for c in self._channels(batch)], batch)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: ImagesLike, y: Any = None, sample_weight: Any = None) -> Self:  # noqa: ARG002
        """Add a batch of training images to those learned from before.

        Integers: the result is that of one `fit` on all batches together, exactly. Floats: bins
        need a range, which the stream does not know beforehand, so that pixels are first counted
        in cells of at most 1/2**15 of the range seen. The result depends neither on how the stream
        was divided into batches nor on their order, and differs from that of one `fit` by at most
        what moving pixels within one cell of a bin's edge can change.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The training images.
        y : Ignored
            Present for scikit-learn's conventions.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of whole images.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        batch = self._read(X, reset=not self.__sklearn_is_fitted__())
        weights = self._weights(batch, sample_weight)
        if self.per_image:
            return self
        self._check_same_kind(batch)
        if batch.dtype.kind == "f":
            histograms = self._count_into_grids(batch, weights)
        else:
            histograms = [self._count(batch, c, weights) for c in self._channels(batch)]
            if hasattr(self, "histogram_"):
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                histograms = [a + b for a, b in zip(before, histograms, strict=True)]
        self._learn(histograms, batch)
        return self

    def thresholds(self, X: ImagesLike) -> Any:
        """Give the thresholds as numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        thresholds : float, or ndarray of shape (n_samples,)
            One number for the batch, `threshold_`; with ``per_image=True`` one for each image.
            With `channel_axis` there is a last axis of length n_channels.
        """
        if not self.per_image:
            return super().thresholds(X)
        batch = self._read(X, reset=False)
        table = self._per_plane(batch)
        return table if batch.n_channels else table[:, 0]

    @property
    def _pointwise(self) -> bool:
        return not self.per_image

    def _per_plane(self, batch: Batch) -> Array:
        if not self.per_image:
            return super()._per_plane(batch)
        kind = batch.dtype.kind
        dtype = np.float64 if kind == "f" else np.uint64 if batch.dtype == np.uint64 else np.int64
        table = np.empty((len(batch), batch.n_channels or 1), dtype)
        for plane, i, c in batch.planes():
            table[i, c] = self._threshold_of(self._count_plane(plane, batch), batch)
        return table

    def _count_plane(self, plane: Array, batch: Batch) -> Histogram:
        return count([(plane, None)], batch.dtype, self.n_bins)

    def _count(self, batch: Batch, channel: int, weights: Array | None) -> Histogram:
        return count(WeightedChannel(batch, channel, weights), batch.dtype, self.n_bins)

    def _check_same_kind(self, batch: Batch) -> None:
        """Refuse to merge the levels of integers with the bins of floats."""
        if not hasattr(self, "histogram_"):
            return
        h = self.histogram_[0] if batch.n_channels else self.histogram_
        if (h.centers.dtype.kind == "f") != (batch.dtype.kind == "f"):
            raise ValueError(
                f"X has dtype {batch.dtype}, but the histogram learned so far is of "
                f"{'float' if h.centers.dtype.kind == 'f' else 'int'} images."
            )

    def _count_into_grids(self, batch: Batch, weights: Array | None) -> list[Histogram]:
        if not hasattr(self, "_grids"):
            self._grids = [FloatGrid() for _ in self._channels(batch)]
            if hasattr(self, "histogram_"):  # an earlier fit: its bins are all that is left of it
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                for grid, h in zip(self._grids, before, strict=True):
                    grid.add(h.centers, h.counts)
        for c, grid in enumerate(self._grids):
            for plane, weight in WeightedChannel(batch, c, weights):
                grid.add(plane, weight)
        return [grid.histogram(self.n_bins) for grid in self._grids]

    @staticmethod
    def _channels(batch: Batch) -> range:
        return range(batch.n_channels or 1)

    @staticmethod
    def _weights(batch: Batch, sample_weight: Any) -> Array | None:
        if sample_weight is None:
            return None
        weights: Array = check_sample_weight(
            sample_weight, batch.data, dtype=np.float64, ensure_non_negative=True
        )
        if not weights.any():
            raise ValueError("Sample weights must contain at least one non-zero number.")
        return weights

    def _learn(self, histograms: list[Histogram], batch: Batch) -> None:
        numbers = [self._threshold_of(h, batch) for h in histograms]
        if batch.n_channels:
            self.histogram_: Any = histograms
            self.threshold_: Any = np.array(numbers)
        else:
            (self.histogram_,), (self.threshold_,) = histograms, numbers

    def _threshold_of(self, histogram: Histogram, batch: Batch) -> float:
        """Choose a threshold; what is degenerate is decided here, for all techniques alike."""
        occupied = histogram.occupied()
        if len(occupied) == 0:
            return np.nan
        if len(occupied) <= 2:  # a constant has no foreground; two values are split between them
            threshold = histogram.centers[occupied[0]].item()
        else:
            threshold = self._criterion(histogram.counts, histogram.centers)
        return representable(threshold, batch.dtype)
