"""Grey from colour."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
from skimage.color import rgb2gray

from skthresh.array_api.namespace import is_elsewhere
from skthresh.array_api.smoothing import gray as gray_elsewhere
from skthresh.base import BatchTransformer
from skthresh.batch import Array, ImagesLike, kernel_form
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
        if not batch.is_ragged and batch.sample(0).ndim < 3:
            return batch.data
        images = [self._convert(x, i, batch.dtype) for i, x in enumerate(batch.samples())]
        return batch.rebuild(images)

    def _convert(self, x: Array, i: int, dtype: np.dtype[Any]) -> Array:
        if x.ndim < 3:
            return x
        axis: Any = self.channel_axis
        if not -x.ndim <= axis < x.ndim or x.shape[axis] not in (3, 4):
            raise ValueError(
                f"Sample {i} of X has shape {tuple(x.shape)}; ToGray needs 3 or 4 channels on "
                f"channel_axis={axis}, or a grey image of two dimensions."
            )
        if is_elsewhere(x):
            return gray_elsewhere(x, axis, dtype)
        x = np.moveaxis(x, axis, -1)
        if self.standard == "bt709":
            return np.asarray(rgb2gray(x[..., :3]))
        if x.dtype.kind == "u" and x.dtype.itemsize <= 2:
            plane = kernel_form(x)
            gray = np.empty(x.shape[:-1], plane.dtype)
            bt601_fixed_point(plane.reshape(-1), x.shape[-1], gray.reshape(-1))
            return gray.astype(x.dtype, copy=False)
        exact = np.float32 if x.dtype in (np.float16, np.float32) else np.float64
        weights = np.array([0.299, 0.587, 0.114], exact)
        red, green, blue = (w * x[..., c].astype(exact) for c, w in enumerate(weights))
        return round_to(red + green + blue, x.dtype)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = self.standard == "bt601"
        return tags
