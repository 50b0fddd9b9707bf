"""Su, Lu and Tan's threshold: from the pixels of high contrast in the window."""

from __future__ import annotations

import math
from dataclasses import replace
from numbers import Integral
from typing import Any

import numpy as np

from skthresh.batch import Array
from skthresh.kernels.arithmetic import choose
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.contrast_image import high_contrast
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._sklearn import Interval

__all__ = ["SuThreshold", "su"]


def su(v: Array, mean: Array, std: Array, n: Array, n_min: float, white: float) -> Array:
    """Give Su, Lu and Tan's threshold, ``mean + std / 2`` where there are enough edges.

    Parameters
    ----------
    v : array
        The pixel.
    mean, std, n : array
        Of the grey levels of those pixels of each window that have a high contrast; and how many
        these are.
    n_min : float
        How many are enough. Elsewhere the threshold is far below the pixel: a whole range below
        black, or twice as low as it is.
    white : float
        The whole range.

    Examples
    --------
    >>> import numpy as np
    >>> v, mean, std, n = (np.array([a, a]) for a in (90.0, 100.0, 30.0, 5))
    >>> su(v, mean, std, n, np.array([3, 9]), 255)
    array([ 115., -255.])
    """
    return choose(n >= n_min, mean + std * 0.5, choose(v < 0, v * 2, 0.0) - white)


class SuThreshold(WindowThreshold):
    """Threshold each pixel at the grey level of the edges of strokes near it.

    For old documents, stained and unevenly lit. The contrast around each pixel is measured against
    its brightness; where it is high, by Otsu's threshold, there is the edge of a stroke. A pixel is
    ink if enough of its window is edge, and if it is no brighter than the edge is. Use it with
    ``mode="binary_inv"``, and a window somewhat larger than a stroke is wide.

    Parameters
    ----------
    n_min : int or None, default=None
        So many pixels of the window must have a high contrast, or there is no ink. None: as many
        as the window is wide, as a straight edge has that goes through it; in general, as it has
        pixels, divided by its longest side.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    ISauvolaThreshold : Sauvola's ink where there is an edge in it.

    Notes
    -----
    Where there are too few edges, the threshold is minus the dtype's white, or lower if there are
    negative levels: nothing there is ink, and everything is foreground in the mode ``"binary"``.

    `std` is the standard deviation of the edge pixels, as the paper's words and the authors' later
    paper [2]_ have it; the 2 that the first paper's formula has in place of their number would make
    it grow with the window. The contrast image has 256 levels. The paper's estimate of window and
    `n_min` from the width of the strokes is not done.

    Doxa 0.9.2 has a standard deviation of 0.

    References
    ----------
    .. [1] B. Su, S. Lu and C. L. Tan, "Binarization of historical document images using the local
       maximum and minimum", Workshop on Document Analysis Systems, 2010, pp. 159-166.
       :doi:`10.1145/1815330.1815351`
    .. [2] B. Su, S. Lu and C. L. Tan, "Robust document image binarization technique for degraded
       document images", IEEE Transactions on Image Processing 22(4), 2013, pp. 1408-1417.
       :doi:`10.1109/TIP.2012.2231089`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import SuThreshold
    >>> line = np.array([[200, 203, 90, 199, 196, 198, 60, 197, 199]], dtype=np.uint8)
    >>> SuThreshold(window_size=5, n_min=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "n_min": [Interval(Integral, 1, None, closed="left"), None],
    }

    _formula = staticmethod(su)
    _looks_at_plane = True

    def __init__(
        self,
        *,
        n_min: int | None = None,
        window_size: int | tuple[int, ...] = 15,
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
            window_shape=window_shape,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.n_min = n_min

    def _threshold_plane(
        self, plane: Plane, out: Array, how: Output, *, inverse: bool, n_jobs: int
    ) -> None:
        high = high_contrast(plane)
        # The windows then hold those pixels alone. Without any, none has enough of them.
        edges = replace(plane, valid=high)
        if high.any():
            super()._threshold_plane(edges, out, how, inverse=inverse, n_jobs=n_jobs)
        else:
            v = plane.v.astype(np.float64)
            with np.errstate(over="ignore"):
                how.write(plane.v, np.minimum(v, 0) * 2 - plane.full_scale, out)

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        sizes = self._window(plane.v.ndim)
        n_min = math.prod(sizes) // max(sizes) if self.n_min is None else self.n_min
        return n_min, plane.full_scale
