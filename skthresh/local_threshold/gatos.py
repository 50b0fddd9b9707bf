"""Gatos, Pratikakis and Perantonis's threshold: so far below the paper around the ink."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from scipy.special import expit

from skthresh.batch import Array
from skthresh.local_threshold.band import row_bands
from skthresh.local_threshold.base import LocalThreshold, Plane
from skthresh.local_threshold.contrast_image import below
from skthresh.local_threshold.sauvola import sauvola
from skthresh.local_threshold.windows import Windows
from skthresh.modes import Output
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import Interval

__all__ = ["GatosThreshold", "distance", "wiener"]


def distance(
    surface: Array, delta: float, b: float, *, q: float = 0.6, p1: float = 0.5, p2: float = 0.8
) -> Array:
    """Give how far below the paper ink must be, ``d(B)``.

    Parameters
    ----------
    surface : array
        B, the estimated grey level of the paper.
    delta : float
        How far below it ink is on average.
    b : float
        The paper's average grey level.
    q : float, default=0.6
        The share of `delta` that is asked for on bright paper.
    p1 : float, default=0.5
        Paper darker than this share of `b` is dark.
    p2 : float, default=0.8
        On dark paper, this share of that share is enough.

    Examples
    --------
    >>> import numpy as np
    >>> distance(np.array([0.0, 75.0, 150.0]), 100.0, 100.0).round(1)
    array([48., 54., 60.])
    """
    brightness = np.asarray(surface / b if b > 0 else np.ones_like(surface))
    # The paper's 1 / (1 + exp(-4 B / (b (1 - p1)) + 2 (1 + p1) / (1 - p1)))
    bright = expit((4 * brightness - 2 * (1 + p1)) / (1 - p1))
    return np.asarray(q * delta * ((1 - p2) * bright + p2))


def wiener(v: Array, mean: Array, std: Array, noise: float) -> Array:
    """Smooth pixels the more, the less their window varies beyond noise.

    Parameters
    ----------
    v : array
        The pixels.
    mean, std : array
        Of the window around each.
    noise : float
        The standard deviation of the noise.

    Examples
    --------
    >>> import numpy as np
    >>> wiener(np.array([9.0, 9.0]), np.array([5.0, 5.0]), np.array([1.0, 4.0]), 2.0)
    array([5., 8.])
    """
    share = np.divide(noise, std, out=np.ones_like(std), where=std > noise)
    return mean + (1 - share * share) * (v - mean)


class GatosThreshold(LocalThreshold):
    """Threshold each pixel below the paper around it, at a share of what ink is below the paper.

    For old documents with shadows, stains and uneven light. The image is smoothed by Wiener's
    filter; Sauvola's technique finds the ink roughly; where it is, the paper's grey level is
    interpolated from around it. A pixel that is far enough below the paper is ink; on dark paper
    less is enough. Use it with ``mode="binary_inv"``.

    Parameters
    ----------
    q : float, default=0.6
        How far below the paper ink must be, as a share of how far the rough ink is on average.
        Larger means less ink.
    p1 : float, default=0.5
        Paper darker than this share of its average is dark. Below 1.
    p2 : float, default=0.8
        On dark paper, this share of that share is enough.
    k : float, default=0.2
        Sauvola's, for the rough ink: how far below the mean its threshold is where nothing varies.
    r : float or None, default=None
        Sauvola's: the greatest standard deviation to be expected, in grey levels. None: 128/255 of
        the dtype's white.
    background_window_size : int or tuple of int, default=121
        Odd, up to 65537, in pixels: the window over which the paper is interpolated; one number, or
        one for each axis of a sample. It should hold two letters at least.
    {local_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : The rough ink.
    MaskCleaner : Removes specks and fills gaps, as the paper's last step does.

    Notes
    -----
    `window_size` is Sauvola's; Wiener's filter has a window of 3, and the mean of all variances as
    its noise. The paper's two optional steps, doubling the image's size and cleaning the mask, are
    not done.

    The smoothed pixel is what is compared: what the filter took off a pixel is added to its
    threshold. A pixel that lies on its threshold is paper, as in the paper; an image without rough
    ink has none. Where a window holds no paper at all, the average of all paper stands in.

    Doxa 0.9.2 takes ``d`` at the rough mask's value, 0 or 255, in place of the paper's grey level.

    References
    ----------
    .. [1] B. Gatos, I. Pratikakis and S. J. Perantonis, "Adaptive degraded document image
       binarization", Pattern Recognition 39(3), 2006, pp. 317-327.
       :doi:`10.1016/j.patcog.2005.09.010`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import GatosThreshold
    >>> line = np.array([[200, 198, 50, 190, 180, 170, 20, 160, 155]], dtype=np.uint8)
    >>> gatos = GatosThreshold(window_size=5, background_window_size=5, mode="binary_inv")
    >>> gatos.fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **LocalThreshold._parameter_constraints,
        "q": [Interval(Real, 0, None, closed="left")],
        "p1": [Interval(Real, 0, 1, closed="left")],
        "p2": [Interval(Real, 0, 1, closed="both")],
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
        "background_window_size": PER_AXIS,
    }

    def __init__(
        self,
        *,
        q: float = 0.6,
        p1: float = 0.5,
        p2: float = 0.8,
        k: float = 0.2,
        r: float | None = None,
        background_window_size: int | tuple[int, ...] = 121,
        window_size: int | tuple[int, ...] = 75,
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
        self.q = q
        self.p1 = p1
        self.p2 = p2
        self.k = k
        self.r = r
        self.background_window_size = background_window_size

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            smooth = self._smooth(plane)
            ink = self._rough_ink(plane, smooth)
            paper = ~ink if plane.valid is None else ~ink & plane.valid
            # Measured from black, which is 0 unless there are negative levels.
            origin = min(0.0, float(smooth.min()))
            average = float(smooth.mean(where=paper)) if paper.any() else origin
            below_ink = self._paper(smooth, ink, paper, average)
            delta = float((below_ink - smooth[ink]).mean()) if below_ink.size else 0.0
            shape = (1,) * (3 - smooth.ndim) + smooth.shape
            v, smooth, ink, target = (a.reshape(shape) for a in (plane.v, smooth, ink, out))
            shares, done = {"q": self.q, "p1": self.p1, "p2": self.p2}, 0
            for rows in row_bands(shape):
                surface = smooth[rows].copy()
                n = int(ink[rows].sum())
                surface[ink[rows]] = below_ink[done : done + n]
                done += n
                away = distance(surface - origin, delta, average - origin, **shares)
                how.write(v[rows], _threshold(v[rows], smooth[rows], surface, away), target[rows])

    def _smooth(self, plane: Plane) -> Array:
        windows = Windows(plane.v, (3,) * plane.v.ndim, plane.valid, self.border)
        valid = None if plane.valid is None else windows.volume(plane.valid)
        unit = max(abs(level) for level in windows.range) or 1.0
        total, n = 0.0, 0
        for band in windows.bands("std"):
            std = band.std if valid is None else band.std[valid[band.index]]
            total, n = total + float(np.sum((std / unit) ** 2)), n + std.size
        noise = unit * np.sqrt(total / n)
        smooth = np.empty(plane.v.shape)
        target = windows.volume(smooth)
        for band in windows.bands("mean", "std"):
            target[band.index] = wiener(band.v, band.mean, band.std, noise)
        if plane.valid is not None:  # some number, for what does not count
            smooth[~plane.valid] = smooth.flat[np.argmax(plane.valid)]
        return smooth

    def _rough_ink(self, plane: Plane, smooth: Array) -> Array:
        r = plane.full_scale * 128 / 255 if self.r is None else self.r
        windows = Windows(smooth, self._window(smooth.ndim), plane.valid, self.border)
        ink = np.empty(smooth.shape, np.uint8)
        windows.threshold(sauvola, (self.k, r), Output("binary_inv"), ink)
        ink = ink.view(bool)
        return ink if plane.valid is None else ink & plane.valid

    def _paper(self, smooth: Array, ink: Array, paper: Array, average: float) -> Array:
        """Give the paper's grey level below each pixel of ink, row by row."""
        if not (ink.any() and paper.any()):
            return smooth[ink]
        sizes = per_axis("background_window_size", self.background_window_size, ink.ndim, odd=True)
        windows = Windows(smooth, sizes, paper, self.border)
        written = windows.volume(ink)
        found = [band.mean[written[band.index]] for band in windows.bands("mean")]
        around = np.concatenate(found)
        around[np.isnan(around)] = average
        return around


def _threshold(v: Array, smooth: Array, surface: Array, away: Array) -> Array:
    """Give the thresholds of pixels that stand for smoothed ones: both are as far from theirs."""
    t = surface - away + (v - smooth)
    close = 1e-12 * (np.abs(v) + np.abs(surface))
    return np.where(t - v > close, t, np.minimum(t, below(v)))
