"""The contract of a thresholder: five verbs, written once.

`BatchTransformer` reads X; `Thresholder` has the verbs; `ScalarThreshold` applies one number to
a plane. The two families build on them: `skthresh.global_threshold.base.GlobalThreshold` learns
the number from a histogram, `skthresh.local_threshold.base.LocalThreshold` has a number for each
pixel. Please do not grow these classes: what one technique needs belongs to its own file.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.modes import MODES, apply_threshold, is_inverse, representable, white
from skthresh.reading import read_batch
from skthresh.utils._sklearn import (
    Interval,
    StrOptions,
    check_sample_weight,
    fit_context,
    output_container,
)

__all__ = ["BatchTransformer", "ScalarThreshold", "Thresholder"]

DTYPES = [
    *("float64", "float32", "float16", "bool"),
    *("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"),
]


class BatchTransformer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Read X as a batch of images: what thresholders and the steps around them share."""

    _parameter_constraints: dict[str, list[Any]] = {
        "channel_axis": [Integral, None],
        "image_shape": [Integral, tuple, list, None],
    }

    channel_axis: int | None = None
    image_shape: int | tuple[int, ...] | None = None

    # From this side length on, 2-D X looks like one image whose rows would be taken for samples,
    # and is warned about; None where that makes no difference.
    _image_like_side: int | None = 16
    # Whether a ragged list may hold images of different ranks, colour among grey.
    _mixed_ranks = False
    # Whether the output is a table whatever X is.
    _gives_table = False

    def _read(self, X: ImagesLike, *, reset: bool) -> Batch:
        if not reset:
            check_is_fitted(self)
        batch = read_batch(
            self,
            X,
            reset=reset,
            channel_axis=None if self._mixed_ranks else self.channel_axis,
            image_shape=self.image_shape,
            image_like_side=self._image_like_side,
            mixed_ranks=self._mixed_ranks,
        )
        container = output_container(self)
        if container != "default" and not (batch.is_flat or self._gives_table):
            raise ValueError(
                f"set_output asks {type(self).__name__} for a table ({container}), "
                f"but X has samples of shape {batch.data[0].shape}. Images do not fit a table: "
                "use set_output(transform='default'), or pass flat rows and image_shape."
            )
        self._check_batch(batch)
        return batch

    def _check_batch(self, batch: Batch) -> None:
        """Refuse what this estimator cannot do; a hook."""

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters and remember what kind of images X holds.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : Ignored
            Present for scikit-learn's conventions.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        self._read(X, reset=True)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "sample_ndim_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = DTYPES
        return tags


class Thresholder(BatchTransformer, metaclass=ABCMeta):
    """The five verbs. A subclass says which thresholds hold for a plane.

    One polarity holds everywhere: foreground is ``X > threshold``, strictly, and the ``_inv``
    modes make the other side the foreground. NaN pixels are background either way.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "mode": [StrOptions(set(MODES))],
        "max_value": [None, Interval(Real, None, None, closed="neither")],
    }

    mode: str
    max_value: float | None

    @abstractmethod
    def thresholds(self, X: ImagesLike) -> Any:
        """Give the thresholds as numbers."""

    @abstractmethod
    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        """Threshold every plane: into masks, or into X's dtype."""

    def predict(self, X: ImagesLike) -> Any:
        """Tell foreground from background.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        masks : ndarray of bool of X's shape, or list of such
            True on foreground: ``X > threshold``, or ``X <= threshold`` in the modes
            ``"binary_inv"`` and ``"tozero_inv"``. NaN pixels are False.
        """
        batch = self._read(X, reset=False)
        return self._apply(batch, "binary_inv" if is_inverse(self.mode) else "binary", mask=True)

    def transform(self, X: ImagesLike) -> Any:
        """Threshold images according to `mode`.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            The thresholded images.
        """
        return self._apply(self._read(X, reset=False), self.mode, mask=False)

    def decision_function(self, X: ImagesLike) -> Any:
        """Give the distance of each pixel from its threshold, positive on the foreground's side.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        distances : ndarray of float64 of X's shape, or list of such
            ``X - threshold``; ``threshold - X`` in the ``_inv`` modes. NaN where X is.
        """
        batch = self._read(X, reset=False)
        sign = -1.0 if is_inverse(self.mode) else 1.0
        return self._map_thresholds(
            batch, lambda v, t: sign * (v.astype(np.float64) - t), np.float64
        )

    @abstractmethod
    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        """Map ``function(plane, threshold)`` over the planes."""

    def score(self, X: ImagesLike, y: Any, sample_weight: Any = None) -> float:
        """Compare the predicted masks with true ones.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like of X's shape or list of array-like
            The true masks; what is not zero is foreground. One value per image (shape
            ``(n_samples,)``) stands for a mask that is the same at every pixel.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the images in the mean.

        Returns
        -------
        dice : float
            The mean Dice coefficient (F-measure) over the images.
        """
        from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

        masks = self.predict(X)
        if not isinstance(masks, list) and np.ndim(y) == 1 and len(y) == len(masks):
            y = np.asarray(y).reshape(-1, *[1] * (masks.ndim - 1))
            y = np.broadcast_to(y, masks.shape)
        scores = dice_score(y, masks, reduction="none")
        if sample_weight is not None:
            sample_weight = check_sample_weight(sample_weight, masks)
        return float(np.average(scores, weights=sample_weight))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.two_d_labels = True
        return tags


class ScalarThreshold(Thresholder):
    """One number per plane: learned once for all of them, or found in each.

    A subclass sets `threshold_` in `fit`, or overrides `_per_plane`.
    """

    threshold_: Any

    def thresholds(self, X: ImagesLike) -> Any:
        """Give the threshold that holds for X.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        threshold : float, or ndarray of shape (n_channels,)
            As it is compared with pixels of X's dtype: a whole number for integers.
        """
        row = self._per_plane(self._read(X, reset=False))[0]
        return row if np.ndim(self.threshold_) else row[0].item()

    def _per_plane(self, batch: Batch) -> Array:
        """Give the threshold of each plane, as an array of shape (n_samples, n_channels or 1)."""
        check_is_fitted(self, "threshold_")
        row = [representable(t, batch.dtype) for t in np.ravel(self.threshold_).tolist()]
        return np.broadcast_to(np.array(row), (len(batch), batch.n_channels or 1))

    @property
    def _pointwise(self) -> bool:
        """Whether one threshold holds for the whole batch, so that a stack is one long row."""
        return np.ndim(self.threshold_) == 0

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        table = self._per_plane(batch)

        def function(plane: Array, out: Array, i: int, c: int) -> None:
            dtype = batch.data[i].dtype
            foreground = 1 if mask else white(dtype, self.max_value)
            apply_threshold(plane, table[i, c].item(), mode, foreground, out, dtype)

        return batch.map(function, bool if mask else None, pointwise=self._pointwise)

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        table = self._per_plane(batch)

        def fill(plane: Array, out: Array, i: int, c: int) -> None:
            out[...] = function(plane, table[i, c])

        return batch.map(fill, dtype, pointwise=self._pointwise)
