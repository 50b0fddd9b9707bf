"""A global technique: one function of a histogram."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from skthresh.base import ATTRIBUTES, MODE_PARAMETERS, ScalarThreshold
from skthresh.batch import Array, Batch, ImagesLike, kernel_form
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.counting import WeightedChannel, channels, count_channels
from skthresh.histogram import FINE, FloatGrid, Histogram, count, logarithmic
from skthresh.modes import representable
from skthresh.utils._sklearn import (
    Interval,
    InvalidParameterError,
    check_sample_weight,
    fit_context,
)

__all__ = ["GlobalThreshold"]

# Levels beyond two to this power, or below its inverse, are scaled before a criterion sees them.
EXTREME = 200

PARAMETERS = """
per_image : bool, default=False
    False: `fit` learns one threshold from the pooled pixels of the training images. True:
    each image gets its own, and nothing is learned.
n_bins : int, default=256
    Number of bins for float images, over `value_range`. Integers have a bin for each level.
value_range : tuple of (float, float) or None, default=None
    Range of the bins for float images; pixels outside are not counted. None: the range of the
    data. Ignored for integers.
log_scale : bool, default=False
    Choose the threshold on a histogram of `n_bins` equal bins of the logarithm of the grey
    level (its distance from the lowest one, plus 1/256 of the range), for images whose
    foreground spans orders of magnitude.
correction : float, default=1.0
    Factor on the threshold that was found.
bounds : tuple of (float or None, float or None) or None, default=None
    The threshold, corrected, is brought into this range.
"""


FITTED = """
threshold_ : int or float, or ndarray of shape (n_channels,)
    The threshold, in grey levels of X: whole for integers. Not there with ``per_image=True``.
histogram_ : Histogram, or list of them with `channel_axis`
    What it was learned from. Not there with ``per_image=True``.
