"""Bernsen's threshold: the mid-grey of windows that have contrast."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.arithmetic import choose
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["BernsenThreshold", "bernsen"]


def bernsen(minimum: Array, maximum: Array, contrast: float, half: float, scale: float) -> Array:
    """Give the middle of the extremes, or one that leaves a window of low contrast whole.

    Parameters
    ----------
    minimum, maximum : array
        Minimum and maximum of each window, in grey levels.
    contrast : float
        Windows whose extremes are less apart are of one class.
    half : float
        Those whose middle is at least this are bright.
    scale : float
        The thresholds of such windows are so far beyond their extremes.

    Examples
    --------
    >>> import numpy as np
    >>> bernsen(np.array([10.0, 200.0]), np.array([90.0, 210.0]), 15, 127.5, 255)
    array([ 50., -55.])
    """
    middle = minimum * 0.5 + maximum * 0.5  # their sum may leave the range of float64
    # Rounding of floats must not move a window across a limit that integers meet exactly.
    alike = maximum - minimum < contrast * (1 - 1e-6)
    bright = middle >= half * (1 - 1e-6)
    return choose(alike, choose(bright, minimum - scale, maximum + scale), middle)


class BernsenThreshold(WindowThreshold):
    """Threshold at the middle of the window's extremes, if they are far enough apart.

    For even regions with sharp borders. A window of low contrast is of one class: bright, if its
    middle is in the upper half of the grey scale.

    Parameters
    ----------
    contrast : float or None, default=None
        Windows whose extremes are less than this apart are of one class; in grey levels. None:
        15/255 of the dtype's white, which is 15 for uint8.
    half : float or None, default=None
        From this middle on, such a window is bright. None: half the dtype's white.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    MidGreyThreshold : The middle everywhere.

    References
    ----------
    .. [1] J. Bernsen, "Dynamic thresholding of grey-level images", International Conference on
       Pattern Recognition, 1986, pp. 1251-1255.
    .. [2] M. Sezgin and B. Sankur, "Survey over image thresholding techniques and quantitative
       performance evaluation", Journal of Electronic Imaging 13(1), 2004, pp. 146-168.
       :doi:`10.1117/1.1631315`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import BernsenThreshold
    >>> line = np.array([[10, 12, 90, 14, 200, 202, 203, 201]], dtype=np.uint8)
    >>> BernsenThreshold(window_size=3).fit(line).predict(line)
    array([[False, False,  True, False,  True,  True,  True,  True]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "contrast": [Interval(Real, 0, None, closed="left"), None],
        "half": [Interval(Real, None, None, closed="neither"), None],
    }

    _formula = staticmethod(bernsen)

    def __init__(
        self,
        *,
        contrast: float | None = None,
        half: float | None = None,
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
            window_shape=window_shape,
            mode=mode,
            max_value=max_value,
            channel_axis=channel_axis,
            image_shape=image_shape,
            n_jobs=n_jobs,
        )
        self.contrast = contrast
        self.half = half

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        scale = plane.full_scale
        contrast = scale * 15 / 255 if self.contrast is None else self.contrast
        half = scale / 2 if self.half is None else self.half
        return contrast, half, scale
