"""The mean of the window, less an offset."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array, Batch
from skthresh.kernels.gaussian import gaussian_weights
from skthresh.local_threshold.base import LocalThreshold, Plane, WindowThreshold
from skthresh.local_threshold.mean import local_mean, weighted_mean
from skthresh.local_threshold.ranks import local_median
from skthresh.modes import Output
from skthresh.utils._sklearn import Interval, InvalidParameterError, StrOptions

__all__ = ["AdaptiveThreshold"]


class AdaptiveThreshold(LocalThreshold):
    """Threshold each pixel at the mean of its neighbourhood, less an offset.

    For unevenly lit images: a page photographed by a window, cells over a glow. Choose a window
    somewhat larger than the objects, and an offset of the size of the noise.

    Parameters
    ----------
    method : {"mean", "gaussian", "median"}, default="mean"
        All pixels of the window count alike, or near ones more; or the middle one in the order of
        grey levels, which a few extreme ones do not move.
    offset : float, default=2
        Subtracted from the mean, in grey levels: how far below its neighbourhood a pixel must
        be to become background.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

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

    The defaults are those of OpenCV's tutorial, which people know, and are too small for most
    images: on scanned pages a Gaussian window of 121 and an offset of 20 find twice as much.

    Of an even number of pixels, where windows are clipped or masked, the median is the mean of the
    two in the middle. On uint8 it costs the same for every window [3]_; where windows are clipped,
    masked or round, and on most other dtypes, it costs in proportion to the window's height [2]_.
    On floats the mean is not rounded. NaN pixels are left out of every window. A Gaussian has no
    disk.

    References
    ----------
    .. [1] R. C. Gonzalez and R. E. Woods, "Digital Image Processing", 4th ed., Pearson, 2018,
       section 10.3, "Variable thresholding based on local image properties".
    .. [2] T. Huang, G. Yang and G. Tang, "A fast two-dimensional median filtering algorithm",
       IEEE Transactions on Acoustics, Speech, and Signal Processing 27(1), 1979, pp. 13-18.
       :doi:`10.1109/TASSP.1979.1163188`
    .. [3] S. Perreault and P. Hebert, "Median filtering in constant time", IEEE Transactions on
       Image Processing 16(9), 2007, pp. 2389-2394. :doi:`10.1109/TIP.2007.902329`

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
        **WindowThreshold._parameter_constraints,
        "method": [StrOptions({"mean", "gaussian", "median"})],
        "offset": [Interval(Real, None, None, closed="neither")],
    }

    _passages = WindowThreshold._passages

    def __init__(
        self,
        method: str = "mean",
        *,
        window_size: int | tuple[int, ...] = 11,
        offset: float = 2,
        border: str = "replicate",
        window_shape: str = "square",
        mode: str = "binary",
        max_value: float | None = None,
        channel_axis: int | None = None,
        image_shape: int | tuple[int, ...] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__(
            window_size=window_size,
            border=border,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.method = method
        self.offset = offset
        self.window_shape = window_shape

    def _takes_stacks(self, batch: Batch) -> bool:
        if self.method == "median" or (self.method == "gaussian" and self.border == "clip"):
            return False
        return (
            batch.dtype in (np.uint8, np.uint16)
            and batch.is_one_block
            and batch.spatial_ndim <= 2
            and self.window_shape == "square"
        )

    def _window(self, ndim: int) -> tuple[int, ...]:
        if self.method == "gaussian" and self.window_shape != "square":
            raise InvalidParameterError(
                f"window_shape={self.window_shape!r} is not allowed with method='gaussian', which "
                "takes 'square'."
            )
        return super()._window(ndim)

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        return tuple(n // 2 for n in self._window(len(shape)))

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,
        n_jobs: int,
    ) -> None:
        sizes = self._window(len(plane.shape))
        windows = plane.windows(sizes, self.border, self.window_shape)
        if self.method == "mean":
            local_mean(plane, windows, self.offset, out, how, inverse=inverse, n_jobs=n_jobs)
        elif self.method == "median":
            local_median(plane, windows, self.offset, out, how, inverse=inverse, n_jobs=n_jobs)
        else:
            weights = [gaussian_weights(n) for n in sizes]
            weighted_mean(
                plane, windows, weights, self.offset, out, how, inverse=inverse, n_jobs=n_jobs
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.array_api_support = self.method != "median"
        return tags
