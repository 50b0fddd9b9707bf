"""Grey from colour."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from skimage.color import rgb2gray

from skthresh.array_api.namespace import is_elsewhere
from skthresh.array_api.smoothing import gray as gray_elsewhere
from skthresh.batch import Array, Batch, ImagesLike, kernel_form
from skthresh.batch_transformer import BatchTransformer
from skthresh.kernels.gray import bt601_fixed_point
from skthresh.preprocessing._gaps import round_to
from skthresh.utils._sklearn import StrOptions

__all__ = ["ToGray"]


class ToGray(BatchTransformer):
    """Convert RGB or RGBA images to grey.

    The step that says what colour means: thresholders never guess. Images that are grey already
    (samples of two dimensions or fewer) pass through, so that a folder of mixed scans needs no
    sorting; a ragged list may hold both.

    Parameters
    ----------
    standard : {"bt601", "bt709"}, default="bt601"
        ``"bt601"``: 0.299 R + 0.587 G + 0.114 B in X's dtype, rounded as ``cv2.cvtColor`` rounds
        it. ``"bt709"``: 0.2125 R + 0.7154 G + 0.0721 B as float in [0, 1], as
        ``skimage.color.rgb2gray`` gives it.
    channel_axis : int, default=-1
        Axis of one sample that holds R, G, B and, if there is one, alpha, which is ignored.
    image_shape : int, tuple of int or None, default=None
        Shape of the image that a flat row (2-D X) holds, channels included. Without it flat rows
        are grey.

    Attributes
    ----------
    n_features_in_ : int
        Number of values of a flat row; set only if X was 2-D in `fit`.

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import ToGray
    >>> images = np.array([[[[255, 0, 0], [0, 255, 0], [0, 0, 255]]]], dtype=np.uint8)
    >>> ToGray().fit_transform(images)
    array([[[ 76, 150,  29]]], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **BatchTransformer._parameter_constraints,
        "standard": [StrOptions({"bt601", "bt709"})],
        "channel_axis": [Integral],
    }

    _image_like_side = None
    _mixed_ranks = True
    _takes_dask = True

    def __init__(
        self,
        standard: str = "bt601",
        *,
        channel_axis: int = -1,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.standard = standard
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def transform(self, X: ImagesLike) -> Any:
        """Convert images to grey.

        Parameters
        ----------
        X : array-like of shape (n_samples, ..., 3 or 4) or list of array-like
            The images.

        Returns
        -------
        images : ndarray of shape (n_samples, ...) or list of such
            Grey images.
        """
        batch = self._read(X, reset=False)
        if batch.is_ragged:
            return [self._convert(x, i) for i, x in enumerate(batch.samples())]
        if batch.sample(0).ndim < 3:
            return batch.data
        if batch.is_lazy:
            return self._lazily(batch)
        return self._convert_batch(batch)

    def _convert_batch(self, batch: Batch) -> Any:
        if self.standard == "bt601" and _is_narrow(batch.dtype) and not is_elsewhere(batch.data):
            return self._convert_stack(batch)
        return batch.rebuild([self._convert(x, i) for i, x in enumerate(batch.samples())])

    def _convert_stack(self, batch: Batch) -> Array:
        """Convert all samples at once, so that nothing is copied into a stack afterwards."""
        sample = batch.sample(0)
        axis = self._checked_axis(sample.shape, 0) - sample.ndim
        assert not isinstance(batch.data, list)
        stack = batch.data.reshape(len(batch), *sample.shape)
        gray = _weigh(np.moveaxis(stack, axis, -1))
        return gray.reshape(len(batch), -1) if batch.is_flat else gray

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        return (0,) * len(shape)

    def _lazily(self, batch: Any) -> Any:
        axis = self._checked_axis(batch.sample_shape, 0)
        pixel = np.zeros([3 if a == axis else 1 for a in range(len(batch.sample_shape))])
        dtype = self._convert(pixel.astype(batch.dtype), 0).dtype
        return batch.without_axis(self._light()._convert_batch, dtype, axis)

    def _checked_axis(self, shape: tuple[int, ...], i: int) -> int:
        axis: Any = self.channel_axis
        if not -len(shape) <= axis < len(shape) or shape[axis] not in (3, 4):
            raise ValueError(
                f"Sample {i} of X has shape {shape}; ToGray needs 3 or 4 channels on "
                f"channel_axis={axis}, or a grey image of two dimensions."
            )
        return int(axis % len(shape))

    def _convert(self, x: Array, i: int) -> Array:
        if x.ndim < 3:
            return x
        axis = self._checked_axis(tuple(x.shape), i)
        if is_elsewhere(x):
            return gray_elsewhere(x, axis)
        x = np.moveaxis(x, axis, -1)
        if self.standard == "bt709":
            return np.asarray(rgb2gray(x[..., :3]))
        return _weigh(x)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = self.standard == "bt601"
        return tags


def _is_narrow(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "u" and dtype.itemsize <= 2


def _weigh(x: Array) -> Array:
    """Weigh the channels on the last axis as BT.601 does."""
    if _is_narrow(x.dtype):
        plane = kernel_form(x)
        gray = np.empty(x.shape[:-1], plane.dtype)
        bt601_fixed_point(plane.reshape(-1), x.shape[-1], gray.reshape(-1))
        return gray.astype(x.dtype, copy=False)
    exact = np.float32 if x.dtype.kind == "f" and x.dtype.itemsize <= 4 else np.float64
    weights = np.array([0.299, 0.587, 0.114], exact)
    red, green, blue = (w * x[..., c].astype(exact) for c, w in enumerate(weights))
    return round_to(red + green + blue, x.dtype)
