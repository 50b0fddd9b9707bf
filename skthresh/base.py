"""The contract of a thresholder: five verbs, written once.

Two families build on it: `skthresh.global_threshold.scalar.ScalarThreshold` applies one number to
a plane, and `GlobalThreshold` learns it from a histogram;
`skthresh.local_threshold.base.LocalThreshold` has a number for each pixel. Please do not grow this
class: what one technique needs belongs to its own file.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from skthresh.array_api import applying
from skthresh.array_api.namespace import as_host, is_elsewhere
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.modes import MODES, distance, is_inverse
from skthresh.utils._docs import fill_docstring
from skthresh.utils._sklearn import Interval, StrOptions, check_sample_weight, fit_context

__all__ = ["ATTRIBUTES", "LAYOUT_PARAMETERS", "MODE_PARAMETERS", "Thresholder", "average", "blank"]

LAYOUT_PARAMETERS = """
channel_axis : int or None, default=None
    Axis of one sample that indexes channels, each of which is thresholded by itself.
image_shape : int, tuple of int or None, default=None
    Shape of the image that a flat row (2-D X) holds. Without it a row is a 1-D signal.
n_jobs : int or None, default=None
    Threads, as joblib counts them: None is 1, -1 all processors. Images are shared out among them,
    and the rows of one large image.
"""

MODE_PARAMETERS = """
mode : {"binary", "binary_inv", "trunc", "tozero", "tozero_inv"}, default="binary"
    What `transform` makes of foreground and background: `max_value` and 0, the reverse, the
    threshold and the pixel, the pixel and 0, 0 and the pixel. The ``_inv`` modes make the
    dark side the foreground, for `predict` and `score` too: ``"binary_inv"`` is for ink on
    paper.
max_value : float or None, default=None
    Foreground in the binary modes, rounded half to even and saturated for integers. None: 255
    for uint8, 65535 for uint16, 1 for all others.
"""
MODE_PARAMETERS += LAYOUT_PARAMETERS.lstrip()

ATTRIBUTES = """
sample_ndim_ : int
    Number of dimensions of one sample as seen in `fit`, channels included.
n_channels_ : int or None
    Number of channels as seen in `fit`.
n_features_in_ : int
    Number of pixels of a flat row; set only if X was 2-D in `fit`.
"""


class Thresholder(BatchTransformer, metaclass=ABCMeta):
    """The five verbs. A subclass says which thresholds hold for a plane.

    One polarity holds everywhere: foreground is ``X > threshold``, strictly, and the ``_inv``
    modes make the other side the foreground. Pixels that are NaN, or that a mask leaves out, are
    background either way.
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "mode": [StrOptions(set(MODES))],
        "max_value": [None, Interval(Real, None, None, closed="neither")],
        "n_jobs": [Integral, None],
    }

    mode: str
    max_value: float | None
    n_jobs: int | None = None

    _takes_dask = True

    # What docstrings share; see `fill_docstring`.
    _passages: dict[str, str] = {"mode_parameters": MODE_PARAMETERS, "attributes": ATTRIBUTES}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        fill_docstring(cls)

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None, mask: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters and remember what kind of images X holds; nothing is learned.

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
        return self

    def fit_transform(
        self, X: ImagesLike, y: Any = None, mask: Any = None, **fit_params: Any
    ) -> Any:
        """Fit, then threshold the same images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        y : array-like, default=None
            What `fit` takes as y.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.
        **fit_params : dict
            What else `fit` takes.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            The thresholded images.
        """
        return self.fit(X, y, mask=mask, **fit_params).transform(X, mask=mask)

    @abstractmethod
    def thresholds(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the thresholds as numbers: one for the batch, for each image, or for each pixel."""

    @abstractmethod
    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        """Threshold every plane: into masks, or into X's dtype."""

    def predict(self, X: ImagesLike, mask: Any = None) -> Any:
        """Tell foreground from background.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others are background, as NaN is.

        Returns
        -------
        masks : ndarray of bool of X's shape, or list of such
            True on foreground: ``X > threshold``, or ``X <= threshold`` in the modes
            ``"binary_inv"`` and ``"tozero_inv"``. NaN pixels are False.
        """
        return self._masks(self._read(X, reset=False, mask=mask))

    def _masks(self, batch: Batch) -> Any:
        mode = "binary_inv" if is_inverse(self.mode) else "binary"
        return self._over(batch, "_apply", bool, mode=mode, mask=True)

    def transform(self, X: ImagesLike, mask: Any = None) -> Any:
        """Threshold images according to `mode`.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others become 0.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            The thresholded images.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._over(batch, "_apply", None, mode=self.mode, mask=False)

    def decision_function(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the distance of each pixel from its threshold, positive on the foreground's side.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        distances : ndarray of float64 of X's shape, or list of such
            ``X - threshold``; ``threshold - X`` in the ``_inv`` modes. NaN where X is, and where
            the mask leaves pixels out.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._over(batch, "_distances", np.float64)

    def _distances(self, batch: Batch) -> Any:
        sign = -1.0 if is_inverse(self.mode) else 1.0
        return self._map_thresholds(batch, lambda v, t: sign * distance(v, t), np.float64)

    @abstractmethod
    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        """Map ``function(plane, threshold)`` over the planes; NaN where the mask leaves out."""

    def score(self, X: ImagesLike, y: Any, sample_weight: Any = None, mask: Any = None) -> float:
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
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count; the others are background in both.

        Returns
        -------
        dice : float
            The mean Dice coefficient (F-measure) over the images.
        """
        from skthresh.metrics import dice_score  # noqa: PLC0415  metrics stand beside, not below

        batch = self._read(X, reset=False, mask=mask)
        masks = self._masks(batch)
        if batch.is_lazy:
            from skthresh.lazy_scores import dice_of_each  # noqa: PLC0415  dask need not be there

            lazy: Any = batch
            return average(dice_of_each(lazy, y, masks), sample_weight)
        masks, y, sample_weight = map(as_host, (masks, y, sample_weight))
        if not isinstance(masks, list) and np.ndim(y) == 1 and len(y) == len(masks):
            y = np.asarray(y).reshape(-1, *[1] * (masks.ndim - 1))
            y = np.broadcast_to(y, masks.shape)
        if mask is not None and len(y) == len(batch):

            def fill(_: Array, out: Array, i: int, c: int) -> None:
                out[...] = batch.valid(i, c)

            inside = as_host(batch.map(fill, bool))
            y = [t * m if np.shape(t) == m.shape else t for t, m in zip(y, inside, strict=True)]
        scores = dice_score(y, masks, reduction="none")
        return average(scores, sample_weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.two_d_labels = True
        return tags


def average(scores: Any, sample_weight: Any) -> float:
    """Give the mean score of the images, weighted if there are weights."""
    if sample_weight is not None:
        sample_weight = check_sample_weight(sample_weight, scores)
    return float(np.average(scores, weights=sample_weight))


def blank(out: Array, valid: Array | None, value: float) -> None:
    """Overwrite what is not valid; None means that everything is."""
    if valid is None:
        return
    if is_elsewhere(out):
        applying.blank(out, valid, value)
    else:
        out[~valid] = value
