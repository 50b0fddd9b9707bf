"""A global technique of several classes: thresholds from a histogram, and what is between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skthresh.array_api.namespace import as_host
from skthresh.base import ATTRIBUTES, LAYOUT_PARAMETERS, average, blank
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.global_threshold.counting import count_each
from skthresh.global_threshold.labels import (
    class_means,
    equal_levels,
    grey,
    macro_dice,
    write_classes,
)
from skthresh.global_threshold.learning import (
    PARAMETERS,
    HistogramLearner,
    as_numbers,
    lazy_table,
)
from skthresh.histogram import Histogram
from skthresh.modes import representable
from skthresh.utils._docs import fill_docstring
from skthresh.utils._sklearn import Interval, StrOptions
from skthresh.utils._threads import n_threads

__all__ = ["MultiLevelThreshold"]

CLASS_PARAMETERS = """
output : {"means", "levels"}, default="means"
    What `transform` makes of a class: its mean grey level, rounded half to even for integers; or
    one of `n_classes` equal steps from 0 to white, 255 for uint8, 65535 for uint16, 1 for bool and
    floats. With other integers ``"levels"`` are the numbers of the classes.
"""

FITTED = """
thresholds_ : ndarray of shape (n_classes - 1,), or (n_channels, n_classes - 1)
    The thresholds, ascending, in grey levels of X: whole for integers. Not there with
    ``per_image=True``.
means_ : ndarray of shape (n_classes,), or (n_channels, n_classes)
    Mean of each class in `histogram_`. A class without pixels has the threshold below it, or the
    first one that above it. Not there with ``per_image=True``.
histogram_ : Histogram, or list of them with `channel_axis`
    What they were learned from. Not there with ``per_image=True``.
