"""The mean of the window, less an offset."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.gaussian import gaussian_weights
from skthresh.local_threshold.base import LocalThreshold
from skthresh.local_threshold.mean import local_mean, weighted_mean
from skthresh.utils._sklearn import Interval, StrOptions

__all__ = ["AdaptiveThreshold"]


class AdaptiveThreshold(LocalThreshold):
    """Threshold each pixel at the mean of its neighbourhood, less an offset.

    For unevenly lit images: a page photographed by a window, cells over a glow. Choose a window
    somewhat larger than the objects, and an offset of the size of the noise.

    Parameters
    ----------
    method : {"mean", "gaussian"}, default="mean"
        All pixels of the window count alike, or near ones more.
    window_size : int or tuple of int, default=11
        Odd, in pixels; one number, or one for each axis of a sample.
    offset : float, default=2
        Subtracted from the mean, in grey levels: how far below its neighbourhood a pixel must
        be to become background.
    mode : {"binary", "binary_inv", "trunc", "tozero", "tozero_inv"}, default="binary"
        What `transform` makes of foreground and background: `max_value` and 0, the reverse, the
        threshold and the pixel, the pixel and 0, 0 and the pixel. The ``_inv`` modes make the
        dark side the foreground, for `predict` and `score` too: ``"binary_inv"`` is for ink on
        paper.
    max_value : float or None, default=None
        Foreground in the binary modes. None: 255 for uint8, 65535 for uint16, 1 for all others.
    channel_axis : int or None, default=None
        Axis of one sample that indexes channels, each of which is thresholded by itself.
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

    See Also
    --------
    OtsuThreshold : One threshold for all pixels.

    Notes
    -----
    Equal to ``cv2.adaptiveThreshold`` on uint8: borders are replicated, and on integers the mean
    is rounded to a grey level before it is compared. A fractional `offset` on integers is then
    rounded up, or down in the ``_inv`` modes, as OpenCV does; this is the only case in which
    ``"binary_inv"`` is not the complement of ``"binary"``. The Gaussian's standard deviation is
    ``0.3 * ((window_size - 1) / 2 - 1) + 0.8``, with fixed weights up to a window of 9. Above 9
    OpenCV sums in float32, this library in float64: the two can differ where the mean lies
    halfway between two levels.

    On floats the mean is not rounded. NaN pixels are left out of every window.

    References
    ----------
    .. [1] R. C. Gonzalez and R. E. Woods, "Digital Image Processing", 4th ed., Pearson, 2018,
       section 10.3, "Variable thresholding based on local image properties".

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import AdaptiveThreshold
    >>> ramp = np.arange(0, 200, 20, dtype=np.uint8)  # uneven light ...
    >>> ramp[3] += 60  # ... and one bright pixel
    >>> AdaptiveThreshold(window_size=3, offset=-10).fit_transform(ramp[np.newaxis])
    array([[  0,   0,   0, 255,   0,   0,   0,   0,   0,   0]], dtype=uint8)
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **LocalThreshold._parameter_constraints,
        "method": [StrOptions({"mean", "gaussian"})],
        "offset": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self,
        method: str = "mean",
        *,
        window_size: int | tuple[int, ...] = 11,
        offset: float = 2,
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
    ) -> None:
        self.method = method
        self.window_size = window_size
        self.offset = offset
        self.mode = mode
        self.max_value = max_value
        self.channel_axis = channel_axis
        self.image_shape = image_shape

    def _threshold_plane(
        self, plane: Array, out: Array, select: tuple[Any, Any] | None, *, inverse: bool
    ) -> None:
        sizes = self._window(plane.ndim)
        if self.method == "mean":
            local_mean(plane, sizes, self.offset, out, select, inverse=inverse)
        else:
            weights = [gaussian_weights(n) for n in sizes]
            weighted_mean(plane, weights, self.offset, out, select, inverse=inverse)
