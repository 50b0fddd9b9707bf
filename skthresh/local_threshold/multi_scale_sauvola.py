"""Sauvola's threshold at several scales: each object is thresholded at the one that fits it."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from skthresh.batch import Array
from skthresh.kernels.regions import of_size
from skthresh.local_threshold.band import BAND
from skthresh.local_threshold.base import LocalThreshold, Plane
from skthresh.local_threshold.grids import fill_gaps, interpolate
from skthresh.local_threshold.sauvola import sauvola
from skthresh.local_threshold.scaling import HUGE
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._sklearn import Interval

__all__ = ["MultiScaleSauvolaThreshold", "areas", "subsample"]

Floats = NDArray[np.float64]


# A block as wide is one for any image, and its middle a number of 64 bits.
LARGEST = 2**62


def areas(window: int, n_scales: int, ratio: int) -> list[tuple[float, float]]:
    """Give the least and the greatest area of the objects of each scale.

    Parameters
    ----------
    window : int
        Pixels in the window.
    n_scales : int
        How many scales there are; the last one has no greatest area.
    ratio : int
        How many pixels of one scale are one of the next.

    Returns
    -------
    areas : list of (float, float)
        In pixels of the scale.

    Examples
    --------
    >>> areas(100, 3, 4)
    [(0, 70.0), (15.75, 280.0), (63.0, inf)]
    """
    limits: list[tuple[float, float]] = [(0, 0.7 * window)]
    for _ in range(n_scales - 1):
        greatest = limits[-1][1]
        limits.append((0.9 * greatest / ratio, greatest * ratio))
    return [*limits[:-1], (limits[-1][0], math.inf)]


def subsample(v: Array, valid: Array | None, q: int) -> tuple[Floats, Array | None]:
    """Give the mean of each block of q pixels by q; of those that count, and where there are any.

    Examples
    --------
    >>> subsample(np.array([1.0, 3.0, 5.0]), np.array([True, False, False]), 2)
    (array([1., 0.]), array([ True, False]))
    """
    shape = tuple(-(-n // q) for n in v.shape)
    mean, known = np.empty(shape), np.empty(shape, bool)
    # Some rows of blocks at a time: what is added up is float64.
    step = max(1, BAND // (q * math.prod(v.shape[1:])))
    for first in range(0, shape[0], step):
        rows = slice(first * q, (first + step) * q)
        some = slice(first, first + step)
        mean[some], known[some] = _means(v[rows], None if valid is None else valid[rows], q)
    return mean, None if valid is None else known


def _means(v: Array, valid: Array | None, q: int) -> tuple[Floats, Array]:
    total = v.astype(np.float64) if valid is None else np.where(valid, v, 0.0)
    count = np.ones(v.shape) if valid is None else valid.astype(np.float64)
    # In a unit in which the sum of a block is a number, as its mean is.
    unit = float(2 ** (q.bit_length() * v.ndim)) if np.abs(total).max() > HUGE else 1.0
    total /= unit
    for axis, n in enumerate(v.shape):
        at = np.arange(0, n, q)
        total, count = (np.add.reduceat(a, at, axis=axis) for a in (total, count))
    return total / np.maximum(count, 1) * unit, count > 0


class MultiScaleSauvolaThreshold(LocalThreshold):
    """Threshold as Sauvola does, in a window that grows with the object.

    For pages with letters of many sizes, with ``mode="binary_inv"``: in a window smaller than the
    strokes Sauvola's threshold makes them hollow, in a large one it loses the small letters. Here
    the image is made smaller in steps, and thresholded with one window at each scale; a pixel
    takes the threshold of the scale at which the object nearest to it has been found.

    Parameters
    ----------
    k : float, default=0.34
        Of Sauvola's formula: how far below the mean the threshold is where nothing varies.
    r : float or None, default=None
        The greatest standard deviation to be expected, in grey levels. None: 128/255 of the
        dtype's white.
    n_scales : int, default=4
        How many scales there are, up to 16, the image itself included; 1 is `SauvolaThreshold`.
    reduction : int, default=2
        How many pixels of one scale, along each axis, become one of the next; 2 to 65536.
    {local_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : One scale.

    Notes
    -----
    The steps of [1]_ as secondary sources report them, for a window of w pixels and a reduction
    by q along each axis:

    1. Each scale is the one before it, with blocks of q by q pixels averaged, thresholded by
       Sauvola's formula.
    2. Of its dark objects (connected, diagonals included) those are kept whose area suits: up to
       0.7 w at the first scale; at the next ones from 0.9 of the greatest area before, divided by
       q**2, to that area times q**2, in pixels of the scale; the last has no upper limit.
    3. A pixel of a kept object belongs to its scale, to the coarsest if there are several; all
       other pixels to that of the nearest such object.
    4. Each pixel is thresholded with the threshold of its scale, interpolated linearly.

    In volumes and on lines, areas are volumes and lengths, and q**2 is q**3 and q. The nearest
    object is found by Euclidean distance. Where no scale has an object the first one counts.

    References
    ----------
    .. [1] G. Lazzara and T. Geraud, "Efficient multiscale Sauvola's binarization", International
       Journal on Document Analysis and Recognition 17(2), 2014, pp. 105-123.
       :doi:`10.1007/s10032-013-0209-0`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import MultiScaleSauvolaThreshold, SauvolaThreshold
    >>> page = np.full((1, 64, 64), 200, dtype=np.uint8)
    >>> page[0, 8:20, 4:60] = 60  # a stroke wider than the window
    >>> one = SauvolaThreshold(k=0.34, window_size=7, mode="binary_inv").fit(page)
    >>> many = MultiScaleSauvolaThreshold(window_size=7, mode="binary_inv").fit(page)
    >>> [int(e.predict(page).sum()) for e in (one, many)]
    [372, 672]
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **LocalThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
        "n_scales": [Interval(Integral, 1, 16, closed="both")],
        "reduction": [Interval(Integral, 2, 2**16, closed="both")],
    }

    def __init__(
        self,
        *,
        k: float = 0.34,
        r: float | None = None,
        n_scales: int = 4,
        reduction: int = 2,
        window_size: int | tuple[int, ...] = 51,
        border: str = "replicate",
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
        self.k = k
        self.r = r
        self.n_scales = n_scales
        self.reduction = reduction

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        sizes, q, shape = self._window(plane.v.ndim), int(self.reduction), plane.v.shape
        limits = areas(math.prod(sizes), self.n_scales, q ** len(shape))
        r = plane.full_scale * 128 / 255 if self.r is None else float(self.r)
        first = Windows(plane.v, sizes, plane.valid, self.border)
        scale_of, surfaces = np.zeros(shape, np.uint8), []
        v, valid = plane.v, plane.valid
        with np.errstate(over="ignore", invalid="ignore"):
            for s, limit in enumerate(limits):
                times = min(q**s, LARGEST)
                if s == 0:  # its thresholds are computed again when they are wanted
                    dark = self._sauvola(first, r, Output("binary_inv"), np.uint8).view(bool)
                else:
                    v, valid = subsample(v, valid, q)
                    windows = Windows(v, sizes, valid, self.border)
                    t = self._sauvola(windows, r, Output(None), np.float64)
                    surfaces.append(_surface(t, times))
                    dark = windows.plane <= t
                dark = dark.reshape(v.shape)
                found = of_size(dark if valid is None else dark & valid, *limit)
                scale_of[_repeated(found, times, shape)] = s + 1
            _spread(scale_of)
            scale_of, target = first.volume(scale_of), first.volume(out)
            for band, t in first.surface(sauvola, (float(self.k), float(r))):
                part = *band.index, slice(0, first.shape[2])
                for s, surface in enumerate(surfaces, start=2):
                    at = scale_of[band.index] == s
                    if at.any():
                        t[at] = interpolate(*surface, part)[at]
                how.write(band.pixels, first.settle(t, band.v), target[band.index])

    def _sauvola(self, windows: Windows, r: float, how: Output, dtype: Any) -> Array:
        out = np.empty(windows.shape, dtype)
        windows.threshold(sauvola, (float(self.k), float(r)), how, out)
        return out


def _repeated(mask: Array, times: int, shape: tuple[int, ...]) -> Array:
    for axis, n in enumerate(shape):
        mask = mask.take(np.arange(n) // times, axis)
    return mask


def _surface(t: Floats, times: int) -> tuple[Floats, list[Floats]]:
    """Give the thresholds of a scale, and where they are: in the middle of its blocks."""
    # The last block may be cut off; its middle is where that of a whole one would be.
    middle = (times - 1) / 2
    return fill_gaps(t), [np.arange(n, dtype=np.float64) * times + middle for n in t.shape]


def _spread(scale_of: Array) -> None:
    """Give the scale of the nearest pixel that has one to those that have none."""
    none = scale_of == 0
    if not none.any() or none.all():
        return
    nearest = ndimage.distance_transform_edt(none, return_distances=False, return_indices=True)
    step = max(1, BAND // math.prod(scale_of.shape[1:]))
    for first in range(0, len(scale_of), step):  # NumPy makes indices of 64 bits
        rows = slice(first, first + step)
        scale_of[rows] = scale_of[tuple(nearest[:, rows])]
