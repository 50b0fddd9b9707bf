"""Learn thresholds from a histogram: pooled, from a stream, given, or of each image by itself."""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator
from functools import partial
from numbers import Real
from typing import Any, Self

import numpy as np

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.float_counts import FloatBins, FloatGrid
from skthresh.global_threshold.counting import (
    add_to_grids,
    channels,
    count_alone,
    count_channels,
    count_each,
    image_weights,
)
from skthresh.histogram import FINE, Histogram, levelled, logarithmic
from skthresh.modes import representable
from skthresh.utils._params import N_BINS, plain
from skthresh.utils._sklearn import (
    Interval,
    InvalidParameterError,
    fit_context,
)
from skthresh.utils._threads import n_threads

__all__ = ["PARAMETERS", "HistogramLearner", "as_numbers", "lazy_table"]

# Levels beyond two to this power, or below its inverse, are scaled before a criterion sees them.
EXTREME = 200

PARAMETERS = """
per_image : bool, default=False
    False: `fit` learns from the pooled pixels of the training images. True: each image is
    thresholded by its own pixels, and nothing is learned.
n_bins : int, default=256
    Number of bins for float images, over `value_range`. Integers have a bin for each level.
value_range : tuple of (float, float) or None, default=None
    Range of the bins for float images; pixels outside are not counted. None: the range of the
    data. Ignored for integers.
log_scale : bool, default=False
    Choose on a histogram of `n_bins` equal bins of the logarithm of the grey level (its distance
    from the lowest one, plus 1/256 of the range), for images whose foreground spans orders of
    magnitude.
correction : float, default=1.0
    Factor on what was found.
bounds : tuple of (float or None, float or None) or None, default=None
    What was found, corrected, is brought into this range.
"""


class HistogramLearner(BatchTransformer, metaclass=ABCMeta):
    """Learn the thresholds of a histogram, be they one or several; how they are applied is open.

    A subclass chooses them (`_split`), and keeps what `fit` has learned (`_keep`).
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "per_image": ["boolean"],
        "n_bins": N_BINS,
        "value_range": [tuple, list, None],
        "log_scale": ["boolean"],
        "correction": [Interval(Real, 0, None, closed="neither")],
        "bounds": [tuple, list, None],
    }

    per_image: bool
    n_bins: int
    value_range: tuple[float, float] | None
    log_scale: bool
    correction: float
    bounds: tuple[float | None, float | None] | None

    histogram_: Any
    _grids: list[FloatBins | FloatGrid]

    # The attribute that holds what was learned.
    _answer: str

    _left_at_home = ("histogram_", "_grids")
    _takes_dask = True

    @property
    def _n_thresholds(self) -> int:
        return 1

    @abstractmethod
    def _split(self, counts: Array, centers: Array) -> list[float]:
        """Choose thresholds, ascending; there are more occupied bins than classes."""

    @abstractmethod
    def _keep(self, numbers: list[list[float]], dtype: np.dtype[Any], *, channels: bool) -> None:
        """Keep the thresholds of each channel, or of the only histogram, as an attribute."""

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
        """Learn from the pooled pixels of the training images.

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
        weights = image_weights(batch, sample_weight)
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

        Integers, and floats with a `value_range`: the result is that of one `fit` on all batches
        together, exactly. Other floats: bins need a range, which the stream does not know
        beforehand, so that pixels are first counted in cells of at most 1/2**15 of the range seen.
        The result depends neither on how the stream was divided into batches nor on their order,
        and differs from that of one `fit` by at most what moving pixels within one cell of a bin's
        edge can change.

        Where a criterion finds nothing in what was seen so far, it raises as `fit` does; the batch
        has been counted, and the stream can go on.

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
        weights = image_weights(batch, sample_weight)
        if self.per_image:
            return self
        self._check_same_kind(batch)
        if batch.dtype.kind == "f":
            histograms = self._count_into_grids(batch, weights)
        else:
            histograms = count_channels(batch, weights, self.n_bins)
            if hasattr(self, "histogram_"):
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                pairs = zip(before, histograms, strict=True)
                histograms = [levelled(a + b, batch.dtype) for a, b in pairs]
        self._learn(histograms, batch)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_histogram(self, counts: Any, centers: Any) -> Self:
        """Learn from a histogram that is there already.

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
                "fit_histogram learns from one histogram; with per_image=True nothing is learned."
            )
        histogram = Histogram.from_arrays(counts, centers)
        self._forget()
        self.sample_ndim_ = self.n_channels_ = None
        self.histogram_ = histogram
        dtype = histogram.centers.dtype
        self._keep([self._thresholds_of(histogram, dtype)], dtype, channels=False)
        return self

    @property
    def _is_plain(self) -> bool:
        """Whether what is found in a histogram of bytes is the answer, with nothing done to it."""
        return self.correction == 1 and self.bounds is None and not self.log_scale

    @property
    def _n_counted(self) -> int:
        return FINE if self.log_scale else self.n_bins

    @property
    def _range(self) -> tuple[float, float] | None:
        if self.value_range is None:
            return None
        lo, hi = map(plain, self.value_range)
        return lo, hi

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
        for name in (self._answer, "histogram_", "_grids"):
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
        bins = self._n_counted, self._range
        if not hasattr(self, "_grids") or not all(grid.holds(*bins) for grid in self._grids):
            self._grids = [self._empty_grid() for _ in channels(batch)]
            if hasattr(self, "histogram_"):  # an earlier fit: its bins are all that is left of it
                before = self.histogram_ if batch.n_channels else [self.histogram_]
                for grid, h in zip(self._grids, before, strict=True):
                    grid.add(h.centers, h.counts)
        add_to_grids(batch, weights, self._grids)
        return [grid.histogram(*bins) for grid in self._grids]

    def _empty_grid(self) -> FloatBins | FloatGrid:
        known = self._range
        return FloatGrid() if known is None else FloatBins(self._n_counted, known)

    def _learn(self, histograms: list[Histogram], batch: Batch) -> None:
        # Kept before the criterion is asked: if it finds nothing, a stream can still go on.
        self.histogram_ = histograms if batch.n_channels else histograms[0]
        self.__dict__.pop(self._answer, None)
        numbers = [self._thresholds_of(h, batch.dtype) for h in histograms]
        self._keep(numbers, batch.dtype, channels=bool(batch.n_channels))
        found = getattr(self, self._answer)
        if isinstance(found, np.ndarray):  # fitted arrays are where X is
            setattr(self, self._answer, batch.like(found))

    def _own_histograms(self, batch: Batch) -> Iterator[Histogram]:
        """Count each plane by itself."""
        how = self._n_counted, self._range, n_threads(self.n_jobs)
        return (histogram for histogram, _ in count_alone(batch, *how))

    def _survey(self, batch: Batch) -> Any:
        if not self.per_image:
            return None
        found = partial(self._light()._found_in, dtype=batch.dtype)
        return count_each(batch, self._n_counted, self._range, found)

    @abstractmethod
    def _found_in(self, histogram: Histogram, dtype: np.dtype[Any]) -> Any:
        """Give what has to be known of a plane before it is thresholded."""

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        return (0,) * len(shape)

    def _thresholds_of(self, histogram: Histogram, dtype: np.dtype[Any]) -> list[float]:
        """Choose thresholds, correct them, and bring them into the bounds."""
        found = self._choose(histogram)
        if self.correction != 1:
            found = [t * plain(self.correction) for t in found]
        if self.bounds is not None:
            lo, hi = map(plain, self.bounds)
            found = found if lo is None else [max(t, lo) for t in found]
            found = found if hi is None else [min(t, hi) for t in found]
        return [representable(t, dtype) for t in found]

    def _choose(self, histogram: Histogram) -> list[float]:
        """Decide what is degenerate, for all techniques alike; the rest is the technique's."""
        occupied, n = histogram.occupied(), self._n_thresholds
        if len(occupied) == 0:
            return [np.nan] * n
        if len(occupied) <= n + 1:
            return _between(histogram.centers[occupied], n)
        if self.log_scale:
            logs, level = logarithmic(histogram, self.n_bins)
            few = logs.occupied()
            found = _between(logs.centers[few], n) if len(few) <= n + 1 else self._find(logs)
            return [level(t) for t in found]
        return self._find(histogram)

    def _find(self, histogram: Histogram) -> list[float]:
        """Bring levels whose squares or cubes would leave the range of float64 into it."""
        exponent = 0
        if histogram.centers.dtype.kind == "f":
            exponent = int(np.frexp(np.abs(histogram.centers).max())[1])
        if abs(exponent) <= EXTREME:
            return self._split(histogram.counts, histogram.centers)
        nearer = self._split(histogram.counts, np.ldexp(histogram.centers, -exponent))
        with np.errstate(over="ignore"):  # a threshold may lie beyond the largest number
            return [float(np.ldexp(t, exponent)) for t in nearer]


