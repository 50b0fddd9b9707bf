"""Phansalkar's threshold: Sauvola's, for images of low contrast."""

from __future__ import annotations

from numbers import Real
from typing import Any

from skthresh.batch import Array
from skthresh.kernels.arithmetic import exp
from skthresh.kernels.line import Line
from skthresh.local_threshold.base import Plane, WindowThreshold
from skthresh.local_threshold.windows import Windows
from skthresh.utils._sklearn import Interval

__all__ = ["PhansalkarThreshold", "phansalkar"]


def phansalkar(mean: Array, k: float, r: float, p: float, q: float, white: float = 1.0) -> Line:
    """Give Phansalkar's threshold, ``mean * (1 + p * exp(-q * mean) + k * (std / r - 1))``.

    Parameters
    ----------
    mean : array
        Of each window, in grey levels.
    k, r : float
        As Sauvola has them.
    p, q : float
        How much, and up to which mean, dark regions have a higher threshold.
    white : float, default=1.0
        The grey level that q counts as 1.

    Examples
    --------
    >>> import numpy as np
    >>> phansalkar(np.array([0.5, 0.1]), 0.25, 0.5, 2, 10).at(np.array([0.1, 0.1])).round(3)
    array([0.407, 0.154])
    """
    base = mean * ((1 - k) + p * exp(-(q / white) * mean))
    return Line(base, mean * (k / r))


class PhansalkarThreshold(WindowThreshold):
    """Threshold each pixel by Sauvola's formula, raised in dark regions.

    For stained cells and tissue: nuclei are dark on a ground that may be dark, too, where Sauvola's
    threshold is below both.

    Parameters
    ----------
    k : float, default=0.25
        How far below the mean the threshold is where nothing varies, as a share of the mean.
    r : float or None, default=None
        The greatest standard deviation to be expected, in grey levels. None: half the dtype's
        white.
    p : float, default=2.0
        How much the threshold is raised in the darkest regions, as a multiple of the mean.
    q : float, default=10.0
        How fast that falls off with the mean, which is between 0 and 1.
    {window_parameters}

    Attributes
    ----------
    {local_attributes}

    See Also
    --------
    SauvolaThreshold : The formula without the term for dark regions.

    Notes
    -----
    Grey levels are divided by the dtype's white (255 for uint8, 1 for floats), as the paper has
    them between 0 and 1.

    References
    ----------
    .. [1] N. Phansalkar, S. More, A. Sabale and M. Joshi, "Adaptive local thresholding for
       detection of nuclei in diversity stained cytology images", International Conference on
       Communications and Signal Processing, 2011, pp. 218-220. :doi:`10.1109/ICCSP.2011.5739305`

    Examples
    --------
    >>> import numpy as np
    >>> from skthresh import PhansalkarThreshold
    >>> line = np.array([[60, 63, 20, 62, 50, 50, 10, 53]], dtype=np.uint8)
    >>> PhansalkarThreshold(window_size=3, mode="binary_inv").fit(line).predict(line)
    array([[False, False,  True, False,  True, False,  True, False]])
    """

    _parameter_constraints: dict[str, list[Any]] = {
        **WindowThreshold._parameter_constraints,
        "k": [Interval(Real, None, None, closed="neither")],
        "r": [Interval(Real, 0, None, closed="neither"), None],
        "p": [Interval(Real, None, None, closed="neither")],
        "q": [Interval(Real, 0, None, closed="left")],
    }

    _formula = staticmethod(phansalkar)

    def __init__(
        self,
        *,
        k: float = 0.25,
        r: float | None = None,
        p: float = 2.0,
        q: float = 10.0,
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
        self.k = k
        self.r = r
        self.p = p
        self.q = q

    def _parameters(self, plane: Plane, windows: Windows) -> tuple[float, ...]:  # noqa: ARG002
        white = plane.full_scale
        r = white / 2 if self.r is None else self.r
        return self.k, r, self.p, self.q, white