"""


class GlobalThreshold(ScalarThreshold):
    """One threshold from a histogram: of the training images, or of each image by itself.

    A subclass gives `_criterion`, a function of counts and centres.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **ScalarThreshold._parameter_constraints,
        "per_image": ["boolean"],
        "n_bins": [Interval(Integral, 2, None, closed="left")],
        "value_range": [tuple, list, None],
        "log_scale": ["boolean"],
        "correction": [Interval(Real, 0, None, closed="neither")],
        "bounds": [tuple, list, None],
    }

    _passages = {
        "global_parameters": PARAMETERS.strip() + MODE_PARAMETERS,
        "global_attributes": FITTED.strip() + ATTRIBUTES,
    }

    # Techniques that can fail have this as a parameter.
    fallback: Any = None

    histogram_: Any

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

    @abstractmethod
    def _criterion(self, counts: Array, centers: Array) -> float:
        """Choose a threshold from a histogram with at least three occupied bins."""

    @property
    def _image_like_side(self) -> int | None:  # type: ignore[override]
        # Flat rows are as good as images here: only what is as large as an image is suspicious.
        return 28 if self.per_image else None

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ImagesLike,
        y: Any = None,  # noqa: ARG002
        sample_weight: Any = None,
        mask: Any = None,
    ) -> Self:
        """Learn the threshold from the pooled pixels of the training images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The training images.
        y : Ignored
            Present for scikit-learn's conventions.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of whole images. An image of weight 2 counts as two.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        self : object
            The fitted estimator. With ``per_image=True`` nothing is learned.
        """
        self._check_ranges()
        batch = self._read(X, reset=True, mask=mask)
        self._forget()
        weights = self._weights(batch, sample_weight)
        if not self.per_image:
            self._learn(count_channels(batch, weights, self._n_counted, self._range), batch)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: ImagesLike,
        y: Any = None,  # noqa: ARG002
        sample_weight: Any = None,
        mask: Any = None,
    ) -> Self:
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
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._check_ranges()
        batch = self._read(X, reset=not self.__sklearn_is_fitted__(), mask=mask)
        weights = self._weights(batch, sample_weight)
        if self.per_image:
            return self
        self._check_same_kind(batch)
        if batch.dtype.kind == "f":
            histograms = self._count_into_grids(batch, weights)
        else:
            histograms = count_channels(batch, weights, self.n_bins)
            if hasattr(self, "histogram_"):
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                histograms = [a + b for a, b in zip(before, histograms, strict=True)]
        self._learn(histograms, batch)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_histogram(self, counts: Any, centers: Any) -> Self:
        """Learn the threshold from a histogram that is there already.

        Parameters
        ----------
        counts : array-like of shape (n_bins,)
            Pixels per bin.
        centers : array-like of shape (n_bins,)
            Grey level of each bin, ascending. Integers mean integer images.

        Returns
        -------
        self : object
            The fitted estimator. It takes images of any rank.

        Examples
        --------
        >>> from skthresh import OtsuThreshold
        >>> OtsuThreshold().fit_histogram([5, 3, 0, 2, 4], [0, 1, 2, 3, 4]).threshold_
        1
        """
        self._check_ranges()
        if self.per_image:
            raise ValueError(
                "fit_histogram learns one threshold; with per_image=True there is none to learn."
            )
        histogram = Histogram.from_arrays(counts, centers)
        self._forget()
        self.sample_ndim_ = self.n_channels_ = None
        self.histogram_ = histogram
        self.threshold_ = self._threshold_of(histogram, histogram.centers.dtype)
        return self

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
        table = self._per_plane(batch)
        return table if batch.n_channels else table[:, 0]

    @property
    def _pointwise(self) -> bool:
        return not self.per_image and super()._pointwise

    def _per_plane(self, batch: Batch) -> Array:
        if not self.per_image:
            return super()._per_plane(batch)
        numbers = []
        for plane, i, c in batch.planes():
            valid = batch.valid(i, c)
            pixels = plane if valid is None else kernel_form(plane[valid])
            histogram = count([(pixels, None)], batch.dtype, self._n_counted, self._range)
            numbers.append(self._threshold_of(histogram, batch.dtype))
        whole = np.iinfo(np.uint64 if batch.dtype.name == "uint64" else np.int64)
        fits = batch.dtype.kind != "f" and all(whole.min <= t <= whole.max for t in numbers)
        table = np.array(numbers, whole.dtype if fits else np.float64)
        return table.reshape(len(batch), batch.n_channels or 1)

    @property
    def _n_counted(self) -> int:
        return FINE if self.log_scale else self.n_bins

    @property
    def _range(self) -> tuple[float, float] | None:
        return None if self.value_range is None else (self.value_range[0], self.value_range[1])

    def _check_ranges(self) -> None:
        for name, open_ended in (("value_range", False), ("bounds", True)):
            pair = getattr(self, name)
            if pair is not None and not _is_range(pair, open_ended=open_ended):
                kind = "numbers or None" if open_ended else "finite numbers"
                raise InvalidParameterError(
                    f"{name}={pair!r} is not allowed: it must be None or two {kind}, the "
                    f"{'first not above the second' if open_ended else 'first below the second'}."
                )

    def _forget(self) -> None:
        for name in ("threshold_", "histogram_", "_grids"):
            self.__dict__.pop(name, None)

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
            self._grids = [FloatGrid() for _ in channels(batch)]
            if hasattr(self, "histogram_"):  # an earlier fit: its bins are all that is left of it
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                for grid, h in zip(self._grids, before, strict=True):
                    grid.add(h.centers, h.counts)
        for c, grid in enumerate(self._grids):
            for plane, weight in WeightedChannel(batch, c, weights):
                grid.add(plane, weight)
        return [grid.histogram(self._n_counted, self._range) for grid in self._grids]

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
        numbers = [self._threshold_of(h, batch.dtype) for h in histograms]
        if batch.n_channels:
            self.histogram_ = histograms
            self.threshold_ = np.array(numbers)
        else:
            (self.histogram_,), (self.threshold_,) = histograms, numbers

    def _threshold_of(self, histogram: Histogram, dtype: np.dtype[Any]) -> float:
        """Choose a threshold, correct it, and bring it into the bounds."""
        threshold = self._choose(histogram)
        if self.correction != 1:
            threshold *= self.correction
        if self.bounds is not None:
            lo, hi = self.bounds
            threshold = threshold if lo is None else max(threshold, lo)
            threshold = threshold if hi is None else min(threshold, hi)
        return representable(threshold, dtype)

    def _choose(self, histogram: Histogram) -> float:
        """Decide what is degenerate, for all techniques alike; the rest is the criterion's."""
        occupied = histogram.occupied()
        if len(occupied) == 0:
            return np.nan
        if len(occupied) <= 2:  # a constant has no foreground; two values are split between them
            threshold: float = histogram.centers[occupied[0]].item()
            return threshold
        if self.log_scale:
            logs, level = logarithmic(histogram, self.n_bins)
            few = logs.occupied()
            return level(logs.centers[few[0]] if len(few) <= 2 else self._find(logs))
        return self._find(histogram)

    def _find(self, histogram: Histogram) -> float:
        try:
            return self._within_range(histogram)
        except ThresholdNotFoundError:
            if self.fallback is None:
                raise
            if isinstance(self.fallback, GlobalThreshold):
                return self.fallback._find(histogram)
            return float(self.fallback)

    def _within_range(self, histogram: Histogram) -> float:
        """Bring levels whose squares or cubes would leave the range of float64 into it."""
        exponent = 0
        if histogram.centers.dtype.kind == "f":
            exponent = int(np.frexp(np.abs(histogram.centers).max())[1])
        if abs(exponent) <= EXTREME:
            return self._criterion(histogram.counts, histogram.centers)
        nearer = self._criterion(histogram.counts, np.ldexp(histogram.centers, -exponent))
        return float(np.ldexp(nearer, exponent))


def _is_range(pair: Any, *, open_ended: bool) -> bool:
    if len(pair) != 2 or not all(isinstance(v, Real) or (open_ended and v is None) for v in pair):
        return False
    lo, hi = pair
    if open_ended:
        return lo is None or hi is None or bool(lo <= hi)
    return bool(np.isfinite([lo, hi]).all() and lo < hi)
