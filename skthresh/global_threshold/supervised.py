"""The threshold that is best by true masks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skthresh.base import ATTRIBUTES, MODE_PARAMETERS
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.float_counts import FloatGrid
from skthresh.global_threshold.counting import (
    add_to_grids,
    channels,
    count_channels,
    image_weights,
)
from skthresh.global_threshold.scalar import ScalarThreshold
from skthresh.histogram import Histogram, levelled
from skthresh.modes import is_inverse, representable
from skthresh.utils._params import N_BINS
from skthresh.utils._sklearn import StrOptions, fit_context

__all__ = ["METRICS", "SupervisedThreshold", "supervised"]

Floats = NDArray[np.float64]


def _ratio(a: Floats, b: Floats, otherwise: float) -> Floats:
    return np.divide(a, b, out=np.full(np.shape(a), otherwise), where=b > 0)


def _mcc(tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
    # products of sums of the largest weights would leave float64; a power of two rounds nothing
    unit = 2.0 ** max(int(np.frexp(np.max(tp + fp + fn + tn))[1]) - 500, 0)
    tp, fp, fn, tn = tp / unit, fp / unit, fn / unit, tn / unit
    # roots first: the product of four counts may leave the range of exact numbers
    scale = np.sqrt(tp + fp) * np.sqrt(tp + fn) * np.sqrt(tn + fp) * np.sqrt(tn + fn)
    return _ratio(tp * tn - fp * fn, scale, 0.0)


# Of true and false positives and negatives. What is undefined is as `skthresh.metrics` has it.
METRICS: dict[str, Any] = {
    "dice": lambda tp, fp, fn, _: _ratio(2 * tp, 2 * tp + fp + fn, 1.0),
    "iou": lambda tp, fp, fn, _: _ratio(tp, tp + fp + fn, 1.0),
    "accuracy": lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
    "youden": lambda tp, fp, fn, tn: _ratio(tp, tp + fn, 1.0) + _ratio(tn, tn + fp, 1.0) - 1,
    "mcc": _mcc,
}


def supervised(
    foreground: Histogram, background: Histogram, metric: str = "dice", *, inverse: bool = False
) -> tuple[float, float]:
    """Find the threshold with the best score of all.

    Parameters
    ----------
    foreground, background : Histogram
        Of the pixels that the true masks call so.
    metric : {"dice", "iou", "accuracy", "youden", "mcc"}, default="dice"
        What is maximised, over all pixels together.
    inverse : bool, default=False
        Whether the foreground is dark.

    Returns
    -------
    threshold : int or float
        A level that occurs, or the next one below all of them; the lowest of equals. NaN without
        any pixel.
    score : float
        The metric there.

    Examples
    --------
    >>> levels = np.array([10, 20, 30])
    >>> supervised(Histogram(np.array([0, 1, 5]), levels), Histogram(np.array([6, 2, 0]), levels))
    (20, 0.9090909090909091)
    """
    centers = (foreground + background).centers
    counts = np.zeros((2, len(centers)))
    for row, h in zip(counts, (foreground, background), strict=True):
        row[np.searchsorted(centers, h.centers)] += h.counts
    some = np.flatnonzero(counts.any(axis=0))
    if len(some) == 0:
        return np.nan, np.nan
    # Entry 0 is for a threshold below all levels.
    below = np.cumsum(np.pad(counts[:, some], [(0, 0), (1, 0)]), axis=1)
    above = below[:, -1:] - below
    (tp, fp), (fn, tn) = (below, above) if inverse else (above, below)
    scores = METRICS[metric](tp, fp, fn, tn)
    best = int(np.flatnonzero(scores >= scores.max() - 1e-12)[0])
    if best > 0:
        return centers[some[best - 1]].item(), float(scores[best])
    lowest = centers[some[0]].item()
    if centers.dtype.kind == "f":
        lowest -= (centers[1] - centers[0]).item() if len(centers) > 1 else max(abs(lowest), 1.0)
        return lowest, float(scores[0])
    return lowest - 1, float(scores[0])


class SupervisedThreshold(ScalarThreshold):
    """Learn the one threshold that scores best against the training masks.

    No single threshold does better on the training images: every level is tried, in one pass over
    the pixels. It is the upper bound of all global techniques, and a baseline for a U-Net.

    Parameters
    ----------
    metric : {"dice", "iou", "accuracy", "youden", "mcc"}, default="dice"
        What is maximised, over the pixels of all images together. ``"youden"`` is sensitivity plus
        specificity less 1.
    n_bins : int, default=256
        Number of bins for float images, over the range of the data, up to 65536;
        integers have a bin for each level. The threshold of floats is the middle of a bin.
    {mode_parameters}

    Attributes
    ----------
    threshold_ : int or float, or ndarray of shape (n_channels,)
        The threshold, in grey levels of X. Below all levels if everything is foreground.
    score_ : float, or ndarray of shape (n_channels,)
        The metric that it reaches on the training images.
    foreground_histogram_ : Histogram, or list of them with `channel_axis`
        Of the pixels that the masks call foreground.
    background_histogram_ : Histogram, or list of them with `channel_axis`
        Of the others.
    {attributes}

    See Also
    --------
    OtsuThreshold : Needs no masks.

    Notes
    -----
    With an ``_inv`` mode the foreground is the dark side, while a threshold is learned as well.
    Of equal thresholds the lowest is taken. Floats are counted in cells of at most 1/2**15 of their
    range before they are binned, so that a stream may widen it: a pixel within one cell of a bin's
    edge can be in the neighbour of its bin.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import SupervisedThreshold
    >>> X = np.array([[[10, 20, 30, 40]]], dtype=np.uint8)
    >>> y = np.array([[[0, 0, 1, 1]]])
    >>> SupervisedThreshold().fit(X, y).threshold_
    20
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **ScalarThreshold._parameter_constraints,
        "metric": [StrOptions(set(METRICS))],
        "n_bins": N_BINS,
    }

    _passages = {"mode_parameters": MODE_PARAMETERS, "attributes": ATTRIBUTES}

    _image_like_side = None
    _left_at_home = ("_counted", "foreground_histogram_", "background_histogram_")

    def __init__(
        self,
        metric: str = "dice",
        *,
        n_bins: int = 256,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.metric = metric
        self.n_bins = n_bins
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any, sample_weight: Any = None, mask: Any = None) -> Self:
        """Learn the threshold from images and their true masks.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The training images.
        y : array-like of X's shape or list of array-like
            The true masks; what is not zero is foreground. One value per image (shape
            ``(n_samples,)``) stands for a mask that is the same at every pixel.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of whole images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        for name in ("threshold_", "score_", "_counted"):
            self.__dict__.pop(name, None)
        return self._add(self._read(X, reset=True, mask=mask), y, sample_weight)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ImagesLike, y: Any, sample_weight: Any = None, mask: Any = None
    ) -> Self:
        """Add a batch of training images to those learned from before.

        The result is that of one `fit` on all batches together, for integers and for floats.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The training images.
        y : array-like of X's shape or list of array-like
            The true masks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of whole images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        batch = self._read(X, reset=not self.__sklearn_is_fitted__(), mask=mask)
        if hasattr(self, "_counted"):
            floats = isinstance(self._counted[0][0], FloatGrid)
            if floats != (batch.dtype.kind == "f"):
                raise ValueError(
                    f"X has dtype {batch.dtype}, but what was learned from so far are "
                    f"{'float' if floats else 'int'} images."
                )
        return self._add(batch, y, sample_weight)

    def _add(self, batch: Batch, y: Any, sample_weight: Any) -> Self:
        weights = image_weights(batch, sample_weight)
        parts = self._classes(batch, y)
        if not hasattr(self, "_counted"):
            grids = [[FloatGrid() for _ in channels(batch)] for _ in range(2)]
            self._counted: Any = grids if batch.dtype.kind == "f" else [None, None]
        for k, part in enumerate(parts):
            self._counted[k] = self._count(part, weights, self._counted[k])
        self._learn(batch)
        return self

    def _count(self, part: Batch, weights: Array | None, before: Any) -> Any:
        """Count one class, and add what was counted before."""
        if part.dtype.kind != "f":
            now = count_channels(part, weights, self.n_bins)
            pairs = zip(before or [], now, strict=before is not None)
            return [levelled(a + b, part.dtype) for a, b in pairs] or now
        add_to_grids(part, weights, before)
        return before

    def _learn(self, batch: Batch) -> None:
        pairs = list(zip(*self._counted, strict=True))
        if batch.dtype.kind == "f":
            pairs = [self._binned(*pair) for pair in pairs]
        inverse = is_inverse(self.mode)
        found = [supervised(fg, bg, self.metric, inverse=inverse) for fg, bg in pairs]
        foreground, background = (list(h) for h in zip(*pairs, strict=True))
        t = [representable(t, batch.dtype) for t, _ in found]
        score = [s for _, s in found]
        if batch.n_channels:
            self.threshold_, self.score_ = batch.like(np.array(t)), batch.like(np.array(score))
            self.foreground_histogram_, self.background_histogram_ = foreground, background
        else:
            (self.threshold_,), (self.score_,) = t, score
            (self.foreground_histogram_,), (self.background_histogram_,) = foreground, background

    threshold_: Any
    score_: Any
    foreground_histogram_: Any
    background_histogram_: Any

    def _binned(self, foreground: FloatGrid, background: FloatGrid) -> tuple[Histogram, Histogram]:
        """Bin both classes over the range of their pixels together."""
        lo, hi = min(foreground.lo, background.lo), max(foreground.hi, background.hi)
        both = (lo, hi) if lo < hi else None  # else there is one level, or none
        return foreground.histogram(self.n_bins, both), background.histogram(self.n_bins, both)

    def _classes(self, batch: Batch, y: Any) -> tuple[Batch, Batch]:
        """Give the batch with the foreground's pixels alone, and with the background's."""
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: the "
                "true masks of X are needed."
            )
        if batch.is_lazy:
            lazy: Any = batch
            truth = lazy.as_masks(y, "y") != 0
            counts = True if batch.mask is None else batch.mask
            return replace(batch, mask=truth & counts), replace(batch, mask=~truth & counts)
        masks = self._true_masks(batch, y)
        return replace(batch, mask=[m[0] for m in masks]), replace(
            batch, mask=[m[1] for m in masks]
        )

    def _true_masks(self, batch: Batch, y: Any) -> list[tuple[Array, Array]]:
        """Give, for each image, its foreground and its background, as far as they count."""
        xp = batch.xp
        y = y if isinstance(y, list | tuple) else batch.like(y)
        if not isinstance(y, list | tuple) and y.ndim == 0:
            raise ValueError("y is a single value; a true mask for each image of X is needed.")
        n = len(y) if isinstance(y, list | tuple) else y.shape[0]
        if n != len(batch):
            raise ValueError(
                f"y has {n} masks, but X has {len(batch)} images; one mask for each is needed."
            )
        masks = []
        for i in range(len(batch)):
            t, shape = (
                batch.like(y[i] if isinstance(y, list | tuple) else y[i, ...]),
                batch.held(i).shape,
            )
            if t.ndim == 0:
                t = xp.broadcast_to(t, shape)
            plain = shape
            if batch.channel_axis is not None and not batch.image_shape:
                plain = shape[: batch.channel_axis] + shape[batch.channel_axis + 1 :]
            if t.shape not in (shape, plain):
                raise ValueError(
                    f"y[{i}] has shape {t.shape}, but X[{i}] has shape {shape}: a true mask has "
                    "the shape of its image, with or without the channel axis."
                )
            truth = batch.nonzero(t)
            if batch.mask is None:
                masks.append((truth, ~truth))
                continue
            counts: Any = batch.mask[i] if isinstance(batch.mask, list) else batch.mask[i, ...]
            if counts.shape != truth.shape:  # one of them has channels
                axis: Any = batch.channel_axis
                counts, truth = (
                    xp.broadcast_to(xp.expand_dims(a, axis=axis), shape) if a.shape == plain else a
                    for a in (counts, truth)
                )
            masks.append((truth & counts, ~truth & counts))
        return masks

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
