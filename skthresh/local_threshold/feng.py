"""Feng and Tan's threshold: between mean and minimum, by a second, larger window."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from skthresh.batch import Array, Batch
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.modes import Output
from skthresh.utils._params import PER_AXIS, per_axis
from skthresh.utils._sklearn import Interval

__all__ = ["FengThreshold", "feng"]


def feng(
    mean: Array,
    std: Array,
    darkest: Array,
    larger_std: Array,
    *,
    alpha1: float,
    k1: float,
    k2: float,
    gamma: float,
) -> Array:
    """Give ``(1 - a1) * mean + a2 * (s / R) * (mean - M) + a3 * M``.

    Parameters
    ----------
    mean, std, darkest : array
        Mean, standard deviation s and minimum M of each window, in grey levels.
    larger_std : array
        R, the standard deviation of the larger window around the same pixel.
    alpha1, k1, k2, gamma : float
        ``a1``; ``a2`` is ``k1 * (s / R) ** gamma``, and ``a3`` is ``k2 * (s / R) ** gamma``.

    Examples
    --------
    >>> import numpy as np
    >>> a, b, c, d = (np.array([x]) for x in (100.0, 20.0, 40.0, 20.0))
    >>> feng(a, b, c, d, alpha1=0.12, k1=0.25, k2=0.04, gamma=2)
    array([104.6])
    """
    share = np.divide(std, larger_std, out=np.zeros_like(std), where=larger_std > 0)
    power = share**gamma
    return (1 - alpha1) * mean + k1 * power * share * (mean - darkest) + k2 * power * darkest


class FengThreshold(WindowThreshold):
    """Threshold each pixel by the contrast of its window, compared with that of a larger one.

    For documents of low quality and changing contrast: what counts as variation is measured in the
    surroundings, not once for all images.

    Parameters
    ----------
    alpha1 : float, default=0.12
        How far below the mean the threshold is where nothing varies, as a share of the mean.
    k1 : float, default=0.25
        Weight of the distance between mean and minimum.
    k2 : float, default=0.04
        Weight of the minimum.
    gamma : float, default=2.0
        Power of the ratio of the two standard deviations.
    larger_window_size : int or tuple of int, default=33
        Odd, up to 65537, in pixels: the second window; one number, or one for each axis of a
        sample.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    WolfThreshold : Compares with the whole image.

    References
    ----------
    .. [1] M.-L. Feng and Y.-P. Tan, "Contrast adaptive binarization of low quality document
       images", IEICE Electronics Express 1(16), 2004, pp. 501-506. :doi:`10.1587/elex.1.501`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import FengThreshold
    >>> line = np.array([[200, 203, 90, 199, 150, 150, 60, 153]], dtype=np.uint8)
    >>> feng = FengThreshold(window_size=3, larger_window_size=7, mode="binary_inv")
    >>> feng.fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "alpha1": [Interval(Real, None, None, closed="neither")],
        "k1": [Interval(Real, None, None, closed="neither")],
        "k2": [Interval(Real, None, None, closed="neither")],
        "gamma": [Interval(Real, 0, None, closed="left")],
        "larger_window_size": PER_AXIS,
    }

    _looks_at_plane = True

    def __init__(
        self,
        *,
        alpha1: float = 0.12,
        k1: float = 0.25,
        k2: float = 0.04,
        gamma: float = 2.0,
        larger_window_size: int | tuple[int, ...] = 33,
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
        self.alpha1 = alpha1
        self.k1 = k1
        self.k2 = k2
        self.gamma = gamma
        self.larger_window_size = larger_window_size

    def _larger_window(self, ndim: int) -> tuple[int, ...]:
        return per_axis("larger_window_size", self.larger_window_size, ndim, odd=True)

    def _reach(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, ...] | None:  # noqa: ARG002
        both = zip(self._window(len(shape)), self._larger_window(len(shape)), strict=True)
        return tuple(max(pair) // 2 for pair in both)

    def _check_batch(self, batch: Batch) -> None:
        super()._check_batch(batch)
        self._larger_window(batch.spatial_ndim)

    def _threshold_plane(
        self,
        plane: Plane,
        out: Array,
        how: Output,
        *,
        inverse: bool,  # noqa: ARG002
        n_jobs: int,  # noqa: ARG002
    ) -> None:
        windows = self._windows(plane)
        sizes = self._larger_window(plane.v.ndim)
        larger = plane.windows(sizes, self.border, self.window_shape)
        target, scaling = windows.volume(out), windows.scaling
        parameters = {name: getattr(self, name) for name in ("alpha1", "k1", "k2", "gamma")}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            # the bands of both windows are the same rows
            pairs = zip(windows.bands("std", "min"), larger.bands("std"), strict=True)
            for band, around in pairs:
                t = feng(band.mean, band.std, band.min, around.std, **parameters)
                how.write(band.pixels, t, target[band.index], scaling.close, scaling.share)
