"""Su, Lu and Tan's contrast image, and the pixels of high contrast in it."""

from __future__ import annotations

import numpy as np

from skthresh.batch import Array, kernel_form
from skthresh.global_threshold.otsu import otsu
from skthresh.histogram import count
from skthresh.kernels.arithmetic import choose
from skthresh.kernels.stack import SMALL, otsu_of_each
from skthresh.local_threshold.base import Plane
from skthresh.local_threshold.windows import Windows

__all__ = ["below", "contrast_levels", "high_contrast"]

# The contrast image has so many levels above 0, as an 8-bit image has.
TOP = 255

# Contrasts that lie on the border of two levels belong to the upper one, for floats too. Contrasts
# of 8-bit images that do not are further from it.
ON_BORDER = 1e-4


def contrast_levels(minimum: Array, maximum: Array, origin: float = 0.0) -> Array:
    """Give the contrast ``(max - min) / (max + min)`` in 256 levels, rounded down.

    Parameters
    ----------
    minimum, maximum : array
        Of each window, in grey levels.
    origin : float, default=0.0
        The level that counts as black; none is darker.

    Returns
    -------
    levels : array
        Whole numbers: 0 where the window is flat or holds no data, 255 where its minimum alone is
        black.

    Examples
    --------
    >>> import numpy as np
    >>> contrast_levels(np.array([0.0, 0, 50, 100]), np.array([0.0, 9, 150, 100]))
    array([  0., 255., 127.,   0.])
    """
    # Halves do not overflow, and their ratio is the same.
    low, high = minimum * 0.5 - origin * 0.5, maximum * 0.5 - origin * 0.5
    both = high + low
    share = (high - low) / choose(both > 0, both, 1.0)
    return np.floor(choose(both > 0, share, 0.0) * TOP + ON_BORDER)


def high_contrast(plane: Plane) -> Array:
    """Find the pixels around which the contrast is high: those near the edges of strokes.

    Parameters
    ----------
    plane : Plane
        Of 1 to 3 dimensions.

    Returns
    -------
    high : ndarray of bool of the plane's shape
        True where the contrast of the window of 3 pixels along each axis is above Otsu's threshold
        of all such contrasts.

    Notes
    -----
    The contrast is relative to the brightness, so that writing in a shadow counts as much as
    writing in the light. Negative levels have no such thing: black is then the darkest pixel.
    """
    windows = Windows(plane.v, (3,) * plane.v.ndim, plane.valid)
    origin = min(0.0, float(plane.pixels.min()))
    levels = np.empty(plane.v.shape, np.uint8)
    windows.evaluate(contrast_levels, (origin,), levels)
    counted = Plane(levels, plane.valid, levels.dtype).pixels
    limit = _otsu(counted)
    high = np.greater(levels, limit, out=levels.view(bool))  # in its place
    if plane.valid is not None:
        high &= plane.valid
    return high


def _otsu(levels: Array) -> float:
    """Find Otsu's threshold of bytes."""
    if levels.size <= SMALL:
        found = np.empty(1, np.int64)
        otsu_of_each(kernel_form(levels.reshape(1, -1)), found)
        return int(found[0])
    histogram = count([(levels, None)], levels.dtype, TOP + 1)
    return otsu(histogram.counts, histogram.centers)


def below(v: Array) -> Array:
    """Give the greatest numbers that are less than the pixels.

    A pixel whose threshold is that is as little above it as it can be.

    Examples
    --------
    >>> import numpy as np
    >>> below(np.array([1.0])) < 1.0
    array([ True])
    """
    with np.errstate(over="ignore"):  # below the least number there is -inf
        return np.asarray(np.nextafter(np.asarray(v, np.float64), -np.inf))