def as_numbers(numbers: list[Any], dtype: np.dtype[Any]) -> Array:
    """Give thresholds of images of `dtype` as an array: whole if all are, and fit into 64 bits."""
    flat = np.array(numbers, dtype=object)
    whole = np.iinfo(np.uint64 if dtype.name == "uint64" else np.int64)
    fits = dtype.kind != "f" and all(whole.min <= t <= whole.max for t in flat.flat)
    return flat.astype(whole.dtype if fits else np.float64)


def lazy_table(batch: Any, found: Any, tail: tuple[int, ...]) -> Any:
    """Give thresholds as a dask array; its dtype cannot wait until they are known.

    With masks there may be images without a pixel, whose threshold is NaN; and those of 64 bits
    may be beyond them. Both are floats. What only an enormous `correction` makes is brought into
    the range.

    Parameters
    ----------
    batch : LazyBatch
    found : dask array of object of shape (n_samples,)
        For each image a list: the thresholds of each channel.
    tail : tuple of int
        Of the result's shape, behind images and channels.
    """
    whole = batch.dtype.kind != "f" and batch.mask is None and batch.dtype.itemsize < 8
    channel = (batch.n_channels,) if batch.n_channels else ()
    return batch.table(found, (*channel, *tail), np.int64 if whole else np.float64)


def _between(levels: Array, n: int) -> list[float]:
    """Give n thresholds for at most n + 1 levels: each but the highest; the last is repeated.

    A constant has its own value as threshold, so that nothing is above it.
    """
    kept: list[float] = levels[: max(len(levels) - 1, 1)].tolist()
    return kept + kept[-1:] * (n - len(kept))


def _is_range(pair: Any, *, open_ended: bool) -> bool:
    if len(pair) != 2 or not all(isinstance(v, Real) or (open_ended and v is None) for v in pair):
        return False
    lo, hi = pair
    if open_ended:
        return lo is None or hi is None or bool(lo <= hi)
    return bool(np.isfinite([lo, hi]).all() and lo < hi)
