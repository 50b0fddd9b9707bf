"""Gaussian smoothing."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from skthresh.array_api.namespace import is_elsewhere
from skthresh.array_api.smoothing import blurred
from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.kernels.blur import blur_fixed_point
from skthresh.kernels.border import border_index
from skthresh.kernels.gaussian import fixed_point_weights, gaussian_weights
from skthresh.preprocessing._gaps import filter_with_gaps, round_to
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import Interval, InvalidParameterError

__all__ = ["GaussianBlur"]


class GaussianBlur(BatchTransformer):
    """Smooth images with a Gaussian, so that noise does not become foreground.

    Parameters
    ----------
    kernel_size : int, tuple of int or None, default=5
        Odd, in pixels; one number, or one for each axis of a sample. None: large enough for
        `sigma` (3 standard deviations to either side for 8-bit images, 4 for all others).
    sigma : float or None, default=None
        Standard deviation in pixels. None or 0: from `kernel_size`, as OpenCV does.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels, each of which is smoothed by itself.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds. Without it a row is a 1-D signal.

    Attributes
    ----------
    sample_ndim_ : int
        Number of dimensions of one sample as seen in `fit`, channels included.
    n_channels_ : int or None
        Number of channels as seen in `fit`.
    n_features_in_ : int
        Number of pixels of a flat row; set only if X was 2-D in `fit`.

    Notes
    -----
    Equal to ``cv2.GaussianBlur`` on uint8 images, whose weights are multiples of 1/256. Other
    dtypes are smoothed in float64 (float32 in its own precision) and integers rounded. Borders
    are reflected without repeating the edge. NaN pixels have no weight, and stay NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import GaussianBlur
    >>> image = np.zeros((1, 3, 3), dtype=np.uint8)
    >>> image[0, 1, 1] = 160
    >>> GaussianBlur(kernel_size=3).fit_transform(image)
    array([[[40, 40, 40],
            [40, 40, 40],
            [40, 40, 40]]], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "kernel_size": [*PER_AXIS, None],
        "sigma": [Interval(Real, 0, None, closed="left"), None],
    }

    def __init__(
        self,
        kernel_size: int | tuple[int, ...] | None = 5,
        *,
        sigma: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.kernel_size = kernel_size
        self.sigma = sigma
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def _check_batch(self, batch: Batch) -> None:
        self._weights(batch.spatial_ndim, batch.dtype)

    def _weights(self, ndim: int, dtype: np.dtype[Any]) -> list[NDArray[np.float64]]:
        size = self.kernel_size
        if size is None:
            if not self.sigma:
                raise InvalidParameterError("kernel_size=None needs a sigma above 0.")
            reach = 6 if dtype == np.uint8 else 8
            size = round(self.sigma * reach + 1) | 1
        sizes = per_axis("kernel_size", size, ndim, odd=True)
        return [gaussian_weights(n, self.sigma) for n in sizes]

    def transform(self, X: ImagesLike) -> Any:
        """Smooth images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        images : ndarray of X's shape and dtype, or list of such
            The smoothed images.
        """
        return self._over(self._read(X, reset=False), "_blurred", None)

    _takes_dask = True

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:
        return tuple(len(w) // 2 for w in self._weights(len(shape), dtype))

    def _blurred(self, batch: Batch) -> Any:
        weights = self._weights(batch.spatial_ndim, batch.dtype)

        def function(plane: Array, out: Array, i: int, c: int) -> None:  # noqa: ARG001
            fixed = batch.dtype == np.uint8 and plane.ndim <= 2
            if is_elsewhere(plane):
                made = [fixed_point_weights(w) for w in weights] if fixed else weights
                blurred(plane, made, out, batch.dtype)
            elif fixed:
                _blur_bytes(plane, weights, out)
            else:
                out[...] = _blur(plane, weights)

        return batch.map(function)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = True
        return tags


def _blur_bytes(plane: Array, weights: list[NDArray[np.float64]], out: Array) -> None:
    shape = (1, *plane.shape)[-2:]
    row, column = [fixed_point_weights(w) for w in (np.ones(1), *weights)][-2:]
    index = [border_index(n, len(w), "reflect") for n, w in zip(shape, (row, column), strict=True)]
    blur_fixed_point(plane.reshape(shape), *index, row, column, out.reshape(shape))


def _blur(plane: Array, weights: list[NDArray[np.float64]]) -> Array:
    def smooth(x: Array) -> Array:
        for axis, w in enumerate(weights):
            x = correlate1d(x, w, axis=axis, mode="mirror")
        return x

    if plane.dtype.kind != "f":
        return round_to(smooth(plane.astype(np.float64)), plane.dtype)
    smoothed, _ = filter_with_gaps(smooth, plane)
    return np.where(np.isnan(plane), plane, smoothed)
