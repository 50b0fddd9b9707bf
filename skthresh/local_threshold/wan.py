"""Wan's threshold: Sauvola's, from between the mean and the brightest pixel."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["WanThreshold", "wan"]


def wan(mean: Array, maximum: Array, k: float, r: float) -> Line:
    """Give Wan's threshold, ``(max + mean) / 2 * (1 + k * (std / r - 1))``, as a line.

    Parameters
    ----------
    mean, maximum : array
        Of each window, in grey levels.
    k, r : float
        As Sauvola has them.

    Examples
    --------
    >>> import numpy as np
    >>> wan(np.array([100.0]), np.array([200.0]), 0.2, 128).at(np.array([128.0]))
    array([150.])
    """
    bright = maximum * 0.5 + mean * 0.5
    return Line(bright * (1 - k), bright * (k / r))


class WanThreshold(WindowThreshold):
    """Threshold each pixel by Sauvola's formula, half-way from the mean to the brightest pixel.

    For faint writing that Sauvola's technique loses; it lets more noise in.

    Parameters
    ----------
    k : float, default=0.2
        How far below the middle of mean and maximum the threshold is where nothing varies.
    r : float or None, default=None
        The greatest standard deviation to be expected, in grey levels. None: 128/255 of the
        dtype's white.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : The same with the mean alone.

    References
    ----------
    .. [1] W. A. Mustafa and M. M. M. Abdul Kader, "Binarization of document image using optimum
       threshold modification", Journal of Physics: Conference Series 1019, 2018, 012022.
       :doi:`10.1088/1742-6596/1019/1/012022`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import WanThreshold
    >>> line = np.array([[200, 203, 150, 199, 200, 201, 160, 203]], dtype=np.uint8)
    >>> WanThreshold(window_size=3, k=0.1, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False, False, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
    }

    _formula = staticmethod(wan)

    def __init__(
        self,
        *,
        k: float = 0.2,
        r: float | None = None,
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
        self.k = k
        self.r = r

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        return self.k, plane.full_scale * 128 / 255 if self.r is None else self.r
