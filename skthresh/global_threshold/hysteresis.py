"""Two thresholds: weak pixels count where they are connected to strong ones."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from sklearn.base import clone

from skthresh.base import Thresholder, blank
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.exceptions import ThresholdNotFoundError
from skthresh.global_threshold.base import GlobalThreshold
from skthresh.global_threshold.counting import image_weights
from skthresh.kernels.regions import reconstruct
from skthresh.modes import is_inverse, representable, white
from skthresh.utils._sklearn import Interval, fit_context

__all__ = ["HysteresisThreshold", "hysteresis"]


def hysteresis(
    v: Array, low: float, high: float, *, inverse: bool = False, connectivity: int = 1
) -> Array:
    """Give each pixel the one of two thresholds that decides about it.

    Parameters
    ----------
    v : ndarray
        The image; NaN is background.
    low, high : float
        Weak pixels are above `low`, strong ones above `high`. For dark foreground weak pixels are
        at or below `high`, and strong ones at or below `low`.
    inverse : bool, default=False
        Whether the foreground is dark.
    connectivity : int, default=1
        Along how many axes at once neighbours may differ.

    Returns
    -------
    thresholds : ndarray of float64
        The threshold of weak pixels in components that hold a strong one; elsewhere that of strong
        pixels. ``v > thresholds`` is the mask (``v <= thresholds`` for dark foreground).

    Examples
    --------
    >>> import numpy as np
    >>> hysteresis(np.array([5, 9, 5, 0, 5, 0]), 3, 8)
    array([3., 3., 3., 8., 8., 8.])
    """
    mask = _foreground(v, low, high, inverse=inverse, connectivity=connectivity)
    of_weak, of_strong = (high, low) if inverse else (low, high)
    return np.where(mask, float(of_weak), float(of_strong))


def _foreground(v: Array, low: float, high: float, *, inverse: bool, connectivity: int) -> Array:
    """Give the weak pixels in components that hold a strong one."""
    # whole numbers are compared exactly, and much faster
    low, high = representable(low, v.dtype), representable(high, v.dtype)
    weak, strong = (v <= high, v <= low) if inverse else (v > low, v > high)
    return np.asarray(reconstruct(weak, strong, connectivity, overwrite_mask=True))


def _pixel(threshold: float, dtype: np.dtype[Any]) -> Any:
    """Give the pixel that is nearest to a threshold, from below; any, of NaN."""
    t = representable(threshold, dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        t = min(max(info.min, t), info.max)  # in this order NaN is the least
    return dtype.type(t)


class HysteresisThreshold(Thresholder):
    """Threshold at two levels: weak pixels count where they are connected to strong ones.

    For edges, vessels, filaments, faint strokes: what is certainly foreground is found at one
    threshold, and followed down to the other.

    Parameters
    ----------
    low : float or GlobalThreshold, default=64
        The lower threshold, in grey levels; or an estimator that finds it.
    high : float or GlobalThreshold, default=127
        The higher one.
    connectivity : int, default=1
        Along how many axes at once neighbours may differ: 1 connects pixels that share a side, 2
        those that share a corner, too.
    {mode_parameters}

    Attributes
    ----------
    low_, high_ : float or GlobalThreshold
        The thresholds, or the fitted estimators.
    {attributes}

    See Also
    --------
    OtsuThreshold : May be `high`, and with ``correction=0.5`` `low`.

    Notes
    -----
    In the ``_inv`` modes the dark side is the foreground: strong pixels are at or below `low`, weak
    ones at or below `high`.

    References
    ----------
    .. [1] J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern
       Analysis and Machine Intelligence 8(6), 1986, pp. 679-698.
       :doi:`10.1109/TPAMI.1986.4767851`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import HysteresisThreshold
    >>> line = np.array([[50, 90, 50, 0, 50, 0]], dtype=np.uint8)
    >>> HysteresisThreshold(low=30, high=80).fit(line).predict(line)
    array([[ True,  True,  True, False, False, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **Thresholder._parameter_constraints,
        "low": [Interval(Real, None, None, closed="neither"), GlobalThreshold],
        "high": [Interval(Real, None, None, closed="neither"), GlobalThreshold],
        "connectivity": [Interval(Integral, 1, None, closed="left")],
    }

    # As for global techniques: what is as large as an image is suspicious.
    _image_like_side = 28

    def __init__(
        self,
        low: float | GlobalThreshold = 64,
        high: float | GlobalThreshold = 127,
        *,
        connectivity: int = 1,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.low = low
        self.high = high
        self.connectivity = connectivity
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape
        self.n_jobs = n_jobs

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: ImagesLike, y: Any = None, sample_weight: Any = None, mask: Any = None
    ) -> Self:
        """Learn the thresholds that are estimators.

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
        batch = self._read(X, reset=True, mask=mask)
        for name in ("low_", "high_"):
            self.__dict__.pop(name, None)
        image_weights(batch, sample_weight)  # checked, whether or not it is needed
        return self._learn("fit", X, y=y, sample_weight=sample_weight, mask=mask)

    @fit_context(prefer_skip_nested_validation=False)
    def partial_fit(
        self, X: ImagesLike, y: Any = None, sample_weight: Any = None, mask: Any = None
    ) -> Self:
        """Add a batch of training images to those that the estimators have learned from before.

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
            The fitted estimator. With two numbers there is nothing to learn.
        """
        batch = self._read(X, reset=not self.__sklearn_is_fitted__(), mask=mask)
        image_weights(batch, sample_weight)
        return self._learn("partial_fit", X, y=y, sample_weight=sample_weight, mask=mask)

    def _learn(self, verb: str, X: ImagesLike, **options: Any) -> Self:
        nothing_found = []
        for name in ("low", "high"):
            given, learned = getattr(self, name), getattr(self, f"{name}_", None)
            if not isinstance(given, GlobalThreshold):
                learned = given
            elif not isinstance(learned, GlobalThreshold):
                learned = clone(given).set_params(
                    channel_axis=self.channel_axis, image_shape=self.image_shape
                )
            setattr(self, f"{name}_", learned)
            if isinstance(learned, GlobalThreshold):
                try:
                    getattr(learned, verb)(X, **options)
                except ThresholdNotFoundError as error:  # the other one is to see the batch, too
                    nothing_found.append(error)
        if nothing_found:
            raise nothing_found[0]
        if isinstance(self.low_, Real) and isinstance(self.high_, Real) and self.low_ > self.high_:
            raise ValueError(
                f"low must not be above high. Got low={self.low_!r} and high={self.high_!r}."
            )
        return self

    def thresholds(self, X: ImagesLike, mask: Any = None) -> Any:
        """Give the threshold that decides about each pixel: the lower one or the higher one.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.
        mask : array-like of bool of X's shape, or list of such, default=None
            The pixels that count.

        Returns
        -------
        thresholds : ndarray of float64 of X's shape, or list of such
            One number for each pixel.
        """
        batch = self._read(X, reset=False, mask=mask)
        return self._over(batch, "_decisive", np.float64)

    def _decisive(self, batch: Batch) -> Any:
        return self._map_thresholds(batch, lambda _, t: t, np.float64)

    def _light(self) -> Self:
        light = super()._light()
        for name in ("low_", "high_"):
            given = getattr(self, name)
            setattr(light, name, given._light() if isinstance(given, GlobalThreshold) else given)
        return light

    def _pairs(self, batch: Batch) -> list[Array]:
        """Give both thresholds of each plane, as two tables."""
        shape = (len(batch), batch.n_channels or 1)
        tables = [
            e._per_plane(batch) if isinstance(e, GlobalThreshold) else np.full(shape, float(e))
            for e in (self.low_, self.high_)
        ]
        # Estimators may meet: then there is one threshold.
        return [np.minimum(*tables), np.maximum(*tables)]

    def _find(self, function: Any, plane: Array, valid: Array | None, pair: list[float]) -> Array:
        if valid is not None and not valid.all():
            plane = np.where(valid, plane.astype(np.float64), np.nan)
        mask: Array = function(
            plane, *pair, inverse=is_inverse(self.mode), connectivity=self.connectivity
        )
        return mask

    def _apply(self, batch: Batch, mode: str, *, mask: bool) -> Any:
        low, high = self._pairs(batch)

        def function(plane: Array, out: Array, i: int, c: int) -> None:
            dtype, valid = batch.data[i].dtype, batch.valid(i, c)
            pair = [low[i, c].item(), high[i, c].item()]
            found = self._find(_foreground, plane, valid, pair)
            value: Any = 1 if mask else white(dtype, self.max_value)
            zero = out.dtype.type(0)
            if mode == "trunc":
                out[...] = np.where(found, _pixel(pair[0], plane.dtype), plane)
            else:
                out[...] = np.where(found, plane if "zero" in mode else out.dtype.type(value), zero)
            blank(out, valid, 0)

        return batch.map(function, bool if mask else None)

    def _map_thresholds(self, batch: Batch, function: Any, dtype: Any) -> Any:
        low, high = self._pairs(batch)

        def fill(plane: Array, out: Array, i: int, c: int) -> None:
            valid = batch.valid(i, c)
            t = self._find(hysteresis, plane, valid, [low[i, c].item(), high[i, c].item()])
            out[...] = function(plane, t)
            blank(out, valid, np.nan)

        return batch.map(fill, dtype)