"""


class MultiLevelThreshold(HistogramLearner):
    """Several thresholds from a histogram: of the training images, or of each image by itself.

    A subclass gives `_split`, a function of counts and centres. The class of a pixel is the number
    of thresholds that it is above: ``X > threshold``, strictly, as everywhere.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **HistogramLearner._parameter_constraints,
        "n_classes": [Interval(Integral, 2, 2**16, closed="both")],
        "output": [StrOptions({"means", "levels"})],
        "n_jobs": [Integral, None],
    }

    _passages = {
        "multi_level_parameters": CLASS_PARAMETERS.strip() + PARAMETERS + LAYOUT_PARAMETERS.strip(),
        "multi_level_attributes": FITTED.strip() + ATTRIBUTES,
    }

    _answer = "thresholds_"

    thresholds_: Array

    def __init__(
        self,
        n_classes: int = 3,
        *,
        output: str = "means",
        per_image: bool = False,
        n_bins: int = 256,
        value_range: tuple[float, float] | None = None,
        log_scale: bool = False,
        correction: float = 1.0,
        bounds: tuple[float | None, float | None] | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_classes = n_classes
        self.output = output
        self.per_image = per_image
        self.n_bins = n_bins
        self.value_range = value_range
        self.log_scale = log_scale
        self.correction = correction
        self.bounds = bounds
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fill_docstring(cls)

    def fit_transform(
        self, X: ImagesLike, y: Any = None, mask: Any = None, **fit_params: Any
    ) -> Any:
        """Fit, then transform the same images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : Ignored
            Present for scikit-learn's conventions.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.
        **fit_params : dict
            What else `fit` takes.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            As `transform` gives them.
        """
        return self.fit(X, y, mask=mask, **fit_params).transform(X, mask=mask)

    def thresholds(self, X: ImagesLike, mask: Any = None) -> Array:
        """Give the thresholds as numbers.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count, with ``per_image=True``.

        Returns
        -------
        thresholds : ndarray of shape (n_classes - 1,), or (n_samples, n_classes - 1)
            Those of the batch, `thresholds_`; with ``per_image=True`` those of each image. With
            `channel_axis` there is an axis of length n_channels before the last one.
        """
        batch = self._read(X, reset=False, mask=mask)
        if batch.is_lazy and self.per_image:
            found = count_each(batch, self._n_counted, self._range, self._compared_of(batch.dtype))
            return lazy_table(batch, found, (self._n_thresholds,))
        rows = [_compared(t, batch.dtype) for t, _ in self._found(batch)]
        table = as_numbers(rows, batch.dtype)
        channels = [batch.n_channels] if batch.n_channels else []
        shape = (len(batch), *channels, self._n_thresholds)
        return batch.like(table.reshape(shape if self.per_image else self.thresholds_.shape))

    def predict(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the class of each pixel.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others are of class 0, as NaN is.

        Returns
        -------
        labels : ndarray of integers of X's shape, or list of such
            From 0, the darkest, to ``n_classes - 1``; uint8 up to 256 classes. NaN is of class 0.
        """
        return self._labels(self._read(X, reset=False, mask=mask))

    def transform(self, X: ImagesLike, mask: Any = None) -> Any:
        """Reduce images to as many grey levels as there are classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others become 0, as NaN does.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            The mean of each pixel's class, of the training images or with ``per_image=True`` of the
            image; or the level of the class, by `output`.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._over(batch, "_map", None, output=self.output, dtype=None)

    def score(self, X: ImagesLike, y: Any, sample_weight: Any = None, mask: Any = None) -> float:
        """Compare the predicted classes with true ones.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like of X's shape or list of array-like
            The true classes, 0 for the darkest. One value per image (shape ``(n_samples,)``) stands
            for a class that is the same at every pixel.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the images in the mean.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others are left out.

        Returns
        -------
        dice : float
            The mean over the images of the mean Dice coefficient (F-measure) over the classes.
            These are all that occur in y or in the prediction, be it in another image; one that an
            image has in neither scores 1 there.
        """
        batch = self._read(X, reset=False, mask=mask)
        labels = self._labels(batch)
        if batch.is_lazy:
            from skthresh.lazy_scores import macro_dice_of_each  # noqa: PLC0415  as dask is

            lazy: Any = batch
            return average(macro_dice_of_each(lazy, y, labels), sample_weight)
        labels, y, sample_weight = map(as_host, (labels, y, sample_weight))
        if not isinstance(labels, list) and np.ndim(y) == 1 and len(y) == len(labels):
            y = np.asarray(y).reshape(-1, *[1] * (labels.ndim - 1))
            y = np.broadcast_to(y, labels.shape)
        true, predicted = list(y), list(labels)
        if mask is not None and len(true) == len(batch):
            inside = as_host(self._inside(batch))
            for pictures in (true, predicted):
                pictures[:] = [
                    _only(p, m) if np.shape(p) == m.shape else p
                    for p, m in zip(pictures, inside, strict=True)
                ]
        scores = macro_dice(true, predicted)
        return average(scores, sample_weight)

    @property
    def means_(self) -> Array:
        """The mean of each class in `histogram_`."""
        check_is_fitted(self, "thresholds_")
        rows = [[float(m) for m in class_means(h, t)] for t, h in self._learned()]
        return np.array(rows).reshape(*self.thresholds_.shape[:-1], -1)

    @property
    def _n_thresholds(self) -> int:
        return self.n_classes - 1

    def _keep(self, numbers: list[list[float]], dtype: np.dtype[Any], *, channels: bool) -> None:
        self.thresholds_ = as_numbers(numbers if channels else numbers[0], dtype)

    def _learned(self) -> list[tuple[list[float], Histogram]]:
        """Give the thresholds of each channel as they were learned, and the histogram."""
        histograms = self.histogram_ if isinstance(self.histogram_, list) else [self.histogram_]
        numbers = np.atleast_2d(as_host(self.thresholds_)).tolist()
        return list(zip(numbers, histograms, strict=True))

    def _found_in(self, histogram: Histogram, dtype: np.dtype[Any]) -> Any:
        t = self._thresholds_of(histogram, dtype)
        return t, class_means(histogram, t)

    def _compared_of(self, dtype: np.dtype[Any]) -> Callable[[Histogram], list[float]]:
        return partial(self._light()._only_thresholds, dtype=dtype)

    def _only_thresholds(self, histogram: Histogram, dtype: np.dtype[Any]) -> list[float]:
        return _compared(self._thresholds_of(histogram, dtype), dtype)

    def _survey(self, batch: Batch) -> Any:
        if self.per_image:
            return super()._survey(batch)
        check_is_fitted(self, "thresholds_")
        lazy: Any = batch  # the means travel, and not the histogram
        return lazy.everywhere([(t, class_means(h, t)) for t, h in self._learned()])

    def _found(self, batch: Batch) -> list[tuple[list[float], Histogram]]:
        """Give the same for X; with `per_image`, of each plane."""
        if self.per_image:
            return [(self._thresholds_of(h, batch.dtype), h) for h in self._own_histograms(batch)]
        check_is_fitted(self, "thresholds_")
        return self._learned()

    def _labels(self, batch: Batch) -> Any:
        # the number of classes that were learned, should the parameter have changed since
        highest = self._n_thresholds
        if not self.per_image:
            check_is_fitted(self, "thresholds_")
            highest = self.thresholds_.shape[-1]
        dtype = np.min_scalar_type(highest)
        return self._over(batch, "_map", dtype, output="labels", dtype=dtype)

    def _map(self, batch: Batch, output: str, dtype: Any) -> Any:
        """Write what becomes of each pixel's class."""

        def written(t: list[float], means: list[Any] | Histogram) -> tuple[list[float], list[Any]]:
            levels = list(range(len(t) + 1))
            if output == "levels":
                levels = equal_levels(batch.dtype, len(t) + 1)
            elif output == "means":
                means = class_means(means, t) if isinstance(means, Histogram) else means
                levels = [grey(m, batch.dtype) for m in means]
            return _compared(t, batch.dtype), levels

        n_channels = batch.n_channels or 1
        each = self.per_image
        if batch.known(0) is not None:
            rows = [batch.known(i) for i in range(len(batch))]
            found = [written(*known) for row in (rows if each else rows[:1]) for known in row]
        else:
            found = [written(*known) for known in self._found(batch)]

        def function(plane: Array, out: Array, i: int, c: int) -> None:
            # what was learned without channels holds for all of them
            k = i * n_channels + c if each else min(c, len(found) - 1)
            write_classes(plane, *found[k], out, batch.dtype)
            blank(out, batch.valid(i, c), 0)

        n_jobs = n_threads(self.n_jobs)
        return batch.map(function, dtype, pointwise=not self.per_image, n_jobs=n_jobs)

    @staticmethod
    def _inside(batch: Batch) -> Any:
        def fill(_: Array, out: Array, i: int, c: int) -> None:
            out[...] = batch.valid(i, c)

        return batch.map(fill, bool)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.two_d_labels = True
        tags.array_api_support = True
        return tags


def _compared(thresholds: list[float], dtype: np.dtype[Any]) -> list[float]:
    """Give thresholds as they are compared with pixels of a dtype."""
    return [representable(t, dtype) for t in thresholds]


def _only(picture: Any, inside: Array) -> Array:
    """Give the pixels that count; one, the same in all pictures, if there are none."""
    pixels: Array = np.asarray(picture)[inside]
    return pixels if pixels.size else np.zeros(1, np.uint8)
