"""Otsu's threshold of the window around each pixel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.local_threshold.base import LocalThreshold, Plane, WindowThreshold
from skthresh.local_threshold.ranks import rank_bins
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._params import N_BINS

__all__ = ["LocalOtsuThreshold"]

# So many levels a byte has; and so many pixels a window may have for its sums to be exact.
LEVELS, LARGEST = 2**8, 2**26


class LocalOtsuThreshold(LocalThreshold):
    """Threshold each pixel at Otsu's threshold of its window.

    For images whose light or background changes from place to place, with objects everywhere: a
    window should be large enough to hold some of both classes. Where it holds only one, its noise
    is divided.

    Parameters
    ----------
    n_bins : int, default=256
        A plane of no more grey levels is taken as it is; more are counted in so many equal bins
        over the plane's range. Up to 65536.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    OtsuThreshold : One threshold for all pixels.
    AdOtsuThreshold : The same, with windows left out that hold one class alone.
    BlockwiseThreshold : Otsu's threshold on blocks, interpolated.

    Notes
    -----
    The threshold is the highest level of the lower class; of bins, the highest level that the
    plane has in the bin. The maximum is exact for integers that are not binned, and the lowest of
    equals is taken, as in `OtsuThreshold`. A window of one level has that level as threshold, and
    no foreground.

    References
    ----------
    .. [1] N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions
       on Systems, Man, and Cybernetics 9(1), 1979, pp. 62-66.
       :doi:`10.1109/TSMC.1979.4310076`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import LocalOtsuThreshold
    >>> line = np.array([[10, 40, 12, 11, 11, 90, 91, 130, 92, 90]], dtype=np.uint8)
    >>> LocalOtsuThreshold(window_size=3).fit(line).thresholds(line)
    array([[10., 12., 12., 11., 11., 11., 91., 92., 92., 90.]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "n_bins": N_BINS,
    }

    _passages = WindowThreshold._passages

    def __init__(
        self,
        *,
        n_bins: int = 256,
        window_size: int | tuple[int, ...] = 41,
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
        self.n_bins = n_bins
        self.window_shape = window_shape

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:
        sizes = self._window(len(shape))
        # Otherwise levels are binned, or counted, over the range of the whole plane.
        few = dtype.itemsize == 1 and self.n_bins >= LEVELS and math.prod(sizes) < LARGEST
        return tuple(n // 2 for n in sizes) if few else None

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        sizes = self._window(plane.v.ndim)
        windows = Windows(plane.v, sizes, plane.valid, self.border, self.window_shape)
        target = windows.volume(out)
        for index, t in rank_bins(windows, self.n_bins).otsus():
            how.write(windows.plane[index], t, target[index])
