"""Images of one size."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from skimage.transform import resize
from sklearn.base import ClassNamePrefixFeaturesOutMixin

from skthresh.batch import Array, Batch, ImagesLike
from skthresh.batch_transformer import BatchTransformer
from skthresh.preprocessing._gaps import filter_with_gaps, round_to
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import StrOptions, fit_context

__all__ = ["Resize"]


class Resize(ClassNamePrefixFeaturesOutMixin, BatchTransformer):
    """Bring images, or masks, to one size.

    Parameters
    ----------
    shape : int or tuple of int
        The new size in pixels: one number for every axis of a sample, or one for each. Channels
        are not counted.
    method : {"antialiased", "nearest"}, default="antialiased"
        ``"antialiased"`` is for images: linear interpolation, after a Gaussian filter where the
        image shrinks (``skimage.transform.resize``). ``"nearest"`` takes the nearest pixel and is
        for masks: no new values appear.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds. Flat rows come back flat.

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
    The dtype stays: integers are rounded. A NaN pixel has no weight; an output pixel is NaN where
    less than half of what it stands for was data.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import Resize
    >>> mask = np.array([[[0, 255], [255, 0]]], dtype=np.uint8)
    >>> Resize(4, method="nearest").fit_transform(mask)[0, 0]
    array([  0,   0, 255, 255], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "shape": PER_AXIS,
        "method": [StrOptions({"antialiased", "nearest"})],
    }

    def __init__(
        self,
        shape: int | tuple[int, ...],
        *,
        method: str = "antialiased",
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.shape = shape
        self.method = method
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ImagesLike, y: Any = None) -> Self:  # noqa: ARG002
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            Images of the kind that `transform` will get.
        y : Ignored
            Present for scikit-learn's conventions.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        batch = self._read(X, reset=True)
        if batch.is_flat:
            self._n_features_out = int(np.prod(self._sizes(batch.spatial_ndim))) * (
                batch.n_channels or 1
            )
        return self

    def _check_batch(self, batch: Batch) -> None:
        self._sizes(batch.spatial_ndim)

    def _sizes(self, ndim: int) -> tuple[int, ...]:
        return per_axis("shape", self.shape, ndim)

    def transform(self, X: ImagesLike) -> Any:
        """Resize images.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...) or list of array-like
            The images.

        Returns
        -------
        images : ndarray of shape (n_samples, ...) or list of ndarray
            The resized images, in X's dtype.
        """
        batch = self._read(X, reset=False)
        sizes = self._sizes(batch.spatial_ndim)
        change = _nearest if self.method == "nearest" else _antialiased
        axis = batch.channel_axis
        out = []
        for x in batch.samples():
            if axis is None:
                out.append(change(x, sizes))
            else:
                out.append(np.stack([change(p, sizes) for p in np.moveaxis(x, axis, 0)], axis))
        return batch.rebuild(out)


def _nearest(x: Array, sizes: tuple[int, ...]) -> Array:
    for axis, n in enumerate(sizes):
        index = (2 * np.arange(n) + 1) * x.shape[axis] // (2 * n)
        x = x.take(index, axis)
    return x


def _antialiased(x: Array, sizes: tuple[int, ...]) -> Array:
    values = x.astype(np.float64 if x.dtype.kind != "f" else np.result_type(x, np.float32))
    resized, share = filter_with_gaps(
        lambda v: resize(v, sizes, order=1, mode="reflect", anti_aliasing=None), values
    )
    if x.dtype.kind == "f":
        resized = np.where(share >= 0.5, resized, np.nan)
    return round_to(resized, x.dtype)
